"""The record of who did what: events, each bound to the one before by a hash, so that a change of any of them shows.

What an event tells is hashed with a salt of its own. Where it has to be forgotten both go, and the hash stays: the
chain holds, and nobody can find out by trying what was told (see `actions.forgetting`).
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

ORIGIN = "0" * 64
"""What the first event is bound to."""
FORGET = "forget"
"""The verb of the event that says that what others told of its subject was forgotten."""
_LAST = "select id, hash from events order by id desc limit 1"
_INSERT = (
    "insert into events (id, at, actor_id, verb, subject, detail, salt, digest, hash)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Chain:
    """What became of reading the whole record: how many events, the last one's hash, the first event that is wrong."""

    events: int
    head: str
    broken_at: int | None = None


def append(db: Database, at: str, actor_id: int | None, verb: str, subject: str, detail: Mapping[str, object]) -> None:
    """Adds an event. Part of a transaction that has the write lock: two events bound to one would break the chain."""
    id_, before = db.execute(_LAST).fetchone() or (0, ORIGIN)
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    salt = secrets.token_hex(8)
    told = _digest(salt, text)
    bound = _bound(before, id_ + 1, at, actor_id, verb, subject, told)
    db.execute(_INSERT, [id_ + 1, at, actor_id, verb, subject, text, salt, told, bound])


def bind(db: Database) -> None:
    """Binds events that were written before there was a chain."""
    before = ORIGIN
    for row in db.query("select * from events order by id"):
        salt = secrets.token_hex(8)
        told = _digest(salt, row["detail"])
        before = _bound(before, row["id"], row["at"], row["actor_id"], row["verb"], row["subject"], told)
        db.execute("update events set salt = ?, digest = ?, hash = ? where id = ?", [salt, told, before, row["id"]])


def verify(rows: Iterable[Mapping[str, Any]], last_id: int) -> Chain:
    """Reads events in their order. `last_id`: the greatest id that was ever given, so that cut-off ends are seen.

    An event without its salt was forgotten; it is sound only where a later event says so of its subject.
    """
    before, count = ORIGIN, 0
    forgotten: dict[str, int] = {}
    for row in rows:
        count += 1
        salt, told = row["salt"], row["digest"]
        sound = row["id"] == count and (not salt or told == _digest(salt, row["detail"]))
        bound = _bound(before, row["id"], row["at"], row["actor_id"], row["verb"], row["subject"], told)
        if not sound or bound != row["hash"]:
            return Chain(count, before, row["id"])
        if not salt:
            forgotten.setdefault(row["subject"], row["id"])
        if row["verb"] == FORGET:
            forgotten.pop(row["subject"], None)
        before = bound
    wrong = min(forgotten.values(), default=None)
    if wrong is None and count < last_id:
        wrong = count + 1
    return Chain(count, before, wrong)


def _digest(salt: str, detail: str) -> str:
    return hashlib.sha256(f"{salt}\n{detail}".encode()).hexdigest()


def _bound(before: str, id_: int, at: str, actor_id: int | None, verb: str, subject: str, told: str) -> str:
    parts = json.dumps([before, id_, at, actor_id, verb, subject, told], ensure_ascii=False)
    return hashlib.sha256(parts.encode()).hexdigest()
