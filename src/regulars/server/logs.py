"""Logs: one JSON object a line on standard error, without personal data.

What an exception says often holds what somebody typed, so its text is never written: only its kind, the way through the
code, and what PostgreSQL calls a constraint. Other libraries' lines keep their wording but not what was filled in.
"""

import logging
import logging.config
import re
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

import structlog

Line = MutableMapping[str, Any]
_MAIL: Final = re.compile(r"[^\s@<>\"'(]+@[^\s@<>\"')]+")
_NUMBER: Final = re.compile(r"(?<![\w.-])\+?\d(?:[ ().-]?\d){6,}(?![\w])")
_OURS: Final = frozenset({"at", "level", "logger", "request_id", "route", "method", "status", "ms", "way", "process"})
_PLACE: Final = Path(__file__).resolve().parents[1]


def configure(process: str) -> None:
    """For this process, before anything is logged."""
    logging.config.dictConfig(settings(process))


def settings(process: str) -> dict[str, Any]:
    """As logging.config takes them; the web server hands them to its own processes."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": formatter, "process": process}},
        "handlers": {
            "out": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"},
            "nowhere": {"class": "logging.NullHandler"},  # without any handler Python would print it all the same
        },
        "root": {"handlers": ["out"], "level": "INFO"},
        "loggers": {
            "_granian": {"handlers": ["out"], "propagate": False},
            "granian.access": {"handlers": ["nowhere"], "propagate": False},
            # Each request is one line of ours already, and a failed one two; theirs would show whole addresses.
            "django.request": {"handlers": ["nowhere"], "propagate": False},
            "django.security": {"handlers": ["nowhere"], "propagate": False},
            "procrastinate": {"level": "WARNING"},
        },
    }


def formatter(process: str) -> logging.Formatter:
    def named(_: object, __: str, line: Line) -> Line:
        return {"process": process, **line}

    return structlog.stdlib.ProcessorFormatter(
        processors=[
            _foreign,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _scrubbed,
            named,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        foreign_pre_chain=COMMON,
        use_get_message=False,  # the wording alone
    )


def _foreign(_: object, __: str, line: Line) -> Line:
    record = line.get("_record")
    if record is not None and not line.get("_from_structlog"):
        line["event"] = getattr(record, "action", None) or line["event"]
        if request_id := getattr(record, "request_id", None):
            line["request_id"] = request_id
    return line


def told_error(failure: BaseException) -> dict[str, object]:
    """An exception without its text: kinds from the first to the last cause, and the way through our own code."""
    kinds = []
    at: BaseException | None = failure
    while at is not None:
        kinds.append(type(at).__name__)
        at = at.__cause__ or at.__context__
    frames = [frame for frame in traceback.extract_tb(failure.__traceback__)]
    way = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    found = {"error": " < ".join(kinds), "way": way[-12:]}
    return found | _database(failure)


def _database(failure: BaseException | None) -> dict[str, object]:
    while failure is not None:
        diagnosis = getattr(failure, "diag", None)
        if diagnosis is not None and diagnosis.sqlstate:
            told = {"sqlstate": diagnosis.sqlstate, "constraint": diagnosis.constraint_name}
            return {name: value for name, value in told.items() if value}
        failure = failure.__cause__ or failure.__context__
    return {}


def _short(path: str) -> str:
    found = Path(path)
    return str(found.relative_to(_PLACE)) if found.is_relative_to(_PLACE) else "/".join(found.parts[-2:])


def _errors(_: object, __: str, line: Line) -> Line:
    told = line.pop("exc_info", None)
    record = line.get("_record")
    if told in (None, False) and record is not None:
        told = record.exc_info
    failure = told[1] if isinstance(told, tuple) else told
    if isinstance(failure, BaseException):
        line.update(told_error(failure))
    if record is not None:
        record.exc_info = record.exc_text = None
    return line


def _scrubbed(_: object, __: str, line: Line) -> Line:
    """The last guard: whatever looks like a mail address or a long number goes."""
    return {name: value if name in _OURS else scrub(value) for name, value in line.items()}


def scrub(value: Any) -> Any:
    """
    >>> scrub({"said": "ada@shop.example or +31 6 1234 5678, 3 times"})
    {'said': '[mail] or [number], 3 times'}
    """
    match value:
        case str():
            return _NUMBER.sub("[number]", _MAIL.sub("[mail]", value))
        case Mapping():
            return {name: scrub(inner) for name, inner in value.items()}
        case list() | tuple():
            return [scrub(inner) for inner in value]
        case None | bool() | int() | float():
            return value
    return scrub(str(value))


COMMON: Final[list[Callable[..., Any]]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    _errors,
]
structlog.configure(
    processors=[*COMMON, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
