"""Logs: one JSON object a line, with the way through the code and without a person."""

import io
import json
import logging

import psycopg
import pytest
import structlog
from django.db import IntegrityError, connection

from regulars.server import logs

PHONE, MAIL = "+31 6 1234 5678", "ada@shop.example"


@pytest.fixture
def lines() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(lines: io.StringIO) -> logging.Logger:
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logs.formatter("test"))
    logger = logging.getLogger("elsewhere.library")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    return logger


def told(lines: io.StringIO) -> dict[str, object]:
    found = json.loads(lines.getvalue().splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_another_librarys_line_keeps_its_wording_and_not_what_was_filled_in(
    logger: logging.Logger, lines: io.StringIO
) -> None:
    logger.warning("looked for %s of %s", "Ada Lovelace", MAIL)
    line = told(lines)
    assert (line["event"], line["level"], line["process"]) == ("looked for %s of %s", "warning", "test")


def test_an_exception_is_told_by_its_kind_and_way_never_by_its_text(logger: logging.Logger, lines: io.StringIO) -> None:
    try:
        try:
            raise ValueError(f"no such person: Ada Lovelace, {MAIL}")
        except ValueError as first:
            raise KeyError(PHONE) from first
    except KeyError:
        logger.exception("failed")
    line = told(lines)
    assert line["error"] == "KeyError < ValueError"
    assert "test_logs.py" in str(line["way"])
    assert not any(word in lines.getvalue() for word in ("Ada", MAIL, PHONE))


@pytest.mark.django_db
def test_a_clash_in_the_database_is_told_by_its_constraint(logger: logging.Logger, lines: io.StringIO) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE people (mail text CONSTRAINT people_mail_once UNIQUE)")
        with pytest.raises(IntegrityError) as clash:
            cursor.execute("INSERT INTO people VALUES (%s), (%s)", [MAIL, MAIL])
    assert MAIL in str(clash.value)
    logger.error("failed", exc_info=clash.value)
    line = told(lines)
    assert (line["sqlstate"], line["constraint"]) == ("23505", "people_mail_once")
    assert MAIL not in lines.getvalue()
    assert isinstance(clash.value.__cause__, psycopg.errors.UniqueViolation)


def test_what_looks_like_a_person_goes_even_from_our_own_lines(logger: logging.Logger, lines: io.StringIO) -> None:
    structlog.stdlib.get_logger("elsewhere.library").info("step done", who=[MAIL, {"phone": PHONE}], times=12345678)
    line = told(lines)
    assert line["who"] == ["[mail]", {"phone": "[number]"}]
    assert line["times"] == 12345678
