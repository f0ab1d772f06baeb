"""Memory that work takes above what its process held before: the same code for us and for a peer. Linux only."""

from pathlib import Path

PROCESS = Path("/proc/self")


def started() -> int:
    """Forgets the peak so far; gives the kilobytes resident now."""
    (PROCESS / "clear_refs").write_text("5")
    return _kilobytes("VmRSS")


def megabytes_since(before: int) -> float:
    """The peak since `started`, above what was resident then."""
    return round((_kilobytes("VmHWM") - before) / 1024, 1)


def _kilobytes(field: str) -> int:
    lines = (PROCESS / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))
