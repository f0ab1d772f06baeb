"""The walk in docs/api.md runs as it stands, with curl, against a real server."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.api.world import make_world

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"```sh(?: (?P<name>[A-Z]+)=(?P<field>[a-z_]+))?\n(?P<lines>.*?)```", re.DOTALL)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_walk_runs_as_it_is_written(live_server: LiveServer) -> None:
    known = {"REGULARS": live_server.url, "KEY": make_world(alone=True).key("administrator")}
    told: list[Any] = []
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if not block["lines"].startswith("curl"):
            continue
        run = subprocess.run(
            ["bash", "-ec", block["lines"]],
            env=os.environ | known,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        answer = json.loads(run.stdout)
        told.append(answer)
        if block["name"]:
            known[block["name"]] = answer[block["field"]]
    refused = [answer["code"] for answer in told if "request_id" in answer]
    assert refused == ["not-enough"]  # the one that is shown to be refused
    now, before = ([one["available"] for one in answer["items"]] for answer in told if "as_of" in answer)
    assert (now, sum(before)) == ([70], 0)
    assert len(told) == PAGE.read_text(encoding="utf-8").count("\ncurl ")


def test_every_refusal_and_address_that_the_page_names_exists() -> None:
    from regulars.api.reference import refusals
    from regulars.api.urls import api

    page = PAGE.read_text(encoding="utf-8")
    codes = {one["code"] for one in refusals()}
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", page))
    assert named - codes == set()
    paths = [re.sub(r"\{\w+\}", "[^/]+", path) for path in api.get_openapi_schema()["paths"]]
    called = set(re.findall(r"(?:GET|POST|PUT|PATCH) (/[a-z0-9/…-]+)", page))
    called |= set(re.findall(r"\$REGULARS(/api/v1/[^\s\"?]+)", page))
    full = {path if path.startswith("/api") else f"/api/v1{path}" for path in called}
    assert {one for one in full if not any(re.fullmatch(path, one) for path in paths)} == set()
