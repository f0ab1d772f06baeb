"""What each address of the console takes, written down a second time: a route without an entry here fails the test."""

from typing import Final

R = {
    "A": "administrator", "M": "marketer", "N": "analyst", "C": "clerk", "T": "till", "U": "auditor", "S": "support",
}  # fmt: skip
EVERYBODY: Final = "AMNCTUS"
# By name: who may come. The clerk works at one store, the till at another merchant, the rest in the whole organisation.
WHO: Final = {
    "start": EVERYBODY,
    "know": "AMNSU", "scores-run": "AMN", "scores-cancel": "AMN", "scores-classes": "AMNSU", "scores-stages": "AMNSU",
    "scores-decide": "AMN", "scores-concentration": "AMNSU", "scores-baskets": "AMNSU", "scores-products": "AMNSU",
    "scores-models": "AMNSU", "scored": "AMUS", "scored-export": "AS", "scored-audience": "AM", "member-advise": "ACTS",
    "counter": "ACT", "counter-find": "ACT", "counter-member": "ACT", "counter-bill": "ACT",
    "counter-load": "ACT", "counter-unload": "ACT",
    "sale": "AMNCTUS", "sale-back": "ACT",
    "members": "AMCTUS", "members-find": "AMCTUS", "members-new": "ACTS", "members-export": "AS",
    "member": "AMCTUS", "member-adjust": "AS", "member-adjust-undo": "AS", "member-goodwill": "ACTS",
    "member-note": "ACTS", "member-note-remove": "ACTS", "member-tag": "ACTS", "member-untag": "ACTS",
    "member-facts": "ACTS", "member-facts-undo": "ACTS", "member-consent": "AMCTS", "member-card": "ACTS",
    "member-merge": "AS", "member-unmerge": "AS",
    "member-goodwill-undo": "ACTS", "member-card-undo": "ACTS", "member-note-back": "ACTS", "member-benefit": "ACTS",
    "member-benefit-undo": "ACTS", "member-taken-appeal": "ACTS", "member-taken-decide": "AS",
    "member-taken-reopen": "AS", "waiting-appeal": "AS", "counter-benefit": "ACTS", "counter-benefit-undo": "ACTS",
    "imports": "A", "import-files": "A", "import": "A", "import-correct": "A", "import-book": "A", "import-drop": "A",
    "import-undo": "A", "import-refused": "A", "import-refused-file": "A", "duplicates": "AS",
    "duplicates-decide": "AS", "quality": "AMUS", "quality-rows": "AMUS",
    "member-family": "AMCTUS",
    "member-account": "AMCTUS", "member-freeze": "AS", "member-unfreeze": "AS", "member-household": "ACTS",
    "member-household-leave": "ACTS", "member-card-issue": "ACTS", "member-card-block": "ACTS",
    "member-card-unblock": "ACTS", "member-way": "ACTS", "member-way-verify": "ACTS", "member-way-end": "ACTS",
    "member-coupon": "AM", "member-coupon-revoke": "AM", "member-close": "AS", "member-export": "AS",
    "member-erase": "A",
    "terms": "AMNCTUS", "terms-new": "AM", "terms-code": "AMNCTUS", "terms-retire": "AM", "simulator": "AMNUS",
    "draft": "AMNUS", "draft-again": "AM", "draft-stop": "AM", "draft-drop": "AM", "draft-publish": "AM",
    "terms-said": "AM",
    "series": "AMNUS", "levels": "AMNUS", "coupons": "AMNUS", "rewards": "AMNCTUS", "books": "", "books-export": "",
    "settlement": "", "settlement-export": "",
    "waiting": EVERYBODY, "waiting-decide": "A", "waiting-late": "AM", "sales": EVERYBODY,
    "cases": "ACUS", "case-new": "ACTS", "case": "ACUS", "case-text": "ACTS", "case-take": "ACTS",
    "case-hand-on": "ACTS", "case-due": "ACTS", "case-close": "ACTS", "case-reopen": "ACTS", "case-promise": "ACTS",
    "follow-ups": "ACUS", "follow-up-end": "ACTS",
    "audiences": "AMN", "audience": "AMN", "audience-new": "AM", "audience-ask": "AM", "audience-edit": "AM",
    "audience-rename": "AM", "audience-retire": "AM", "audience-revive": "AM", "audience-find": "AMCTUS",
    "audience-why": "AMCTUS",
    "campaigns": "AMN", "campaign": "AMN", "campaign-new": "AM", "campaign-edit": "AM", "campaign-members": "AMCTUS",
    "campaign-try": "AM", "campaign-ask": "AM", "campaign-approve": "AM", "campaign-back": "AMN",
    "campaign-launch": "AM", "campaign-stop": "AM", "campaign-end": "AM", "templates": "AM", "template-new": "AM",
    "template": "AM", "template-draft": "AM", "template-retire": "AM", "template-preview": "AM", "messages": "AM",
    "message": "AM", "message-lift": "AM", "blocked": "AM", "policy": "AM", "senders": "AM",
    "prove": "AMN", "prove-export": "AMN", "prove-members": "AMUS", "prove-direct": "AMUS",
    "set-up": "AU", "merchant-new": "A", "store-new": "A", "staff-list": "AU", "staff-new": "A", "staff-one": "AU",
    "staff-give": "A", "staff-withdraw": "A", "staff-close": "A", "staff-out": "A", "roles": "AU", "role": "A",
    "role-new": "A",
    "webhooks": "A", "webhook": "A", "webhook-switch": "A", "webhook-rotate": "A", "webhook-ping": "A",
    "webhook-resend": "A", "webhook-delete": "A",
    "keys": "A", "key-rotate": "A", "key-revoke": "A", "trail": "AU", "trail-export": "AU", "health": "",
    "health-run": "",
    "channels": "AM", "channel-try": "AM",
    "views": EVERYBODY, "view-keep": EVERYBODY, "view-change": EVERYBODY, "view-drop": EVERYBODY,
    "view-back": EVERYBODY, "palette": EVERYBODY, "look": EVERYBODY, "work-at": EVERYBODY,
}  # fmt: skip
# Addresses that are no page of the console: log-in and what belongs to it, and the API, which have tests of their own.
OUTSIDE: Final = {
    "first", "login", "code", "second-factor", "password", "staff", "logout", "set_language",
}  # fmt: skip
