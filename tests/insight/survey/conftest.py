"""A small sample chain, made once."""

from pathlib import Path

import pytest

from regulars.sample.chain import make_chain
from regulars.sample.truth import Truth


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("voices") / "chain"
    return folder, make_chain(folder, customers=5_000, shops=6)
