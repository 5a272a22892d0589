"""Files that leads have sent and that wait for a button: kept under the SHA-256 of their bytes until one is pressed.

What nobody presses lapses after two days. A file is there before its row is, and goes after the last row that needs it.
"""

import hashlib
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from actions.source_errors import OfferGone, SourcesUnwritable, SourceUnknown
from actions.sources import OwnSource, Sources
from actions.store import CaseLog, instant
from playbook.own import write_whole

PATIENCE = timedelta(days=2)
"""After that long a file that nobody wanted is not kept any longer."""
TITLE_CHARACTERS = 60
TAKEN, DECLINED, LAPSED = "taken", "declined", "lapsed"


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that was sent. `replaces` is the source it may take the place of, if any; `source_id` what it became.

    `outcome` is None while it waits. `message_id` is the card with its buttons, in the private chat of `by_id`.
    """

    id: int
    by_id: int
    name: str
    suffix: str
    sha256: str
    replaces: str
    outcome: str | None
    source_id: str
    version: int | None
    message_id: int | None


class Offers:
    """The offers of the case log; `directory` is made when the first is kept."""

    def __init__(self, log: CaseLog, sources: Sources, directory: Path) -> None:
        self._log, self._sources, self._directory = log, sources, directory

    def keep(self, data: bytes, suffix: str) -> Path:
        """Keeps the bytes, so that they can be looked at before they are offered. SourcesUnwritable."""
        path = self._path(hashlib.sha256(data).hexdigest(), suffix)
        try:
            if not path.exists():
                write_whole(path, data)
        except OSError as error:
            raise SourcesUnwritable(reason=error.strerror or error) from error
        return path

    def offer(self, path: Path, name: str, *, replaces: str, by: int, update_id: int, now: datetime) -> Offer:
        """Offers what was kept under `path`. An update that is handled again after a crash offers nothing new."""
        with self._log.transaction() as db:
            if before := self._first("update_id = ?", update_id):
                return before
            row = {
                "by_id": by,
                "name": name,
                "suffix": path.suffix,
                "sha256": path.stem,
                "replaces": replaces,
                "update_id": update_id,
                "at": instant(now),
            }
            id_ = cast(int, db.table("source_offers").insert(row).last_pk)
            self._log.record(now, by, "offer_source", f"offer:{id_}", {"name": name, "sha256": path.stem})
        return self.need(id_)

    def need(self, offer_id: int) -> Offer:
        """The offer; OfferGone where there is none."""
        offer = self._first("id = ?", offer_id)
        if offer is None:
            raise OfferGone
        return offer

    def of_update(self, update_id: int) -> Offer | None:
        """What this Telegram update offered, where it has been recorded."""
        return self._first("update_id = ?", update_id)

    def drop(self, path: Path) -> None:
        """Removes bytes that were kept and not offered, unless an offer waits for the same."""
        sql = "select 1 from source_offers where outcome is null and sha256 = ? and suffix = ?"
        if self._log.row(sql, [path.stem, path.suffix]) is None:
            path.unlink(missing_ok=True)

    def shown(self, offer_id: int, message_id: int, *, now: datetime) -> None:
        """Notes which message has the buttons."""
        with self._log.transaction() as db:
            db.execute("update source_offers set message_id = ? where id = ?", [message_id, offer_id])
            self._log.record(now, None, "show_offer", f"offer:{offer_id}", {"message_id": message_id})

    def path(self, offer: Offer) -> Path:
        """Where the bytes are, if they still are."""
        return self._path(offer.sha256, offer.suffix)

    def take(self, offer_id: int, *, replace: bool, by: int, now: datetime) -> OwnSource:
        """Makes it a source, or the next version of one; pressed again it is the same one. OfferGone, SourceUnknown."""
        with self._log.transaction():
            offer = self.need(offer_id)
            if offer.outcome == TAKEN:
                return self._became(offer)
            if offer.outcome is not None or not self.path(offer).is_file():
                raise OfferGone
            source = self._taken(offer, replace, by, now)
            self._settle(offer, TAKEN, source, by, now)
        self._sources.publish()
        self.drop(self.path(offer))
        return source

    def decline(self, offer_id: int, *, by: int, now: datetime) -> None:
        """It is not wanted; one that is settled already stays as it is."""
        with self._log.transaction():
            offer = self.need(offer_id)
            if offer.outcome is not None:
                return
            self._settle(offer, DECLINED, None, by, now)
        self.drop(self.path(offer))

    def clear(self, now: datetime) -> None:
        """Lets lapse what nobody wanted, and removes files that no offer needs, of killed processes too."""
        with self._log.transaction():
            sql = "select * from source_offers where outcome is null and at < ?"
            for row in self._log.rows(sql, [instant(now - PATIENCE)]):
                self._settle(_offer(row), LAPSED, None, None, now)
            rows = self._log.rows("select sha256, suffix from source_offers where outcome is null")
            wanted = {self._path(row["sha256"], row["suffix"]).name for row in rows}
            for path in self._directory.glob("*"):
                with suppress(FileNotFoundError):
                    old = path.stat().st_mtime < (now - PATIENCE).timestamp()  # a younger one may yet be offered
                    if path.name not in wanted and old:
                        path.unlink()

    def _taken(self, offer: Offer, replace: bool, by: int, now: datetime) -> OwnSource:
        if not replace:
            id_, title = self._sources.new_document_id(), title_of(offer.name)
        else:
            current = self._sources.current(offer.replaces)
            if current is None or current.kind != "document":
                raise SourceUnknown(source=offer.replaces)
            id_, title = current.id, current.title
        path = self.path(offer)
        return self._sources.put_file(id_, "document", title, path, offer.sha256, offer.suffix, by=by, now=now)

    def _became(self, offer: Offer) -> OwnSource:
        source = next((each for each in self._sources.versions(offer.source_id) if each.version == offer.version), None)
        if source is None:
            raise SourceUnknown(source=offer.source_id)
        self._sources.publish()  # a crash may have come before
        return source

    def _settle(self, offer: Offer, outcome: str, source: OwnSource | None, by: int | None, now: datetime) -> None:
        change = {
            "outcome": outcome,
            "settled_at": instant(now),
            "source_id": source.id if source else "",
            "version": source.version if source else None,
        }
        with self._log.transaction() as db:
            db.table("source_offers").update(offer.id, change)
            detail = {"source": source.id, "version": source.version} if source else {}
            self._log.record(now, by, f"{outcome}_offer", f"offer:{offer.id}", detail)

    def _path(self, sha256: str, suffix: str) -> Path:
        return self._directory / f"{sha256}{suffix}"

    def _first(self, condition: str, value: int) -> Offer | None:
        row = self._log.row(f"select * from source_offers where {condition}", [value])
        return _offer(row) if row else None


def shown_name(name: str) -> str:
    """A file's name fit to be shown: no folder, no control or direction characters."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(
        char for char in bare if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    return " ".join(clean.split()) or "文件"


def title_of(name: str) -> str:
    """What a document is called: its file's name without what tells the format."""
    stem = Path(shown_name(name)).stem.strip(". ")
    return stem[:TITLE_CHARACTERS].strip() or "文件"


def _offer(row: dict[str, Any]) -> Offer:
    return Offer(**{each.name: row[each.name] for each in fields(Offer)})
