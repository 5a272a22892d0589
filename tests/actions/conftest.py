"""A case log on a real disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.store import CaseLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    log = CaseLog(tmp_path / "case-log.db")
    yield log
    log.close()
