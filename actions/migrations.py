"""The tables of the case log, as numbered steps. A step that has been released is never changed: add the next one.

Moments are ISO 8601 text in UTC, all of one width, so that their order as text is their order in time. Tables are
`strict`: SQLite would otherwise store any text in an integer column.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("case-log")


def unknown_step(db: Database) -> str | None:
    """The first step that this log has been through and this version does not know: a newer one has written it."""
    known = {step.name for step in MIGRATIONS.pending(Database(memory=True))}  # before an empty file lie all of them
    return next((step.name for step in MIGRATIONS.applied(db) if step.name not in known), None)


@MIGRATIONS()
def m001_officers(db: Database) -> None:
    """Who may use the bot. Nobody is deleted, since what they did refers to them: `active` is 0 for who has left."""
    _create(
        db,
        """create table officers (
            telegram_id integer primary key,
            name text not null check (name <> ''),
            role text not null check (role in ('officer', 'lead', 'admin')),
            active integer not null default 1 check (active in (0, 1))
        ) strict""",
    )


@MIGRATIONS()
def m002_events(db: Database) -> None:
    """One row for each write, never altered.

    `actor_id` is a Telegram id, or null for the command line and the bot itself. It refers to no table: what people did
    who are not (yet) officers is recorded as well.
    """
    refuse = "begin select raise(abort, 'events are append-only'); end"
    _create(
        db,
        """create table events (
            id integer primary key autoincrement,
            at text not null,
            actor_id integer,
            verb text not null check (verb <> ''),
            subject text not null check (subject <> ''),
            detail text not null default '{}' check (json_valid(detail))
        ) strict""",
        "create index events_subject on events (subject)",
        f"create trigger events_stay_as_they_are before update on events {refuse}",
        f"create trigger events_stay before delete on events {refuse}",
    )


@MIGRATIONS()
def m003_questions(db: Database) -> None:
    """What was asked, what was cited as it stood then, and what the asker thought of it.

    `update_id` is the Telegram update that asked; `chat_id` and `message_id` are where the answer stands.
    """
    _create(
        db,
        """create table questions (
            id integer primary key,
            at text not null,
            officer_id integer not null references officers (telegram_id),
            text text not null,
            refused integer not null check (refused in (0, 1)),
            citations text not null check (json_valid(citations)),
            rating integer check (rating in (-1, 1)),
            update_id integer unique,
            chat_id integer,
            message_id integer,
            check ((chat_id is null) = (message_id is null))
        ) strict""",
        "create index questions_officer on questions (officer_id)",
    )


@MIGRATIONS()
def m004_updates(db: Database) -> None:
    """Telegram's updates between being received and being handled, and for a while their ids (see `actions.inbox`)."""
    _create(
        db,
        """create table updates (
            update_id integer primary key,
            received_at text not null,
            body text check (body is null or json_valid(body)),
            handled_at text,
            attempts integer not null default 0 check (attempts >= 0),
            check (body is not null or handled_at is not null)
        ) strict""",
        "create index updates_pending on updates (received_at) where handled_at is null",
    )


def _create(db: Database, *statements: str) -> None:
    for statement in statements:  # one by one: `executescript` would commit the transaction that this runs in
        db.execute(statement)
