"""What reading columns refuses, and the questions it must ask before it can go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from regulars.basics.errors import RegularsError
from regulars.history.moves import FileMapping

# How each essential field is called in a question.
ASKED = {"customer": "the customer", "sold_at": "the date of the sale", "amount": "what was paid"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: a column, or (with `date_format`) a way to read the date column that is already known."""

    field: str
    position: int
    heading: str
    label: str
    date_format: str | None = None


class Unclear(RegularsError):
    """Customer, time or value cannot be told from the file alone; three example rows help to answer.

    `facts` hold what `answer` needs as plain values: field, candidates as (position, heading), headings, examples.
    """

    code: ClassVar[str] = "unclear-column"

    def __init__(
        self,
        file: str,
        asked: str,
        choices: Sequence[Choice],
        *,
        why: str,
        headings: Sequence[str],
        examples: Sequence[Sequence[str]],
        found: FileMapping,
    ) -> None:
        listed = ", ".join(choice.label for choice in choices)
        super().__init__(
            f"{file}: which column is {ASKED.get(asked, asked)}? {why} Candidates: {listed}."
            if not choices or not choices[0].date_format
            else f"{file}: {why} Either: {listed}.",
            file=file,
            field=asked,
            candidates=[(choice.position, choice.heading) for choice in choices],
            labels=[choice.label for choice in choices],
            headings=list(headings),
            examples=[list(row) for row in examples],
        )
        self.file = file
        self.field = asked
        self.choices = tuple(choices)
        self.examples = tuple(tuple(row) for row in examples)
        self.found = found

    def answer(self, chosen: int) -> FileMapping:
        """What to pass as `given` to `understand` when the n-th candidate (from 0) is the right one."""
        choice = self.choices[chosen]
        answered = replace(self.found, columns={**self.found.columns, choice.field: choice.position})
        return replace(answered, date_format=choice.date_format) if choice.date_format else answered


class LooksLike(NamedTuple):
    """Another table than one of sales."""

    kind: str  # stable: "members", "survey" …
    words: str  # naming the columns that give it away


class NotSales(RegularsError):
    """The file holds something else than purchases. Facts: kind, looks_like, missing."""

    code: ClassVar[str] = "not-sales"

    def __init__(self, file: str, looks: LooksLike | None, missing: Sequence[str], hint: str = "") -> None:
        lacks = ", ".join(missing)
        looks_like = looks.words if looks else None
        seen = f"it looks like {looks_like}" if looks_like else "its columns do not show who bought what, when"
        super().__init__(
            f"{file} is not a sales file: {seen}" + (f"; missing: {lacks}." if lacks else ".") + hint,
            file=file,
            kind=looks.kind if looks else "",
            looks_like=looks_like,
            missing=list(missing),
        )
        self.kind = looks.kind if looks else ""
        self.looks_like = looks_like
        self.missing = tuple(missing)


class UnknownColumn(RegularsError):
    """The mapping names a column that the file does not have. Facts: file, field, column, headings."""

    code: ClassVar[str] = "unknown-column"


class BadMapping(RegularsError):
    """A mapping file cannot be understood. Facts: file, key, line."""

    code: ClassVar[str] = "bad-mapping"


class NothingKept(RegularsError):
    """Every row of a file was refused: most likely a column or its writing was taken for something else.

    Facts: file, rows, refused_by_reason, examples (rows of the REFUSED contract, at most three).
    """

    code: ClassVar[str] = "nothing-kept"

    def __init__(
        self, file: str, rows: int, refused_by_reason: Mapping[str, int], examples: Sequence[Mapping[str, object]]
    ) -> None:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in refused_by_reason.items())
        seen = ", ".join(
            f"line {one['line']}" + (f' "{one["column"]}" is "{one["value"]}"' if one["column"] else "")
            for one in examples
        )
        super().__init__(
            f"{file}: none of its {rows:,} rows can be used ({reasons}); {seen}. If a column is another one, or is"
            " written another way, say so in a mapping.",
            file=file,
            rows=rows,
            refused_by_reason=dict(refused_by_reason),
            examples=[dict(one) for one in examples],
        )
