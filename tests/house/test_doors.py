"""Importing the library is light; the first help page is quick because nothing heavy is loaded for it."""

import subprocess
import sys

HEAVY = ("scipy", "sklearn", "vl_convert", "pandas", "duckdb", "ibis")


def loaded_after(statement: str) -> set[str]:
    ask = f"{statement}\nimport sys\nsys.stdout.write(' '.join(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in answer.stdout.split()}


def test_the_command_line_loads_nothing_heavy_for_its_help() -> None:
    assert loaded_after("import regulars.cli") & set(HEAVY) == set()


def test_the_library_loads_models_only_when_they_are_asked_for() -> None:
    assert loaded_after("import regulars.insight") & {"scipy", "sklearn", "vl_convert"} == set()
    assert "scipy" in loaded_after("from regulars.insight import BGNBD")
