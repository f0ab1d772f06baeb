"""A real PostgreSQL for the tests: made for this run in a folder of its own, thrown away after it.

REGULARS_TEST_DATABASE names a server of one's own instead (a user who may make databases), as for the oldest version.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regulars.server.place import parts_of
from regulars.server.postgres import Cluster

# What is thrown away need not survive a power cut, nor be tidied while tests empty the tables themselves.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


@contextmanager
def running() -> Iterator[dict[str, object]]:
    """Connection settings as Django has them."""
    if own := os.environ.get("REGULARS_TEST_DATABASE"):
        yield parts_of(own)
        return
    folder = Path(tempfile.mkdtemp(prefix="regulars-test-"))
    cluster = Cluster(folder)
    cluster.make(FAST)
    cluster.start()
    try:
        yield parts_of(cluster.url())
    finally:
        cluster.stop(at_once=True)
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
