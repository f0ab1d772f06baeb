"""The worker part: does the jobs of the queue, and puts those into it that come by the clock."""

import sys

import django
import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

from regulars.server import logs
from regulars.server.running.lifeline import follow_parent
from regulars.server.running.settled import settle

GRACE = 20.0  # seconds that running jobs have when the worker is asked to stop
HEARTBEAT = 5.0
log = structlog.stdlib.get_logger("regulars.server.work")


def main(jobs: str = "4") -> int:
    logs.configure("worker")
    follow_parent()
    django.setup()
    settle()
    assert isinstance(app.connector, DjangoConnector)
    try:
        with app.replace_connector(app.connector.get_worker_connector()) as working:
            working.run_worker(
                concurrency=int(jobs),
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE,
                update_heartbeat_interval=HEARTBEAT,
            )
    except ConnectorException as failure:
        log.error("the database went away", exc_info=failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
