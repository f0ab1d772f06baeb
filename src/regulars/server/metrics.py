"""Figures for Prometheus: of this process, or of all processes of the tree where they share a folder.

No figure carries anything of a person: addresses are those written in the code, and jobs go by their names.
"""

import os
from typing import Final

from django.db import connection
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from regulars.server.metrics_folder import FOLDER

REQUESTS: Final = Counter("regulars_requests", "Requests answered", ["route", "method", "status"])
SECONDS: Final = Histogram(
    "regulars_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
JOBS: Final = Counter("regulars_jobs", "Jobs done", ["job", "outcome"])
JOB_SECONDS: Final = Histogram("regulars_job_seconds", "Time of a job", ["job"], buckets=(0.01, 0.1, 1, 10, 60, 600))
_QUEUE: Final = """
SELECT status::text, count(*), coalesce(extract(epoch FROM now() - min(scheduled_at)), 0)
FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY status
"""


class Queue(Collector):
    """The queue as the database has it at this instant. One query."""

    def collect(self) -> list[GaugeMetricFamily]:
        waiting = GaugeMetricFamily("regulars_queue_jobs", "Jobs by state", labels=["state"])
        with connection.cursor() as cursor:
            cursor.execute(_QUEUE)
            found = {str(state): int(count) for state, count, _ in cursor.fetchall()}
        for state in ("todo", "doing", "failed"):
            waiting.add_metric([state], found.get(state, 0))
        return [waiting]


def page() -> bytes:
    """As Prometheus reads it."""
    registry = REGISTRY
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    own = CollectorRegistry()
    own.register(Queue())
    return bytes(generate_latest(registry) + generate_latest(own))
