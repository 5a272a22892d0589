"""Finished cases that a lead has released: Markdown files like the playbook's own cases, in the data directory.

A file that cannot be used is logged and left out: it must not keep the others, or the playbook, from being cited.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from playbook.loader import FENCE, read_cases
from playbook.model import Case, Playbook

log = logging.getLogger(__name__)


def released_files(directory: Path | None) -> list[Path]:
    """The files, in a stable order."""
    return sorted(directory.glob("*.md")) if directory and directory.is_dir() else []


def released_cases(directory: Path | None, playbook: Playbook) -> Iterator[Case]:
    """The cases that can be used beside a playbook."""
    cases, problems = read_cases(released_files(directory))
    for problem in problems:
        log.warning("a released case is left out: %s", problem)
    for case in cases:
        if case.id in playbook.entries:
            log.warning("a released case is left out: its id %s is the playbook's", case.id)
        else:
            yield case


def write_case(directory: Path, case: Case) -> Path:
    """Writes a case, whole or not at all, in place of the one of the same id."""
    directory.mkdir(parents=True, exist_ok=True)
    values = case.model_dump(mode="json", exclude={"body"})
    front = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=1000)
    path = directory / f"{case.id}.md"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=directory, suffix=".part", delete=False) as whole:
        whole.write(f"{FENCE}\n{front}{FENCE}\n{case.body}\n")
        whole.flush()
        os.fsync(whole.fileno())
    Path(whole.name).replace(path)
    return path
