"""The passages in one SQLite file: their rows, an FTS5 index over character bigrams, and their sentences' vectors.

The file is the truth of what can be cited; Chroma only proposes. Raw questions find nothing in FTS5 (it splits
Chinese at punctuation alone), so both sides are cut into bigrams beforehand: measured R@1 .956 against .000.
"""

import json
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlite_utils import Database

from retrieval import schema
from retrieval.embedder import Matrix
from retrieval.errors import IndexUnavailable
from retrieval.model import Indexed, Passage, Source
from retrieval.normalise import bigrams

FIELD_WEIGHTS = (1.0, 1.0, 0.6)
"""BM25's weights of title, text and asked-for questions."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a passage is scored by. `vectors` are its units' end to end, float16; empty where it is not embedded yet."""

    number: int
    kind: str
    vectors: bytes


class LexicalIndex:
    """Opens (and makes) the file; raises IndexUnavailable. Several threads may use one object, one at a time."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = Database(sqlite3.connect(path, check_same_thread=False, isolation_level=None))
            self._db.execute("pragma page_size=16384")  # vectors are long: fewer pages to walk for each
            self._db.execute("pragma mmap_size=268435456")
            self._db.execute("pragma journal_mode=wal")
            if schema.is_other(self._db.conn):
                self._make_anew()
            self._db.conn.executescript(schema.TABLES)
            self._db.execute("pragma foreign_keys=on")
        except (OSError, sqlite3.DatabaseError) as error:
            raise IndexUnavailable(where=path, reason=getattr(error, "strerror", None) or error) from error
        self._counted: tuple[object, int] = (None, 0)

    def _make_anew(self) -> None:
        with self._db.conn:  # whole or not at all
            self._db.execute("begin immediate")
            if schema.is_other(self._db.conn):  # no other process was faster
                documents, shelved = schema.make_anew(self._db.conn)
                for document in (*documents, *shelved):
                    self.replace(document)
                for document in shelved:
                    self.shelve(document.id)

    def close(self) -> None:
        """Closes the file; the object is of no use afterwards."""
        self._db.close()

    def digests(self) -> dict[str, str]:
        """The digest of every source that is indexed, by its id; of those on the shelf too."""
        sql = "select id, digest from sources union all select id, digest from shelf"
        return dict(self._db.execute(sql).fetchall())

    def count(self) -> int:
        """How many passages there are; counted again only after somebody wrote."""
        version = self._db.execute("pragma data_version").fetchone()[0], self._db.conn.total_changes
        if version != self._counted[0]:
            self._counted = version, self._db.execute("select count(*) from passages").fetchone()[0]
        return self._counted[1]

    def optimise(self) -> None:
        """Merges the segments of the lexical index: after a large change, looking a term up is several times faster."""
        self._db.execute("insert into terms (terms) values ('optimize')")

    def replace(self, source: Source) -> None:
        """Puts a source in the place of what it was, in one transaction: on the shelf, where that was its place."""
        with self._db.atomic():
            if self._remove(source.id):
                self._lay(source)
            else:
                self._stand(source)

    def remove(self, source_id: str) -> None:
        """Forgets a source and its passages."""
        with self._db.atomic():
            self._remove(source_id)

    def shelve(self, source_id: str) -> bool:
        """Takes a source out of all that is found, in one transaction, and keeps it; False where it was not there."""
        with self._db.atomic():
            row = self._db.execute(
                "update sources set digest = digest where id = ? returning digest", [source_id]
            ).fetchone()
            if row is None:
                return False
            source = Source(source_id, row[0], tuple(self.source_passages(source_id)))
            self._remove(source_id)
            self._lay(source)
        return True

    def unshelve(self, source_id: str) -> bool:
        """Puts a source back as it was; False where it was not on the shelf."""
        with self._db.atomic():
            row = self._db.execute("delete from shelf where id = ? returning digest, passages", [source_id]).fetchone()
            if row is None:
                return False
            self._stand(Source(source_id, row[0], _from_shelf(row[1])))
        return True

    def indexed(self, prefix: str) -> list[Indexed]:
        """The sources whose digests begin like this, on the shelf or not, by id."""
        rows = self._db.execute(
            "select s.id, p.title, count(*), 1 from sources s join passages p on p.source_id = s.id"
            " where substr(s.digest, 1, length(:prefix)) = :prefix group by s.id union all"
            " select id, json_extract(passages, '$[0].title'), json_array_length(passages), 0 from shelf"
            " where substr(digest, 1, length(:prefix)) = :prefix order by 1",
            {"prefix": prefix},
        )
        return [Indexed(id_, title, number, bool(active)) for id_, title, number, active in rows.fetchall()]

    def shelved_passages(self, source_id: str) -> list[Passage]:
        """The passages of a source that is on the shelf, in order."""
        row = self._db.execute("select passages from shelf where id = ?", [source_id]).fetchone()
        return list(_from_shelf(row[0])) if row else []

    def _remove(self, source_id: str) -> bool:
        """Forgets a source wherever it is; whether it was on the shelf. Begins with a write: no other comes between."""
        shelved = self._db.execute("delete from shelf where id = ? returning id", [source_id]).fetchone() is not None
        self._db.execute(
            "delete from terms where rowid in (select number from passages where source_id = ?)", [source_id]
        )
        self._db.execute("delete from sources where id = ?", [source_id])
        return shelved

    def _stand(self, source: Source) -> None:
        self._db.execute("insert into sources values (?, ?)", [source.id, source.digest])
        for passage in source.passages:
            self._insert(passage)

    def _lay(self, source: Source) -> None:
        keys, passages = [each.key for each in source.passages], [asdict(each) for each in source.passages]
        kept = [json.dumps(each, ensure_ascii=False) for each in (keys, passages)]
        self._db.execute("insert into shelf values (?, ?, ?, ?)", [source.id, source.digest, *kept])

    def _insert(self, passage: Passage) -> None:
        number = self._db.execute(
            "insert into passages (key, source_id, position, title, kind, pillar, text, locator, asks, notice)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                passage.key, passage.source_id, passage.position, passage.title, passage.kind, passage.pillar,
                passage.text, passage.locator, json.dumps(passage.asks, ensure_ascii=False), passage.notice,
            ],
        ).lastrowid  # fmt: skip
        fields = (f"{passage.title} {passage.locator}", passage.text, "\n".join(passage.asks))
        self._db.execute(
            "insert into terms (rowid, title, text, asks) values (?, ?, ?, ?)",
            [number, *(" ".join(bigrams(field)) for field in fields)],
        )

    def counts(self, terms: Iterable[str]) -> dict[str, int]:
        """How many passages have each term; those that none has are left out."""
        sql = "select term, doc from term_counts where term in (select value from json_each(?))"
        return dict(self._db.execute(sql, [json.dumps(list(terms))]).fetchall())

    def match(self, terms: Iterable[str], limit: int) -> dict[int, float]:
        """The best passages for these terms by BM25: number → score, higher is better."""
        query = " OR ".join(f'"{term}"' for term in terms)
        if not query:
            return {}
        weights = ", ".join(map(str, FIELD_WEIGHTS))
        sql = (
            f"select rowid, -bm25(terms, {weights}) as score from terms where terms match ? order by score desc limit ?"
        )
        return dict(self._db.execute(sql, [query, limit]).fetchall())

    def rows(self, model: str, *, numbers: Iterable[int] = (), keys: Iterable[str] = ()) -> list[Row]:
        """Passages by number or by key, with their units' vectors under `model`."""
        found = self._db.execute(
            "select p.number, p.kind, v.sentences from passages p left join vectors v on v.key = p.key and v.model = ?"
            " where p.number in (select value from json_each(?)) or p.key in (select value from json_each(?))",
            [model, json.dumps(list(numbers)), json.dumps(list(keys))],
        )
        return [Row(number, kind, vectors or b"") for number, kind, vectors in found.fetchall()]

    def embedded_rows(self, model: str, keys: Sequence[str]) -> list[tuple[Passage, Matrix]]:
        """Passages that have vectors under `model` with these end to end, one for each key that a passage has."""
        found = self._db.execute(
            "select p.*, v.sentences from vectors v join passages p on p.key = v.key"
            " where v.model = ? and v.key in (select value from json_each(?)) group by v.key",
            [model, json.dumps(list(keys))],
        ).fetchall()
        return [(_passage(row), np.frombuffer(row[-1], np.float16).astype(np.float32)) for row in found]

    def passages(self, numbers: Iterable[int]) -> dict[int, Passage]:
        """Passages by their numbers."""
        sql = "select * from passages where number in (select value from json_each(?))"
        found = self._db.execute(sql, [json.dumps(list(numbers))])
        return {row[0]: _passage(row) for row in found.fetchall()}

    def source_passages(self, source_id: str) -> list[Passage]:
        """A source's passages in order; none where it is not indexed (any more)."""
        rows = self._db.execute("select * from passages where source_id = ? order by position", [source_id])
        return [_passage(row) for row in rows.fetchall()]

    def pending(self, model: str) -> list[Passage]:
        """Passages that have no vectors under `model` yet, one for each key."""
        rows = self._db.execute(
            "select * from passages p where not exists (select 1 from vectors v where v.key = p.key and v.model = ?)"
            " group by key order by number",
            [model],
        )
        return [_passage(row) for row in rows.fetchall()]

    def add_vectors(self, model: str, vectors: Sequence[tuple[str, Matrix]]) -> None:
        """Keeps sentences' vectors by the key of their passage, in one transaction."""
        with self._db.atomic():
            for key, matrix in vectors:
                self._db.execute(
                    "insert or replace into vectors values (?, ?, ?)", [model, key, matrix.astype(np.float16).tobytes()]
                )

    def embedded(self, model: str) -> list[str]:
        """The keys of passages that have vectors under `model`."""
        sql = "select key from vectors where model = ? and key in (select key from passages)"
        return [row[0] for row in self._db.execute(sql, [model]).fetchall()]

    def embedded_of(self, model: str, source_ids: Collection[str]) -> list[str]:
        """The keys of these sources' passages that have vectors under `model`."""
        found = self._db.execute(
            "select distinct p.key from passages p join vectors v on v.key = p.key and v.model = ?"
            " where p.source_id in (select value from json_each(?))",
            [model, json.dumps(list(source_ids))],
        )
        return [row[0] for row in found.fetchall()]

    def orphans(self, model: str) -> list[str]:
        """Keys that have vectors under `model` but no passage any more, not even on the shelf."""
        sql = (
            "select key from vectors where model = ? and key not in (select key from passages)"
            " and key not in (select each.value from shelf, json_each(shelf.keys) as each)"
        )
        return [row[0] for row in self._db.execute(sql, [model]).fetchall()]

    def drop_vectors(self, model: str, keys: Sequence[str]) -> None:
        """Forgets the vectors under these keys."""
        self._db.execute(
            "delete from vectors where model = ? and key in (select value from json_each(?))", [model, json.dumps(keys)]
        )

    def identity(self) -> str:
        """A name that no other index has, given when it is first asked for."""
        self._db.execute("insert or ignore into facts values ('identity', ?)", [secrets.token_hex(8).encode()])
        return (self.fact("identity") or b"").decode()

    def fact(self, name: str) -> bytes | None:
        """A small value kept beside the passages, such as the fitted refusal."""
        row = self._db.execute("select value from facts where name = ?", [name]).fetchone()
        return row[0] if row else None

    def set_fact(self, name: str, value: bytes) -> None:
        """Keeps a small value under a name."""
        self._db.execute("insert or replace into facts values (?, ?)", [name, value])


def _passage(row: Sequence[Any]) -> Passage:
    (_, _, source_id, position, title, kind, pillar, text, locator, asks, notice) = row[:11]
    return Passage(source_id, position, title, kind, pillar, text, locator, tuple(json.loads(asks)), notice)


def _from_shelf(kept: str) -> tuple[Passage, ...]:
    return tuple(Passage(**{**each, "asks": tuple(each["asks"])}) for each in json.loads(kept))
