"""A web process never loads what only workers need: neither by the addresses of the console nor by their templates."""

import os
import subprocess
import sys

HEAVY = {"ibis", "duckdb", "sklearn", "pandas", "scipy", "splink", "vl_convert", "pyarrow"}
LOADING = """
import sys, django
django.setup()
import regulars.server.urls
from pathlib import Path
import regulars.console
from django.template.loader import get_template
for path in (Path(regulars.console.__file__).parent / "templates").rglob("*.html"):
    get_template(str(path.relative_to(path.parents[1] if path.parents[0].name == "console" else path.parents[2])))
sys.stdout.write(" ".join({name.split(".")[0] for name in sys.modules}))
"""


def test_the_console_loads_nothing_heavy(tmp_path: object) -> None:
    environment = os.environ | {"REGULARS_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    run = subprocess.run([sys.executable, "-c", LOADING], env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert HEAVY & set(run.stdout.split()) == set()
