"""Plain values as JSON, as short as it can be said: what is kept beside rows, and what a request is known again by."""

from typing import Final

import orjson
from pydantic_core import to_json

# Moments and classes have one way to be written, and that is not orjson's.
_PLAIN: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def document(value: object) -> bytes:
    """Texts, whole numbers, truth, lists and mappings by texts; no fractions, of which what is no number would become
    nothing without a word, where the database refuses it. In a tenth of the time that pydantic takes, which is
    asked for what orjson does not know: numbers beyond 64 bits, and whatever else.

    >>> document({"lines": [(1, "Käse \\u2028\\x07")], "of": 2**70, "none": None})
    b'{"lines":[[1,"K\\xc3\\xa4se \\xe2\\x80\\xa8\\\\u0007"]],"of":1180591620717411303424,"none":null}'
    """
    try:
        return orjson.dumps(value, option=_PLAIN)
    except TypeError:
        return to_json(value)
