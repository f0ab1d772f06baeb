"""Whether this installation is alive, and whether it may be sent work."""

import hmac
from functools import cache
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.server import metrics

LATE: Final = 120  # seconds after which a job that is due, or a worker that is silent, means that nothing moves
_QUEUE: Final = f"""
SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '{LATE} seconds'),
       EXISTS (SELECT FROM procrastinate_jobs
               WHERE status = 'todo' AND scheduled_at < now() - interval '{LATE} seconds')
"""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Asks nothing of anybody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_: HttpRequest) -> HttpResponse:
    """Ready: the database answers, its tables are of this release, and jobs are being done. Two queries."""
    found = state()
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


def state() -> dict[str, str]:
    """Each part by name: "ok", or what is the matter. Stops at the first that is not."""
    found = dict.fromkeys(("database", "migrations", "queue"), "unknown")
    try:
        found["database"] = "ok"
        found["migrations"] = "ok" if not missing_migrations() else "pending"
        if found["migrations"] == "ok":
            found["queue"] = queue_state()
    except (DatabaseError, InterfaceError):
        found["database"] = "unreachable"
    return found


def missing_migrations() -> list[str]:
    """Those of this release that the database has not seen. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        row = cursor.fetchone()
        if not row or not row[0]:
            return sorted(wanted_migrations())
        cursor.execute("SELECT app || '.' || name FROM django_migrations")
        applied = {str(name) for (name,) in cursor.fetchall()}
    return sorted(wanted_migrations() - applied)


@cache
def wanted_migrations() -> frozenset[str]:
    """The last ones of each room; they cannot be applied without those before them."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(f"{app}.{name}" for app, name in loader.graph.leaf_nodes())


def queue_state() -> str:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE)
        row = cursor.fetchone()
    assert row is not None
    if not row[0]:
        return "no worker"
    return "late" if row[1] else "ok"


@never_cache
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """For Prometheus: to this machine itself, or with the secret in `secrets/metrics` as a bearer token."""
    if not (_with_secret(request) or _from_here(request)):
        return HttpResponse("Send the secret in secrets/metrics as a bearer token.\n", status=403)
    return HttpResponse(metrics.page(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _from_here(request: HttpRequest) -> bool:
    """Behind a proxy everybody seems to come from here, so then nobody does."""
    forwarded = settings.BEHIND_PROXY or any(name.startswith("HTTP_X_FORWARDED") for name in request.META)
    return not forwarded and "HTTP_FORWARDED" not in request.META and request.META.get("REMOTE_ADDR") in _LOOPBACK


def _with_secret(request: HttpRequest) -> bool:
    path = settings.PLACE.secrets / "metrics"
    if not path.exists():
        return False
    wanted = f"Bearer {path.read_text(encoding='ascii').strip()}"
    return hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted.encode())
