"""What is read and pressed on the journeys, in Chinese."""

from typing import Final

WORDS: Final = {
    "A redeemed coupon costs, at most": "每张核销的优惠券成本上限",
    "API keys": "API 密钥",
    "About": "关于",
    "Add": "添加",
    "After our answer it is the customer's turn": "答复后等顾客回复",
    "Another condition": "再加一个条件",
    "Approve it": "批准",
    "Approved": "已批准",
    "As a file": "存为文件",
    "As a file for programs": "下载为程序可用的文件",
    "Ask for approval": "申请批准",
    "Audience": "人群",
    "Audiences": "人群",
    "Audit trail": "审计记录",
    "Auditor": "审计员",
    "Begin now": "立即开始",
    "Booked": "已入账",
    "By telephone": "电话",
    "Campaigns": "活动",
    "Cases": "工单",
    "Clerk at the counter": "柜台店员",
    "Code of six digits": "六位验证码",
    "Counter": "柜台",
    "Coupon for each": "每人一张优惠券",
    "First password": "初始密码",
    "Follow-ups": "回访",
    "Get it": "收到",
    "Give a role": "给予角色",
    "Give goodwill on the member's page": "在会员页面上给予补偿",
    "Give it": "给予",
    "Given name": "名",
    "Has one of": "带有以下之一",
    "How it came": "来源",
    "How it went, or why not": "结果如何，或为何不做",
    "How much": "多少",
    "How much comes back of": "退回数量：",
    "I take it": "我来处理",
    "In a few words": "简要说明",
    "Keep": "保存",
    "Keep it": "保存",
    "Keep it and try it out": "保存并试算",
    "Kept": "已兑现",
    "Kept without it, of a hundred": "每百人中保留不发的人数",
    "Kept.": "已保存。",
    "Know": "了解",
    "Liability": "负债",
    "Log in": "登录",
    "Mail": "邮件",
    "Mail address": "邮箱",
    "Mail address or phone number": "邮箱或手机号",
    "Make a key": "生成密钥",
    "Make the member": "办理入会",
    "Me": "我的",
    "My card": "会员卡",
    "Name": "姓名",
    "Name of the audience": "人群名称",
    "Name of the campaign": "活动名称",
    "New audience": "新建人群",
    "New campaign": "新建活动",
    "New case": "新工单",
    "New member": "新会员",
    "Next customer": "下一位顾客",
    "Nobody here is recognised by that.": "这里没有人与此对应。",
    "Offers": "优惠",
    "Open the case": "开工单",
    "Our answer": "我们的答复",
    "Paid: book it": "已付款：入账",
    "Pay with Points as far as they go": "尽量用Points支付",
    "Phone": "电话",
    "Preferences and consent": "喜好与同意",
    "Price of the line": "本行价格",
    "Promise something": "作出承诺",
    "Prove": "验证",
    "Put things right": "补偿",
    "Reach": "触达",
    "Reward": "回馈",
    "Role": "角色",
    "Send me a code": "发送验证码",
    "Serve": "服务",
    "Set-up": "设置",
    "Show": "显示",
    "Somebody else decides: nobody approves what they planned.": "由另一人决定：谁也不能批准自己策划的活动。",
    "Staff": "员工",
    "Take it back": "办理退回",
    "Take somebody on": "新增员工",
    "Take them on": "新增",
    "Text": "内容",
    "The customer's turn": "等顾客回复",
    "To the counter": "到柜台",
    "Today": "今日",
    "Undo": "撤销",
    "Until when": "到什么时候",
    "VIP": "VIP",
    "What": "内容",
    "What came back": "退回记录",
    "What does it come to?": "共计多少？",
    "What is owed to members": "对会员的负债",
    "What it is": "类型",
    "What it is for": "用途",
    "What the customer said": "顾客说了什么",
    "What was done": "做了什么",
    "What you promise": "您承诺什么",
    "Where": "地点",
    "Who is it?": "是谁？",
    "Who stands before you": "面前的是谁",
    "Which customer": "哪位顾客",
    "Why it comes back": "退回原因",
    "Write": "写",
    "Your data": "我的数据",
    "promise kept": "已兑现",
}  # written down a second time: a page that says another word fails


@dataclass
class Site:
    """A town that is served, who is logged in, and the browser."""

    town: Town
    sessions: dict[str, str]
    url: str = ""
    browser: "Browser" = None  # type: ignore[assignment]

    def member(self, number: int) -> str:
        return typed("mbr", self.town.members[number])


@dataclass(frozen=True)
class Visit:
    """Somebody before a page, who reads one language."""

    site: Site
    page: "Page"
    language: str

    def t(self, text: str) -> str:
        return text if self.language == "en" else WORDS[text]

    def go(self, *names: str) -> None:
        """Through the navigation, as it is at this width."""
        for name in names:
            self.page.wait_for_load_state()  # before its style is there everything can be seen
            inside = self.page.get_by_role("navigation").get_by_role("link", name=self.t(name), exact=True)
            inside.locator("visible=true").first.click()

    def link(self, name: str) -> None:
        self.page.get_by_role("link", name=self.t(name), exact=True).first.click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=self.t(name), exact=True).click()

    def open(self, name: str) -> None:
        self.page.locator("summary").get_by_text(self.t(name), exact=True).click()

    def at(self, label: str) -> "Locator":
        """The box of that label, in what is open."""
        return self.page.get_by_label(self.t(label), exact=True).locator("visible=true").first

    def fill(self, label: str, value: str) -> None:
        self.at(label).fill(value)

    def pick(self, label: str, option: str) -> None:
        self.at(label).select_option(label=option)

    def headed(self, text: str) -> None:
        expect(self.page.locator("h1")).to_have_text(text)

    @property
    def toast(self) -> "Locator":
        return self.page.get_by_role("status").locator(".toast")

    @property
    def main(self) -> "Locator":
        return self.page.get_by_role("main")


def made() -> Site:
    now = datetime.now(UTC)
    town = make_town(now, members=4, sales=4)
    scored(town)
    home, long_ago = town.organisation, now - timedelta(days=400)
    told: dict[str, Any] = {"organisation": home, "actor": SETUP, "at": now}
