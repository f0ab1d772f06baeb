"""What reading counted, in words: refusals, dirt that was kept, fields, files left out, accounts set aside."""

from typing import Final

from regulars.insight.report.words import mark

REFUSALS: Final = {
    "no-date": mark("no date"),
    "bad-date": mark("a date that cannot be read"),
    "absurd-date": mark("a date that cannot be"),
    "no-amount": mark("no amount"),
    "bad-number": mark("a number that cannot be read"),
    "absurd-price": mark("a price beyond belief"),
    "duplicate": mark("the same line a second time"),
    "no-product": mark("no product"),
    "empty-row": mark("an empty row"),
    "repeated-heading": mark("the heading once more"),
    "total-line": mark("a total, not a sale"),
    "totals-line": mark("a total, not a sale"),
    "too-few-fields": mark("too few fields"),
    "too-many-fields": mark("too many fields"),
    "unclosed-quote": mark("a quotation mark that never closes"),
    "bad-encoding": mark("letters that cannot be read"),
    "line-too-long": mark("a line too long to be one"),
}
NOTES: Final = {
    "anonymous": mark("sales without a customer, kept apart"),
    "return": mark("returns and cancelled receipts"),
    "fee": mark("fees, postage and adjustments, not counted as goods"),
    "zero-price": mark("lines that cost nothing"),
}
FIELDS: Final = {
    "customer": mark("Customer"),
    "sold_at": mark("Date"),
    "time": mark("Time"),
    "amount": mark("Amount"),
    "quantity": mark("Quantity"),
    "price": mark("Price"),
    "discount": mark("Discount"),
    "cost": mark("Cost"),
    "receipt": mark("Receipt"),
    "receipt_line": mark("Line of the receipt"),
    "product": mark("Product"),
    "product_name": mark("Product name"),
    "category": mark("Category"),
    "brand": mark("Brand"),
    "brand_kind": mark("Kind of brand"),
    "store": mark("Store"),
    "channel": mark("Channel"),
    "kind": mark("Kind of line"),
    "basket": mark("Basket"),
}
LEFT_OUT: Final = {
    "rubbish": mark("a hidden file, or one that the system left there"),
    "empty": mark("nothing in it"),
    "not-a-table": mark("not a table"),
    "not-sales": mark("not a sales file: its columns do not show who bought what, when"),
    "baskets-only": mark("baskets without customers, and other files here know theirs: analyse it on its own"),
    "damaged": mark("damaged or cut short: export or download it again"),
    "encrypted": mark("locked with a password: save it without one"),
    "archive-limit": mark("an archive too large or too deep: unpack it yourself if you trust it"),
    "nested": mark("columns that hold lists: write one row per purchase line"),
}
KINDS: Final = {
    "dictionary": mark("a description of other tables, not sales"),
    "summary": mark("one row per customer, not sales: the purchases themselves are no longer in it"),
    "contract": mark("a table of contracts, not sales"),
    "experiment": mark("a test of a promotion, not sales"),
    "survey": mark("a survey, not sales"),
    "complaints": mark("complaints, not sales"),
    "campaigns": mark("who was assigned to which campaign, not sales"),
    "activity": mark("sums of months per member, not sales"),
    "members": mark("a list of members, not sales"),
}
ACCOUNTS: Final = {
    "house-account": mark("the shop’s own, by its name"),
    "test-account": mark("looks like a test account"),
    "bulk-account": mark("buys in bulk, like a business"),
}
