"""Updates kept from the moment they arrive until they are handled, so that a crash loses none and repeats none.

An update is pending, or handled, or set aside: one whose handling was begun three times and never ended has most likely
killed the process each time, and must not keep the others waiting.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from actions.store import CaseLog, instant

MAX_ATTEMPTS = 3
REMEMBERED = timedelta(hours=48)
"""How long a handled update's id is remembered. Telegram may deliver an update again for 24 hours."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptUpdate:
    """An update that waits; `attempts` is how many times its handling was begun."""

    update_id: int
    body: dict[str, Any]
    attempts: int


class Inbox:
    """The updates of the case log. These rows are plumbing, so only setting aside is worth an event."""

    def __init__(self, log: CaseLog) -> None:
        self._log = log

    def keep(self, update_id: int, body: Mapping[str, object], now: datetime) -> bool:
        """Keeps an update; when this returns it outlives a power cut. False where its id was seen before."""
        sql = "insert into updates (update_id, received_at, body) values (?, ?, ?) on conflict (update_id) do nothing"
        with self._log.transaction() as db:
            return db.execute(sql, [update_id, instant(now), json.dumps(body)]).rowcount == 1

    def begin(self, update_id: int) -> None:
        """Counts an attempt; called before handling starts, since afterwards may be too late."""
        with self._log.transaction() as db:
            db.execute("update updates set attempts = attempts + 1 where update_id = ?", [update_id])

    def handled(self, update_id: int, now: datetime) -> None:
        """Closes an update; it will not be pending again, and what it said is not kept. Again is a no-op."""
        sql = "update updates set handled_at = ?, body = null where update_id = ? and handled_at is null"
        with self._log.transaction() as db:
            db.execute(sql, [instant(now), update_id])

    def pending(self) -> list[KeptUpdate]:
        """What waits to be handled, in the order in which it came (ids start anywhere after a quiet week)."""
        rows = self._log.rows(
            "select update_id, body, attempts from updates where handled_at is null and attempts < ?"
            " order by received_at, update_id",
            [MAX_ATTEMPTS],
        )
        return [KeptUpdate(row["update_id"], json.loads(row["body"]), row["attempts"]) for row in rows]

    def set_aside(self, now: datetime) -> list[int]:
        """Closes what has been begun too often, says so in the log and as an event, and returns the ids."""
        sql = "update updates set handled_at = ? where handled_at is null and attempts >= ? returning update_id"
        with self._log.transaction() as db:
            ids = [update_id for (update_id,) in db.execute(sql, [instant(now), MAX_ATTEMPTS]).fetchall()]
            for update_id in ids:
                self._log.record(now, None, "set_aside", f"update:{update_id}", {"attempts": MAX_ATTEMPTS})
        for update_id in ids:
            _LOGGER.error("update %d set aside: begun %d times, never handled to the end", update_id, MAX_ATTEMPTS)
        return ids

    def forget(self, before: datetime) -> None:
        """Drops updates handled 48 hours before this moment, and what was said in those set aside before it."""
        with self._log.transaction() as db:
            db.execute("update updates set body = null where handled_at < ? and body is not null", [instant(before)])
            db.execute("delete from updates where handled_at < ?", [instant(before - REMEMBERED)])
