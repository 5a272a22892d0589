"""Questions that a source is known to answer, learnt in use: a lead wrote it for them, or named it as the right one.

One YAML file in the data directory, source id → questions. The bot makes it anew from the case log whenever that
changes; a file that cannot be used is logged and counts as empty, since answers must not wait for it.
"""

import logging
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

log = logging.getLogger(__name__)

Learned = Mapping[str, tuple[str, ...]]
"""Questions by the id of the source that answers them."""
EACH = 60
"""Questions that one source takes, the newest: a passage that answers everything would be found for anything."""


def read_learned(path: Path | None) -> Learned:
    """What the file says; nothing where there is none, or none that can be used."""
    if path is None or not path.exists():
        return {}
    try:
        values = yaml.safe_load(path.read_text("utf-8"))
        return {str(id_): _texts(questions) for id_, questions in (values or {}).items()}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        log.warning("what was learnt is left out, %s cannot be used: %s", path, error)
        return {}


def write_learned(path: Path, learned: Mapping[str, Iterable[str]]) -> bool:
    """Writes the file, whole or not at all; False where it says that already."""
    values = {id_: list(dict.fromkeys(questions))[-EACH:] for id_, questions in sorted(learned.items())}
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=1000)
    if path.exists() and path.read_bytes() == text.encode():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as whole:
        whole.write(text)
        whole.flush()
        os.fsync(whole.fileno())
    Path(whole.name).replace(path)
    return True


def _texts(questions: object) -> tuple[str, ...]:
    if not isinstance(questions, list):
        raise TypeError(f"{questions!r} is no list of questions")
    return tuple(str(question) for question in questions)
