"""Finished cases that a lead has released: Markdown files like the playbook's own cases, in the data directory.

A file that cannot be used is logged and left out: it must not keep the others, or the playbook, from being cited.
"""

import logging
import os
import tempfile
from pathlib import Path

from playbook.front_matter import file_text
from playbook.loader import Problem, read_cases
from playbook.model import Case, Playbook

log = logging.getLogger(__name__)


def released_files(directory: Path | None) -> list[Path]:
    """The files, in a stable order."""
    return sorted(path for path in directory.glob("*.md") if path.is_file()) if directory else []


def read_released(directory: Path | None, playbook: Playbook) -> tuple[list[Case], list[Problem]]:
    """The cases that can be used beside a playbook, and every problem found."""
    return read_cases(released_files(directory), playbook.entries)


def released_cases(directory: Path | None, playbook: Playbook) -> list[Case]:
    """The cases that can be used beside a playbook; the log says which others there are."""
    cases, problems = read_released(directory, playbook)
    for problem in problems:
        log.warning("a released case is left out: %s", problem)
    return cases


def write_case(directory: Path, case: Case) -> Path:
    """Writes a case, whole or not at all, in place of the one of the same id; returns its file."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{case.id}.md"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=directory, suffix=".part", delete=False) as whole:
        whole.write(file_text(case))
        whole.flush()
        os.fsync(whole.fileno())
    Path(whole.name).replace(path)
    return path
