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
    "rubbish": mark("not a file of data"),
    "empty": mark("empty"),
    "not-a-table": mark("not a table"),
    "not-sales": mark("not a sales file"),
}
ACCOUNTS: Final = {
    "house-account": mark("the shop’s own, by its name"),
    "test-account": mark("looks like a test account"),
    "bulk-account": mark("buys in bulk, like a business"),
}
