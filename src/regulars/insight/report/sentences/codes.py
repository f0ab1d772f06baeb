"""What reading counted, in words: refusals, dirt that was kept, fields, files left out, accounts set aside."""

from typing import Final

from regulars.insight.report.words import mark

REFUSALS: Final = {
    "no-date": mark("no date"),
    "bad-date": mark("a date that cannot be read"),
    "future-date": mark("a date in the future"),
    "no-amount": mark("no amount"),
    "bad-amount": mark("an amount that cannot be read"),
    "absurd-amount": mark("an amount beyond belief"),
    "bad-quantity": mark("a quantity that cannot be read"),
    "absurd-price": mark("a price beyond belief"),
    "duplicate": mark("the same line a second time"),
    "too-few-fields": mark("too few fields"),
    "too-many-fields": mark("too many fields"),
    "not-split": mark("a row that does not split into columns"),
    "no-product": mark("no product"),
    "total-row": mark("a total, not a sale"),
}
NOTES: Final = {
    "anonymous": mark("sales without a customer, kept apart"),
    "return": mark("returns and cancelled receipts"),
    "fee": mark("fees, postage and adjustments, not counted as goods"),
    "zero-price": mark("lines that cost nothing"),
    "duplicate": mark("lines that had arrived before"),
    "no-product": mark("lines without a product"),
    "zero-quantity": mark("lines without a quantity"),
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
    "test-account": mark("looks like a test account"),
    "bulk": mark("buys in bulk, like a business"),
    "test": mark("looks like a test account"),
    "shared-card": mark("looks like a card shared at the till"),
}
