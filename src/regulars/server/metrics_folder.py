"""Under which name processes learn where to share their figures; alone, since the supervisor loads no library."""

from typing import Final

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
