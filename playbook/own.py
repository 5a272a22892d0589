"""Own sources: sections that leads wrote and documents that they sent, as answers draw on them.

They lie below the data directory's `sources/`, each version under a name of its own for good. Which versions count is
in one small list there, that replaces the one before whole: whoever reads it finds what stood before a change, or
after. The list is made of the case log's rows, and made anew from them at every change and every start, so it may lag
behind a crash but never goes astray. No row is needed to read it: `ask` on the command line draws on the same.
"""

import logging
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

log = logging.getLogger(__name__)

OwnKind = Literal["section", "document"]
CURRENT = "current.json"


@dataclass(frozen=True, slots=True)
class OwnFile:
    """The version of a source that counts; `file` is its file's name below the folder that the list lies in.

    `active`: whether answers may draw on it. `version` counts from 1.
    """

    id: str
    version: int
    kind: OwnKind
    title: str
    file: str
    sha256: str
    active: bool


_LIST = TypeAdapter(list[OwnFile])


def own_files(directory: Path | None) -> list[OwnFile]:
    """The current version of every source, by id; a list that cannot be read is logged, and is none."""
    if directory is None:
        return []
    try:
        return _LIST.validate_json((directory / CURRENT).read_bytes())
    except FileNotFoundError:
        return []
    except (OSError, ValidationError) as error:
        log.warning("the list of own sources is left out: %s", error)
        return []


def active_files(directory: Path | None, kind: OwnKind) -> list[OwnFile]:
    """Those of one kind that answers draw on."""
    return [each for each in own_files(directory) if each.kind == kind and each.active]


def write_list(directory: Path, files: Iterable[OwnFile]) -> None:
    """Puts the list in place of the one before, whole or not at all; OSError."""
    listed = sorted(files, key=lambda each: each.id)
    content = _LIST.dump_json(_LIST.validate_python([asdict(each) for each in listed]), indent=1)
    path = directory / CURRENT
    if path.is_file() and path.read_bytes() == content:
        return
    write_whole(path, content)


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file, whole or not at all, for this account alone to read; OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as whole:
        try:
            whole.write(data)
            whole.flush()
            os.fsync(whole.fileno())
            Path(whole.name).replace(path)
        except BaseException:
            Path(whole.name).unlink(missing_ok=True)
            raise
