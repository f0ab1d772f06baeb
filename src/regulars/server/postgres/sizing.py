"""How much memory the database takes, by what the machine has: anew at each start, since machines grow and data move.

It stands in a file of its own that `postgresql.conf` reads first, so that what its owner writes there holds.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

FILE: Final = "sized.conf"
INCLUDE: Final = f"include_if_exists = '{FILE}'\n"
BEFORE: Final = "shared_buffers = 256MB\n"  # of clusters that were made before there was such a file
MIB: Final = 2**20
# What a container may have, by both kinds of control groups.
_LIMITS: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory() -> int:
    """Bytes that this machine, or the container that this is, has."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _LIMITS:
        try:
            found.append(int(path.read_text(encoding="ascii")))
        except (OSError, ValueError):  # there is none, or it says "max"
            continue
    return min(found)


def sized(total: int) -> Mapping[str, str]:
    """An eighth for pages in use, since whoever analyses and serves lives on the same machine; the rest of the cache is
    the system's.

    >>> sized(24 * 1024 * MIB)
    {'shared_buffers': '3072MB', 'effective_cache_size': '12288MB', 'maintenance_work_mem': '384MB'}
    >>> sized(512 * MIB)["shared_buffers"], sized(2**40)["shared_buffers"]
    ('128MB', '8192MB')
    """
    whole = total // MIB
    return {
        "shared_buffers": f"{min(max(whole // 8, 128), 8192)}MB",
        "effective_cache_size": f"{max(whole // 2, 256)}MB",
        "maintenance_work_mem": f"{min(max(whole // 64, 64), 1024)}MB",
    }


def write(files: Path) -> None:
    """Into the folder of a cluster that does not run. Where the disk is full, what stood there before stays."""
    said = "".join(f"{name} = {value}\n" for name, value in sized(memory()).items())
    with suppress(OSError):
        _put(files / FILE, f"# Written at each start, by the memory there is. What postgresql.conf says holds.\n{said}")
        whole = files / "postgresql.conf"
        text = whole.read_text(encoding="utf-8")
        if INCLUDE not in text and BEFORE in text:
            _put(whole, text.replace(BEFORE, INCLUDE))


def _put(path: Path, text: str) -> None:
    """Whole or not at all, and readable for whoever the cluster's folder belongs to."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    half, folder = path.with_suffix(".part"), path.parent.stat()
    half.write_text(text, encoding="utf-8")
    half.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(half, folder.st_uid, folder.st_gid)
    half.replace(path)
