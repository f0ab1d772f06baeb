"""Bytes in words."""


def words_of(size: int) -> str:
    """A size as people say it.

    >>> words_of(812), words_of(3 * 1024**3)
    ('812 bytes', '3.0 GB')
    """
    for unit, power in (("GB", 3), ("MB", 2), ("kB", 1)):
        if size >= 1024**power:
            return f"{size / 1024**power:.1f} {unit}"
    return f"{size} bytes"
