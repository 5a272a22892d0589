"""Another process at work on the same library, under the toy model: ``python -m tests.retrieval.other_process …``.

``lock DIRECTORY`` holds the index's lock; ``add DIRECTORY PLAYBOOK FOLDER`` adds a folder and stands still after the
first step; ``ask DIRECTORY PLAYBOOK QUESTION`` prints the id of the first source. The first two say "ready" and wait
for a line.
"""

import sys
from pathlib import Path

import filelock
import pytest

from retrieval.library import Library, LibrarySettings
from tests.retrieval.toy import use_toy


def ready() -> None:
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()


def hold_lock(directory: Path) -> None:
    with filelock.FileLock(directory / "index.lock"):
        ready()


def add(directory: Path, playbook: Path, folder: Path) -> None:
    library = Library(LibrarySettings(directory, playbook))

    def progress(done: int, total: int) -> None:
        if 0 < done < total:
            ready()

    library.add([folder], progress)
    library.close()


def ask(directory: Path, playbook: Path, question: str) -> None:
    library = Library(LibrarySettings(directory, playbook))
    print(library.ask(question).citations[0].passage.source_id)  # noqa: T201
    library.close()


def main(act: str, directory: str, *rest: str) -> None:
    use_toy(pytest.MonkeyPatch())
    if act == "lock":
        hold_lock(Path(directory))
    elif act == "add":
        add(Path(directory), Path(rest[0]), Path(rest[1]))
    else:
        ask(Path(directory), Path(rest[0]), rest[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
