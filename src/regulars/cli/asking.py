"""Asking a person for just what is unclear, with three rows of the file before their eyes."""

from rich.console import Console
from rich.prompt import IntPrompt

from regulars.cli.showing import table
from regulars.history.moves import FileMapping
from regulars.history.refusals import Unclear


def ask(question: Unclear, *, console: Console) -> FileMapping:
    """Shows the question, its example rows and the possible answers; gives back the mapping that the answer makes."""
    heads = dict.fromkeys((heading or f"column {n}" for n, heading in enumerate(_headings(question), 1)), "left")
    console.print(str(question), markup=False, highlight=False)
    console.print(table("", heads, [list(row) for row in question.examples]))
    for number, choice in enumerate(question.choices, 1):
        console.print(f"  {number}  {choice.label}", markup=False, highlight=False)
    numbers = [str(n) for n in range(1, len(question.choices) + 1)]
    try:
        return question.answer(IntPrompt.ask("Which is it", console=console, choices=numbers) - 1)
    except EOFError:
        raise KeyboardInterrupt from None  # Ctrl-D: they would rather not say


def _headings(question: Unclear) -> list[str]:
    listed = question.facts["headings"]
    assert isinstance(listed, list)
    return [str(heading) for heading in listed]
