"""The tables of the index, and what becomes of a file whose tables are of another format.

Such a file is emptied and filled again: the playbook from its files, officers' documents from the texts that are
kept here, since the documents themselves may be gone.
"""

import json
import logging
import sqlite3
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from retrieval.documents import DOCUMENT_PREFIX
from retrieval.model import Passage, Source

log = logging.getLogger(__name__)

FORMAT = 0
"""SQLite's `user_version`, which is 0 in a new file. One more whenever the tables change, or what is kept in them."""

TABLES = """
create table if not exists sources (id text primary key, digest text not null);
create table if not exists passages (
    number integer primary key, key text not null, source_id text not null references sources(id) on delete cascade,
    position integer not null, title text not null, kind text not null, pillar text not null, text text not null,
    locator text not null, asks text not null, notice text not null, unique (source_id, position));
create index if not exists passages_key on passages(key);
create virtual table if not exists terms using fts5(
    title, text, asks, tokenize="unicode61 remove_diacritics 0 tokenchars '.%'");
create virtual table if not exists term_counts using fts5vocab('terms', 'row');
create table if not exists vectors (
    model text not null, key text not null, sentences blob not null, unique (model, key));
create table if not exists facts (name text primary key, value blob not null);
create table if not exists shelf (
    id text primary key, digest text not null, keys text not null, passages text not null);
"""
"""`shelf` has the sources that were taken out of answers, whole, as JSON: nothing that searches reads it."""


def is_other(connection: sqlite3.Connection) -> bool:
    """Whether the file is of another format."""
    (version,) = connection.execute("pragma user_version").fetchone()
    return bool(version != FORMAT)


def make_anew(connection: sqlite3.Connection) -> tuple[list[Source], list[Source]]:
    """Empties a file of another format, within the transaction that is begun; returns the documents that it held.

    Those that were in answers, and those that were on the shelf. The index keeps its identity, which names its
    collection on a Chroma server, and the day of its edition. Foreign keys must be off.
    """
    documents, shelved = _documents(connection), _shelved(connection)
    identity = _read(connection, "select name, value from facts where name in ('identity', 'edition')")
    for what in ("sql like 'create virtual%'", "name not like 'sqlite_%'"):  # a virtual table takes its own with it
        for (name,) in connection.execute(f"select name from sqlite_master where type = 'table' and {what}").fetchall():
            connection.execute(f'drop table "{name}"')
    for statement in TABLES.split(";"):
        connection.execute(statement)
    connection.executemany("insert into facts values (?, ?)", identity)
    connection.execute(f"pragma user_version = {FORMAT}")
    log.info("the index was of another format; made anew with the texts of %d documents", len(documents) + len(shelved))
    return documents, shelved


def _documents(connection: sqlite3.Connection) -> list[Source]:
    """Officers' documents with their texts."""
    rows = _read(
        connection,
        "select s.id, s.digest, p.position, p.title, p.kind, p.pillar, p.text, p.locator"
        f" from sources s join passages p on p.source_id = s.id where s.digest like '{DOCUMENT_PREFIX}%'"
        " order by s.id, p.position",
    )
    return [
        Source(id_, digest, tuple(Passage(id_, *row[2:]) for row in own))
        for (id_, digest), own in groupby(rows, lambda row: (row[0], row[1]))
    ]


def _shelved(connection: sqlite3.Connection) -> list[Source]:
    """Officers' documents that were taken out of answers."""
    sql = f"select id, digest, passages from shelf where digest like '{DOCUMENT_PREFIX}%'"
    return [
        Source(id_, digest, tuple(Passage(id_, *(each.get(name, "") for name in _KEPT)) for each in json.loads(kept)))
        for id_, digest, kept in _read(connection, sql)
    ]


_KEPT = ("position", "title", "kind", "pillar", "text", "locator")


def _read(connection: sqlite3.Connection, sql: str) -> Sequence[Any]:
    """The rows; none where the other format has no such table or column."""
    try:
        return connection.execute(sql).fetchall()
    except sqlite3.OperationalError as error:
        log.warning("not taken over from the index, index the documents again: %s", error)
        return []
