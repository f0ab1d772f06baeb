"""The words people head their columns with, in English and Chinese, strongest first within each field.

Chinese is kept in simplified characters only: headings are folded to them first.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Field → lines of names; the first line counts most. Spaces, case and punctuation do not matter.
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "customer": (
        "customer id, customer number, customer no, customer code, cust id, cust no, customer key, "
        "customer, member id, member number, member no, member code, membership number, membership id, "
        "loyalty number, loyalty id, loyalty card number, household key, household id, client id, "
        "client number, client code, 会员号, 会员编号, 会员id, 会员卡号, 会员代码, 会员编码, 客户号, "
        "客户编号, 客户id, 客户代码, 客户编码, 顾客号, 顾客编号, 顾客id, 顾客代码, 用户id, 用户编号, 会员, "
        "客户, 顾客",
        "cust, member, client, user id, user, uid, buyer id, buyer, shopper id, shopper, household, hhid, "
        "panelist, panelist id, person id, consumer id, patron id, account id, account number, account no, "
        "membership, 买家id, 买家会员名, 用户, 用户号, 买家, 消费者, 消费者id, 贵宾号, vip号, vip, 客编, "
        "账号, 账户",
        "card, card id, card number, card no, card code, loyalty card, member card, customer card, "
        "vip card, cardno, 卡号, 会员卡, vip卡号, 贵宾卡号, 会员卡编号, 卡编号, 储值卡号",
        "account, phone, mobile, phone number, mobile number, telephone, msisdn, email, e mail, "
        "customer email, customer e mail, email address, billing email, buyer email, client email, member email, "
        "customer phone, billing phone, "
        "contact id, 手机号, 手机号码, 手机, 会员手机, 会员手机号, 电话, 联系电话, 买家昵称, 邮箱, openid, "
        "unionid, id",
        "customer name, client name, member name, buyer name, 会员名, 会员姓名, 客户名称, 客户姓名, 顾客姓名",
    ),
    "sold_at": (
        "sold at, sold on, sale date, sales date, sale time, date of sale, invoice date, invoice datetime, "
        "purchase date, purchase time, date of purchase, transaction date, transaction time, "
        "transaction datetime, transaction timestamp, transaction dt, trans date, trans time, txn date, "
        "txn time, tran date, order date, order time, order datetime, order timestamp, "
        "order purchase timestamp, purchase timestamp, receipt date, bill date, ticket date, visit date, "
        "business date, basket date, checkout time, 交易日期, 交易时间, 消费日期, 消费时间, 销售日期, "
        "销售时间, 购买日期, 购买时间, 下单日期, 下单时间, 订单日期, 订单时间, 成交日期, 成交时间, "
        "小票日期, 小票时间, 结账时间, 结账日期, 收银时间, 收银日期",
        "date, datetime, timestamp, date time, date & time, event time, event date, dt, ts, day, "
        "purchased at, ordered at, 日期, 时间, 日期时间, 时间戳, 营业日期, 业务日期, 单据日期, 记账日期, "
        "开票日期, 开单日期, 开单时间",
        "time, created at, created, creation date, created date, created time, posting date, payment date, "
        "payment time, paid at, order created at, 付款时间, 付款日期, 支付时间, 支付日期, 创建时间, "
        "创建日期, 订单创建时间, 订单付款时间, 录入时间",
    ),
    "time": (
        "time, time of day, hour, sale time, sales time, transaction time, trans time, txn time, "
        "order time, purchase time, invoice time, receipt time, clock, 时间, 时刻, 交易时间, 消费时间, "
        "销售时间, 购买时间, 下单时间, 小票时间, 结账时间, 收银时间, 成交时间, 订单时间, 小时, 时段",
    ),
    "amount": (
        "amount paid, paid amount, paid, net amount, net sales, net value, net revenue, net total, "
        "actual amount, amount after discount, 实付金额, 实付, 实收金额, 实收, 实际金额, 实际支付金额, "
        "买家实际支付金额, 付款金额, 支付金额, 净额, 净销售额, 折后金额, 成交金额, 实付款",
        "line total, line amount, line value, extended price, ext price, extended amount, total price, "
        "subtotal, sub total, line revenue, item total, row total, line sales, 小计, 行金额, 商品总价, "
        "商品金额, 明细金额",
        "amount, sales amount, sale amount, sales value, sale value, total amount, total sales, "
        "transaction amount, trans amount, purchase amount, dollar value, dollars, dollar amount, revenue, "
        "turnover, spend, spent, total spend, sales, money, 金额, 销售金额, 消费金额, 交易金额, 销售额, "
        "消费额, 营业额, 总金额, 总价, 总额, 合计, 含税金额, 交易额, 购买金额, 消费",
        "total, value, sum, payment, payment value, monetary, price paid, amt, invoice amount, "
        "invoice total, order amount, order value, order total, basket value, 订单金额, 订单总额, "
        "单据金额, 总计, 应付金额, 款额",
        "gross, gross amount, gross sales, gross value, gross revenue, list amount, 应收金额, 应收, "
        "原价金额, 吊牌金额, 折前金额, 标准金额",
    ),
    "quantity": (
        "quantity, qty, quantity sold, qty sold, sold quantity, units sold, sold qty, order quantity, "
        "order qty, item quantity, item qty, line item quantity, line item qty, "
        "quantity ordered, units, number of items, number of units, "
        "no of items, number of pieces, pieces, pcs, 数量, 销售数量, 购买数量, 订购数量, 商品数量, 件数, "
        "销售件数, 个数, 销量",
        "count, item count, unit, sales units, sales quantity, volume, weight, num items, items, 数目, 数, 重量",
    ),
    "price": (
        "unit price, price each, price per unit, item price, product price, selling price, "
        "unit selling price, line item price, 单价, 销售单价, 商品单价, 成交单价, 实际单价, 折后单价",
        "price, sales price, sale price, retail price, unit value, 价格, 售价, 零售价, 销售价, 成交价, "
        "实际售价, 商品价格, 折后价",
        "list price, original price, regular price, base price, 原价, 标价, 吊牌价, 标准价",
    ),
    "product": (
        "product id, product code, product number, product no, product key, sku, sku id, sku code, line item sku, "
        "item id, item code, item no, item number, stock code, article id, article number, article no, "
        "article code, material number, material code, goods id, goods code, asin, 商品编号, 商品编码, "
        "商品代码, 商品id, 商品号, 货号, 产品编号, 产品编码, 产品代码, 产品id, 品号, 款号, 物料编码, "
        "单品编码, sku编码, 商品货号, 货品编码, 货品编号, 菜品编码, 商品sku",
        "ean, upc, barcode, plu, gtin, bar code, ean code, upc code, 商品条码, 条码, 条形码, 国际条码, 商品条形码",
        "product, item, article, material, goods, merchandise, style, 商品, 产品, 货品, 单品",
    ),
    "product_name": (
        "product name, item name, line item name, article name, goods name, product description, item description, "
        "article description, description, product title, item title, product desc, item desc, sku name, "
        "商品名称, 品名, 商品名, 产品名称, 产品名, 货品名称, 单品名称, 商品标题, 宝贝标题, 菜品名称, 菜名, "
        "物料名称, 商品描述",
        "desc, title, name, 名称, 菜品, 描述, 规格名称",
        "product, item, article, goods, 商品, 产品, 货品",
    ),
    "category": (
        "category, product category, item category, category name, product subclass, subclass, sub class, "
        "product class, product group, item group, product family, department, dept, department name, "
        "sub category, subcategory, commodity desc, commodity, category id, category code, category l1, "
        "品类, 类别, 分类, 商品类别, 商品分类, 品类名称, 类目, 商品类目, 中类, 大类, 小类, 大类名称, "
        "中类名称, 小类名称, 部门, 商品部门, 产品类别, 产品分类, 类别名称, 一级分类, 二级分类",
        "class, group, family, section, aisle, product line, product type, item type, merchandise group, "
        "产品线, 商品类型",
    ),
    "brand": (
        "brand, brand name, brand id, brand code, product brand, 品牌, 品牌名称, 品牌名, 商品品牌, 品牌编码",
        "manufacturer, maker, vendor, label, 厂家, 厂商, 制造商",
    ),
    "brand_kind": (
        "brand kind, brand type, private label, own brand, store brand, is private label, is own brand, "
        "private or national, brand class, label type, 品牌类型, 品牌性质, 是否自有品牌, 自有品牌, "
        "品牌属性, 品牌类别",
    ),
    "receipt": (
        "receipt, receipt id, receipt number, receipt no, receipt code, invoice, invoice id, "
        "invoice number, invoice no, order id, order number, order no, order, transaction id, "
        "transaction number, transaction no, trans id, trans no, txn id, tran id, basket id, basket, "
        "basket number, ticket, ticket id, ticket number, ticket no, bill no, bill number, bill id, "
        "check number, check no, purchase id, sale id, sales id, sales order, sales document, 小票号, "
        "小票, 小票编号, 小票单号, 单号, 订单号, 订单编号, 订单id, 交易号, 交易编号, 流水号, 交易流水号, "
        "收银流水, 收银流水号, 销售单号, 单据号, 单据编号, 票号, 发票号, 发票号码, "
        "小票号码, 订单号码, 统一发票号码, 账单号, 收据号, 购物篮, 销售单",
        "name, order name, document number, document no, voucher, voucher no, session id, visit id, cart id, bill, "
        "transaction, 购物车, 凭证号, 订单",
    ),
    "receipt_line": (
        "receipt line, line no, line number, invoice line, order line, order item id, line id, line item, "
        "item seq, line, seq, sequence, position, pos no, item line, sale line, 行号, 明细行号, 项次, "
        "行项目, 行项目号, 明细序号",
        "row, row number, no, 序号",
    ),
    "store": (
        "store, store id, store number, store no, store code, store name, shop, shop id, shop code, "
        "shop name, branch, branch id, branch code, branch name, outlet, outlet id, outlet name, "
        "merchant id, 门店, 门店编号, 门店编码, 门店代码, 门店id, 门店名称, 店铺, 店铺名称, 店铺编号, "
        "店铺id, 店名, 店号, 分店, 店, 商店, 销售门店, 消费门店",
        "location, location id, site, site id, warehouse, point of sale, restaurant, 网点, 柜台, 专柜, "
        "柜组, 卖场, 机构",
    ),
    "channel": (
        "channel, sales channel, sale channel, order channel, purchase channel, channel name, "
        "order source, 渠道, 销售渠道, 渠道名称, 订单来源, 购买渠道, 交易渠道, 下单渠道",
        "platform, source, 平台, 来源",
    ),
    "cost": (
        "cost, line cost, total cost, cost amount, cogs, unit cost, cost price, cost of goods, "
        "purchase price, buying price, landed cost, 成本, 成本金额, 成本价, 成本额, 进价, 进货价, "
        "单位成本, 采购价, 销售成本, 商品成本",
        "asset",
    ),
    "discount": (
        "discount, discount amount, discount value, line discount, line item discount, "
        "total discount, markdown, rebate, "
        "promotion amount, promo amount, coupon amount, savings, reduction, 优惠金额, 优惠, 折扣金额, "
        "折扣额, 让利, 减免金额, 折让金额, 折扣, 让利金额, 促销优惠",
    ),
    "status": (
        "status, order status, sale type, transaction type, trans type, txn type, sales type, "
        "document type, return flag, is return, returned, is refund, cancelled, is cancelled, 状态, "
        "订单状态, 交易类型, 单据类型, 业务类型, 交易状态, 销售类型, 是否退货, 退货标志, 订单类型, 是否退款",
        "type, state, flag, operation, 类型",
    ),
}

# Words that carry no meaning of their own beside the word that does ("customer_unique_id").
FILLERS: Final = _words(
    "a at code dim fact fk hash id ids in key my no nr num number of our pk pos raw ref src sys the unique"
)

# A heading with one of these is never the moment of a sale …
NOT_SALE_DATE: Final = _words(
    "approved birth birthday born cancel cancellation cancelled deliver delivered delivery dob due end ended "
    "enrol enroll enrollment enrolment estimated expiration expire expires expiry first join joined joining "
    "last modified processing register registered registration return returned ship shipped shipping signup "
    "start started termination update updated valid"
)
NOT_SALE_DATE_CHINESE: Final = tuple(
    _words("上次 修改 入会 出生 到期 发卡 发货 失效 开卡 收货 更新 最近 有效 注册 生日 结束 退货 送货 配送 首次")
)

# … nor with one of these what was paid.
NOT_PAID: Final = _words(
    "balance charge charges clv cost costs count credit discount distance fee fees flights freight id income "
    "items limit margin miles monthly number pct percent point points profit qty quantity rate redeemed refund "
    "salary shipping tax tip tips units vat"
)
NOT_PAID_CHINESE: Final = tuple(_words("优惠 余额 储值 减免 成本 折扣 毛利 率 积分 税 让利 运费 退款"))

# Traditional (and variant) characters in headings and status words → simplified.
TRADITIONAL: Final = dict(
    zip(
        "會員單號數額價時間類貨編碼銷門顧戶訂帳賬條規總計實應買購產進發運費優換狀態貴賓統稱鋪櫃檯際減讓據"
        "潔團開話郵電機聯絡標準來業務營項點結餘註冊區廠質屬詢賣場寶貝題舖構憑證車",
        "会员单号数额价时间类货编码销门顾户订帐账条规总计实应买购产进发运费优换状态贵宾统称铺柜台际减让据"
        "洁团开话邮电机联络标准来业务营项点结余注册区厂质属询卖场宝贝题铺构凭证车",
        strict=True,
    )
)
