"""Importing the library is light; the first help page is quick because nothing heavy is loaded for it."""

import subprocess
import sys

import pytest

HEAVY = ("scipy", "sklearn", "vl_convert", "pandas", "duckdb", "ibis")


def loaded_after(statement: str) -> set[str]:
    ask = f"{statement}\nimport sys\nsys.stdout.write(' '.join(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in answer.stdout.split()}


def test_the_command_line_loads_nothing_heavy_for_its_help() -> None:
    assert loaded_after("import regulars.cli") & set(HEAVY) == set()


def test_rules_of_an_arrow_table_need_neither_engine_nor_pandas() -> None:
    asked = """
import io
from pyarrow import csv
from regulars.insight.rules import rules
assert rules(csv.read_csv(io.BytesIO(b"basket,item\\n1,a\\n1,b\\n,b\\n"))).num_rows == 2
"""
    assert loaded_after(asked) & set(HEAVY) == set()


@pytest.mark.parametrize("name", ["rfm", "facts", "visits"])
def test_a_function_named_like_its_module_stays_the_function(name: str) -> None:
    asked = f"""
import sys, regulars.insight
from regulars.insight import {name}
assert callable({name}), {name}
import regulars.insight.{name}
assert regulars.insight.{name} is {name}
"""
    before = f"import regulars.insight.{name}\n"
    assert "ibis" in loaded_after(asked)
    assert "ibis" in loaded_after(before + asked)


def test_the_library_loads_models_only_when_they_are_asked_for() -> None:
    assert loaded_after("import regulars.insight") & {"scipy", "sklearn", "vl_convert"} == set()
    assert "scipy" in loaded_after("from regulars.insight import BGNBD")
