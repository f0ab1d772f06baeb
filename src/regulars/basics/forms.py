"""What readers of forms say in the words of their makers, in words for who sent the form: by the kind of fault."""

from collections.abc import Mapping
from typing import Final

_UNKNOWN: Final = "There is no such field here."
_MISSING: Final = "This field is needed."
IN_WORDS: Final[Mapping[str, str]] = {
    "extra_forbidden": _UNKNOWN,
    "unexpected_keyword_argument": _UNKNOWN,
    "missing": _MISSING,
    "missing_argument": _MISSING,
    "int_type": "A whole number, without quotes or decimals.",
    "int_from_float": "A whole number, without quotes or decimals.",
    "string_type": "A text, in quotes.",
    "bool_type": "true or false.",
    "list_type": "A list.",
    "tuple_type": "A list.",
}
