"""Columns of small Arrow tables."""

from collections.abc import Iterable

import pyarrow as pa


def floats(names: Iterable[str]) -> list[tuple[str, pa.DataType]]:
    """So many columns of numbers."""
    return [(name, pa.float64()) for name in names]


def texts(*names: str) -> list[tuple[str, pa.DataType]]:
    """So many columns of words."""
    return [(name, pa.string()) for name in names]


def wholes(*names: str) -> list[tuple[str, pa.DataType]]:
    """So many columns of counts."""
    return [(name, pa.int64()) for name in names]
