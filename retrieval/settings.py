"""Where a library is and which models it uses; whoever opens one fills this in."""

from dataclasses import dataclass
from pathlib import Path

from playbook.loader import BUNDLED as BUNDLED_PLAYBOOK

BUNDLED_MODEL = "bundled"
"""The model that comes along."""


@dataclass(frozen=True)
class LibrarySettings:
    """`directory` holds the index; `chroma_url` is a Chroma server to use instead of files in it.

    `released` is a folder of cases, Markdown like the playbook's own, that officers' finished cases have become.
    `learned` is a file of questions that sources are known to answer (see `playbook.learned`). `own` is the folder of
    leads' own sources (see `playbook.own`).
    """

    directory: Path
    playbook: Path = BUNDLED_PLAYBOOK
    embedding_model: str = BUNDLED_MODEL
    reranker: str | None = None
    chroma_url: str | None = None
    released: Path | None = None
    learned: Path | None = None
    own: Path | None = None
