"""What this installation tells of itself on the page of its state."""

import platform
import shutil
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection

from regulars import __version__
from regulars.console.state import CopyTold, Installed, StepTold
from regulars.server.backup.noting import copies


class Standing:
    """By the data folder, the database and the queue."""

    def steps(self, at: datetime) -> Sequence[StepTold]:
        from regulars.server import steps, tasks

        return steps.told(tasks.STEPS, at=at)

    def start(self, step: str, at: datetime) -> bool | None:
        from regulars.server import steps, tasks

        return steps.start(step, at=at) if any(one.name == step for one in tasks.STEPS) else None

    def copies(self) -> Sequence[CopyTold]:
        return copies(settings.PLACE)

    def installed(self) -> Installed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
            row = cursor.fetchone()
        assert row is not None
        place = settings.PLACE
        disk = shutil.disk_usage(place.data if place.data.exists() else "/")
        embedded = place.cluster is not None
        return Installed(
            __version__, platform.python_version(), str(row[0]), int(row[1]), embedded, str(place.data), disk.free,
            disk.total,
        )  # fmt: skip
