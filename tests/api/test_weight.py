"""A web process never loads what only workers need: every address is called in a process of its own, which then says
what it has loaded. Whatever an address loads late is seen, since each gets as far as its own code."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.api.test_fuzz import known_ids
from tests.api.world import Till, make_world

HEAVY = {"ibis", "duckdb", "sklearn", "pandas", "scipy", "splink", "vl_convert", "pyarrow"}
CALLS = """
import json, os, re, sys
import django
django.setup()
from django.test import Client
from django.test.utils import override_settings
from regulars.api.urls import api
known = json.loads(os.environ["KNOWN"])
head = {"Authorization": "Bearer " + os.environ["KEY"], "If-Match": "*"}
client, told = Client(), []
document = api.get_openapi_schema()
def example(operation):
    ref = operation.get("requestBody", {"content": {"application/json": {"schema": {"$ref": ""}}}})
    name = ref["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    body = document["components"]["schemas"][name]["examples"][0] if name else {}
    text, made = json.dumps(body), "01kdvdna00e00800000000000"
    for shown, real in (("mbr_" + made + "1", known["member"][0]), ("mbr_" + made + "2", known["member"][1]),
                        ("rng_" + made + "1", known["range_id"][0]), ("cpn_" + made + "1", known["coupon"][0])):
        text = text.replace(shown, real)
    return text
ends = ("close_", "erase_", "merge_", "freeze_", "block_", "replace_", "delete_")
# These come last, so that the others find them whole.
for path, methods in sorted(document["paths"].items(), key=lambda one: any(
        operation["operationId"].startswith(ends) for operation in one[1].values())):
    for method, operation in methods.items():
        where = re.sub(r"\\{(\\w+)\\}", lambda m: known.get(m[1], ["night-1"])[0], path)
        answer = client.generic(method.upper(), where, example(operation), content_type="application/json",
                                headers=head | {"Idempotency-Key": operation["operationId"]})
        told.append([method + " " + path, answer.status_code])
client.get("/api/v1/reference"), client.get("/api/v1/openapi.json")
sys.stdout.write("\\n" + json.dumps({"told": told, "loaded": sorted({name.split(".")[0] for name in sys.modules})}))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_address_loads_what_only_workers_need(tmp_path: Path) -> None:
    world = make_world(alone=True)
    known = known_ids(Till(world.key("administrator")))
    shutil.copytree(settings.PLACE.secrets, tmp_path / "secrets")
    (tmp_path / "secrets" / "signing").write_text(settings.SECRET_KEY, encoding="ascii")
    at = connection.settings_dict
    environment = {
        "DATABASE_URL": f"postgresql://{at['USER']}:{at['PASSWORD']}@/{at['NAME']}?host={at['HOST']}&port={at['PORT']}",
        "REGULARS_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "regulars.server.settings",
        "REGULARS_HOSTS": "testserver",
        "KEY": world.key("administrator"),
        "KNOWN": json.dumps(known),
    }
    run = subprocess.run(
        [sys.executable, "-c", CALLS], env=os.environ | environment, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout.splitlines()[-1])
    assert HEAVY & set(said["loaded"]) == set()
    assert [one for one in said["told"] if one[1] in (400, 401, 403, 404, 405, 428) or one[1] >= 500] == []
    assert sum(one[1] < 300 for one in said["told"]) >= len(said["told"]) * 2 // 3, said["told"]
