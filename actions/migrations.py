"""The tables of the case log, as numbered steps. A step that has been released is never changed: add the next one.

Moments are ISO 8601 text in UTC, all of one width, so that their order as text is their order in time. Tables are
`strict`: SQLite would otherwise store any text in an integer column.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from actions import record

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


@MIGRATIONS()
def m005_cases(db: Database) -> None:
    """Companies that close, what was answered about them, and what was noted.

    `year` and `number` are the two parts of `id`. `opened_on` is null while a case is a draft; a case that is archived
    and was never opened is a draft that was given up. `item` of an answer is its place in a repeating group, 0 outside;
    `message_id` is the message that gave it. `case_words` finds companies by any part of their name or code: it holds
    every run of one to four letters as a word (see `actions.cases`).
    """
    _create(
        db,
        """create table cases (
            id text primary key,
            year integer not null,
            number integer not null,
            company text not null default '',
            uscc text not null default '',
            industry text not null default '',
            reason text not null default '',
            stage text not null default '',
            closure_date text,
            officer_id integer not null references officers (telegram_id),
            status text not null check (status in ('draft', 'open', 'follow_up', 'archived')),
            created_at text not null,
            opened_on text,
            archived_at text,
            released_at text,
            unique (year, number),
            check (status <> 'draft' or opened_on is null)
        ) strict""",
        "create index cases_by_status on cases (status, year, number)",
        "create index cases_by_officer on cases (officer_id, status, year, number)",
        "create virtual table case_words using fts5"
        " (case_id unindexed, ones, twos, threes, fours, tokenize = 'unicode61')",
        """create table answers (
            case_id text not null references cases (id),
            question_id text not null,
            item integer not null default 0 check (item >= 0),
            value text not null check (json_valid(value)),
            answered_by integer not null references officers (telegram_id),
            answered_at text not null,
            message_id integer,
            primary key (case_id, question_id, item)
        ) strict, without rowid""",
        "create index answers_by_message on answers (answered_by, message_id) where message_id is not null",
        """create table notes (
            id integer primary key,
            case_id text not null references cases (id),
            task_id integer references tasks (id),
            at text not null,
            officer_id integer not null references officers (telegram_id),
            text text not null check (text <> '')
        ) strict""",
        "create index notes_by_case on notes (case_id)",
    )


@MIGRATIONS()
def m006_tasks(db: Database) -> None:
    """What is to be done in a case, and what waits for what.

    `rule`, `item` and `occurrence` name the rule of `tasks.yaml` that gave rise to a task; `rule` is null for one that
    an officer added. `by_hand` is 1 where an officer has set the date, which is then not worked out again. `evidence`
    says what closes it; `citation` keeps the passage that it was made from. `outcome` of a waived task has its reason,
    or `{"withdrawn": true}` where changed answers no longer call for it. A wait that is a `gate` ends only when what it
    waits for is done; any other also when that is waived.
    """
    _create(
        db,
        """create table tasks (
            id integer primary key,
            case_id text not null references cases (id),
            pillar text not null,
            kind text not null,
            title text not null check (title <> ''),
            due_on text not null,
            status text not null check (status in ('open', 'blocked', 'done', 'waived')),
            assignee_id integer not null references officers (telegram_id),
            source text not null default '',
            done_at text,
            outcome text not null default '{}' check (json_valid(outcome)),
            rule text,
            item integer not null default 0,
            occurrence integer not null default 0,
            by_hand integer not null default 0 check (by_hand in (0, 1)),
            evidence text,
            citation text check (citation is null or json_valid(citation)),
            created_at text not null,
            unique (case_id, rule, item, occurrence)
        ) strict""",
        "create index tasks_due on tasks (status, due_on)",
        "create index tasks_by_assignee on tasks (assignee_id, status, due_on)",
        """create table task_waits (
            task_id integer not null references tasks (id),
            waits_for integer not null references tasks (id),
            gate integer not null default 0 check (gate in (0, 1)),
            primary key (task_id, waits_for)
        ) strict, without rowid""",
        "create index task_waits_back on task_waits (waits_for)",
    )


@MIGRATIONS()
def m007_files(db: Database) -> None:
    """Photos and documents: evidence of tasks, answers, papers of a case. The bytes are kept under their SHA-256.

    `name` is what the sender called it, for people to read; it names no path.
    """
    _create(
        db,
        """create table files (
            id integer primary key,
            case_id text not null references cases (id),
            task_id integer references tasks (id),
            sha256 text not null check (length(sha256) = 64),
            name text not null,
            media_type text not null,
            size integer not null check (size >= 0),
            officer_id integer not null references officers (telegram_id),
            at text not null
        ) strict""",
        "create index files_by_case on files (case_id)",
        "create index files_by_task on files (task_id) where task_id is not null",
    )


@MIGRATIONS()
def m008_dialogues(db: Database) -> None:
    """Where each officer stands: in a walk through the checklist, and in what the next message is for.

    A walk: `step` grows with all that is shown, and is in the buttons: those of any other step are old. `question_id`
    and `item` are what is being asked or changed, `seen` the answer as it stood when it was shown, `pending` the answer
    that waits to be confirmed. `shown_step` is the last step that Telegram has taken, in `message_id`; `update_id` is
    the last update that changed the walk, so that one handled again after a crash changes nothing.
    """
    _create(
        db,
        """create table walks (
            officer_id integer primary key references officers (telegram_id),
            case_id text not null references cases (id),
            view text not null check (view in ('ask', 'review', 'confirm', 'cancel', 'paused', 'ended')),
            question_id text,
            item integer not null default 0,
            seen text,
            pending text,
            edition text not null,
            step integer not null,
            shown_step integer not null default 0,
            message_id integer,
            update_id integer
        ) strict""",
        """create table prompts (
            officer_id integer primary key references officers (telegram_id),
            verb text not null check (verb <> ''),
            subject text not null,
            asked_at text not null,
            update_id integer
        ) strict""",
    )


@MIGRATIONS()
def m009_plain_rows(db: Database) -> None:
    """Cases and tasks that bring only what the documents name can be put in: the rest follows or has a default.

    `year` and `number` follow from the id. New for reminders: `remind_on` is the next day on which something is to be
    said about a task (null: its due date), `snoozed_until` the day to which its reminder was put off, `snoozes` how
    often. Whatever moves or opens a task starts its reminders anew: a trigger, so that no writer forgets.
    """
    _rebuild(
        db,
        "cases",
        "id, company, uscc, industry, reason, stage, closure_date, officer_id, status, created_at, opened_on,"
        " archived_at, released_at",
        """create table cases_new (
            id text primary key,
            year integer generated always as (cast(substr(id, 4, 4) as integer)) stored,
            number integer generated always as (cast(substr(id, 9) as integer)) stored,
            company text not null default '',
            uscc text not null default '',
            industry text not null default '',
            reason text not null default '',
            stage text not null default '',
            closure_date text,
            officer_id integer not null references officers (telegram_id),
            status text not null check (status in ('draft', 'open', 'follow_up', 'archived')),
            created_at text not null default (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00'),
            opened_on text,
            archived_at text,
            released_at text,
            check (status <> 'draft' or opened_on is null)
        ) strict""",
    )
    _rebuild(
        db,
        "tasks",
        "id, case_id, pillar, kind, title, due_on, status, assignee_id, source, done_at, outcome, rule, item,"
        " occurrence, by_hand, evidence, citation, created_at",
        """create table tasks_new (
            id integer primary key,
            case_id text not null references cases (id),
            pillar text not null,
            kind text not null,
            title text not null check (title <> ''),
            due_on text not null,
            status text not null check (status in ('open', 'blocked', 'done', 'waived')),
            assignee_id integer not null references officers (telegram_id),
            source text not null default '',
            done_at text,
            outcome text not null default '{}' check (json_valid(outcome)),
            rule text,
            item integer not null default 0,
            occurrence integer not null default 0,
            by_hand integer not null default 0 check (by_hand in (0, 1)),
            evidence text,
            citation text check (citation is null or json_valid(citation)),
            created_at text not null default (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00'),
            remind_on text,
            snoozed_until text,
            snoozes integer not null default 0 check (snoozes >= 0),
            unique (case_id, rule, item, occurrence)
        ) strict""",
    )
    _create(
        db,
        "create index cases_by_number on cases (year, number)",
        "create index cases_by_status on cases (status, year, number)",
        "create index cases_by_officer on cases (officer_id, status, year, number)",
        "create index tasks_due on tasks (status, due_on)",
        "create index tasks_by_assignee on tasks (assignee_id, status, due_on)",
        "create index tasks_to_remind on tasks (coalesce(remind_on, due_on)) where status = 'open'",
        "create index tasks_of_ecology on tasks (case_id)"
        " where kind = 'eco_liability' and status in ('open', 'blocked')",
        """create trigger tasks_are_reminded_anew after update of due_on, status on tasks
            when new.due_on <> old.due_on or (new.status = 'open' and old.status <> 'open')
            begin update tasks set remind_on = null, snoozed_until = null where id = new.id; end""",
    )


@MIGRATIONS()
def m010_notifications(db: Database) -> None:
    """What is pushed to whom, and when officers want it.

    A notification is one message, or part of one: `within` is the message (a digest) that carries it, and that is
    claimed and sent for all it carries. `occasion` names the event; with task and officer it is there once.
    `claimed_by` is the process that is sending it; `doubtful` counts attempts that may have arrived without our
    knowing. `ended` says why it will not be sent (again): it failed for good, or there was nothing left to say.
    `pushing` has one row: the moment of the last round, from which an outage is known.

    Officers: `push_hour` on the Shanghai clock, `digest` 0 where the digest is not wanted, `digest_on` and `agenda_on`
    the last days for which they were thought of.
    """
    _create(
        db,
        "alter table officers add column push_hour integer not null default 9 check (push_hour between 0 and 23)",
        "alter table officers add column digest integer not null default 1 check (digest in (0, 1))",
        "alter table officers add column digest_on text",
        "alter table officers add column agenda_on text",
        """create table notifications (
            id integer primary key,
            task_id integer references tasks (id),
            case_id text references cases (id),
            officer_id integer not null references officers (telegram_id),
            occasion text not null check (occasion <> ''),
            due_at text not null,
            within integer references notifications (id),
            claimed_at text,
            claimed_by text,
            sent_at text,
            message_id integer,
            seen_at text,
            attempts integer not null default 0 check (attempts >= 0),
            doubtful integer not null default 0 check (doubtful >= 0),
            retry_at text,
            error text,
            ended text check (ended in ('failed', 'dropped'))
        ) strict""",
        "create unique index notifications_once on notifications (officer_id, coalesce(task_id, 0), occasion)",
        "create index notifications_waiting on notifications (due_at)"
        " where sent_at is null and ended is null and within is null",
        "create index notifications_within on notifications (within) where within is not null",
        "create index notifications_by_message on notifications (officer_id, message_id) where message_id is not null",
        "create index notifications_by_task on notifications (task_id) where task_id is not null",
        "create index notifications_failed on notifications (officer_id) where ended = 'failed'",
        "create table pushing (id integer primary key check (id = 1), last_round_at text not null) strict",
    )


@MIGRATIONS()
def m011_contacts(db: Database) -> None:
    """Contacts with owners, cases on their way to a colleague, and officers who are away.

    A contact is a visit or an attempt at one: `reached` is null while the officer is still being asked about it, and 0
    where nobody was there. `answers` are those to the visit's questions, by id. A handover is open while `answered_at`
    is null. An absence is one row for each officer, both days included.
    """
    _create(
        db,
        """create table contacts (
            id integer primary key,
            case_id text not null references cases (id),
            task_id integer not null references tasks (id),
            officer_id integer not null references officers (telegram_id),
            at text not null,
            reached integer check (reached in (0, 1)),
            answers text not null default '{}' check (json_valid(answers)),
            note text not null default '',
            update_id integer
        ) strict""",
        "create index contacts_by_case on contacts (case_id, at)",
        "create index contacts_begun on contacts (officer_id) where reached is null",
        """create table handovers (
            id integer primary key,
            case_id text not null references cases (id),
            from_id integer not null references officers (telegram_id),
            to_id integer not null references officers (telegram_id),
            asked_at text not null,
            answered_at text,
            accepted integer check (accepted in (0, 1)),
            reason text not null default ''
        ) strict""",
        "create unique index handovers_open on handovers (case_id) where answered_at is null",
        """create table absences (
            officer_id integer primary key references officers (telegram_id),
            from_on text not null,
            until_on text not null,
            deputy_id integer not null references officers (telegram_id),
            check (from_on <= until_on and deputy_id <> officer_id)
        ) strict""",
    )


@MIGRATIONS()
def m012_chain(db: Database) -> None:
    """Events bound one to another (see `actions.record`). One may still be changed: what it tells may be forgotten."""
    refuse = "begin select raise(abort, 'events are append-only'); end"
    _create(
        db,
        "alter table events add column salt text not null default ''",
        "alter table events add column digest text not null default ''",
        "alter table events add column hash text not null default ''",
        "drop trigger events_stay_as_they_are",
    )
    record.bind(db)
    _create(
        db,
        f"""create trigger events_stay_as_they_are before update on events
            when not (new.id = old.id and new.at = old.at and new.actor_id is old.actor_id and new.verb = old.verb
                and new.subject = old.subject and new.digest = old.digest and new.hash = old.hash
                and new.detail = '{{}}' and new.salt = '')
            {refuse}""",
    )


@MIGRATIONS()
def m013_door(db: Database) -> None:
    """Invitations by a code that is kept as its SHA-256, used once and not for ever; admins who lead as well.

    `made_by` is null for the code that the first start prints. `forgotten_at` of a case: when its personal data went.
    """
    _create(
        db,
        "alter table officers add column also_leads integer not null default 0 check (also_leads in (0, 1))",
        "alter table cases add column forgotten_at text",
        """create table invitations (
            code_hash text primary key,
            role text not null check (role in ('officer', 'lead', 'admin')),
            also_leads integer not null default 0 check (also_leads in (0, 1)),
            name text not null default '',
            made_by integer references officers (telegram_id),
            made_at text not null,
            expires_at text,
            used_at text,
            used_by integer
        ) strict""",
    )


@MIGRATIONS()
def m014_conversations(db: Database) -> None:
    """What was understood by a question, where it was asked, and what was answered; where conversations were ended.

    `meant` is the question as it stands by itself, empty where that is its own text. A conversation is the questions
    of one officer in one chat since the last `/reset` there, which ended those up to `question_id`; it expires by time.
    """
    _create(
        db,
        "alter table questions add column meant text not null default ''",
        "alter table questions add column asked_in integer",
        "alter table questions add column said text not null default ''",
        "alter table questions add column engine text not null default ''",
        "create index questions_in_chat on questions (officer_id, asked_in, id)",
        """create table resets (
            officer_id integer not null references officers (telegram_id),
            chat_id integer not null,
            question_id integer not null references questions (id),
            at text not null,
            primary key (officer_id, chat_id)
        ) strict, without rowid""",
    )


@MIGRATIONS()
def m015_proposals(db: Database) -> None:
    """What the bot understood that an officer wants done: nothing is done until its button is pressed.

    `outcome` is null while the card waits. `arguments` are those of the act, as JSON; `place` counts the acts of one
    message from 0. `was` is the day of the task when the card was shown, by which a change since is seen.
    """
    _create(
        db,
        """create table proposals (
            id integer primary key,
            officer_id integer not null references officers (telegram_id),
            act text not null check (act <> ''),
            arguments text not null check (json_valid(arguments)),
            case_id text references cases (id),
            was text,
            said text not null,
            made_at text not null,
            update_id integer not null,
            place integer not null default 0,
            message_id integer,
            settled_at text,
            outcome text check (outcome in ('confirmed', 'cancelled')),
            check ((settled_at is null) = (outcome is null)),
            unique (update_id, place)
        ) strict""",
        "create index proposals_by_case on proposals (case_id) where case_id is not null",
    )


@MIGRATIONS()
def m016_gaps(db: Database) -> None:
    """What became of questions that the playbook did not answer, or not well.

    `written`: a section was written for it; `marked`: the right source was named; `set_aside`: nothing to be done.
    `title` is the source's as it was then. A draft is a section as a lead wrote it, `said`, for `questions`; with
    `source_id` it has the id under which it is, or is about to be, published.
    """
    _create(
        db,
        """create table settled_gaps (
            question_id integer primary key references questions (id),
            how text not null check (how in ('written', 'marked', 'set_aside')),
            source_id text not null default '',
            title text not null default '',
            by_id integer not null references officers (telegram_id),
            at text not null,
            check ((how = 'set_aside') = (source_id = ''))
        ) strict""",
        """create table drafts (
            id integer primary key,
            officer_id integer not null references officers (telegram_id),
            questions text not null check (json_valid(questions)),
            said text not null check (said <> ''),
            pillar text not null,
            at text not null,
            update_id integer unique,
            source_id text not null default '',
            outcome text check (outcome in ('published', 'dropped'))
        ) strict""",
        "create index questions_unanswered on questions (id) where refused = 1 or rating = -1",
    )


@MIGRATIONS()
def m017_own_sources(db: Database) -> None:
    """Sections that leads wrote and documents that they sent: every version, of which one at most is in answers.

    `file` is the version's file below the data directory's `sources/`. `state`: `active` is what answers draw on,
    `disabled` was taken out by a lead, `replaced` has a later version.

    An offer is a file that was sent and waits for a button, its bytes under their SHA-256; `replaces` is the
    source that it was asked for, `source_id` and `version` what it has become.
    """
    _create(
        db,
        """create table own_sources (
            id text not null check (id <> ''),
            version integer not null check (version > 0),
            kind text not null check (kind in ('section', 'document')),
            title text not null check (title <> ''),
            file text not null,
            sha256 text not null,
            state text not null check (state in ('active', 'disabled', 'replaced')),
            by_id integer not null references officers (telegram_id),
            at text not null,
            primary key (id, version)
        ) strict, without rowid""",
        "create unique index own_sources_current on own_sources (id) where state <> 'replaced'",
        """create table source_offers (
            id integer primary key,
            by_id integer not null references officers (telegram_id),
            name text not null check (name <> ''),
            suffix text not null,
            sha256 text not null,
            replaces text not null default '',
            update_id integer unique,
            at text not null,
            settled_at text,
            outcome text check (outcome in ('taken', 'declined', 'lapsed')),
            source_id text not null default '',
            version integer,
            message_id integer,
            check ((settled_at is null) = (outcome is null))
        ) strict""",
        "create index source_offers_open on source_offers (sha256) where outcome is null",
    )


@MIGRATIONS()
def m018_editions(db: Database) -> None:
    """The content of each source of answers as the bot last saw it, to tell what has changed.

    `digest` is empty where the source is gone; `seen_at` is when it was found to be as it is.
    """
    _create(
        db,
        """create table editions (
            source_id text primary key,
            digest text not null,
            title text not null,
            seen_at text not null
        ) strict, without rowid""",
    )


def _rebuild(db: Database, table: str, columns: str, sql: str) -> None:
    """Gives a table another shape, as https://sqlite.org/lang_altertable.html#otheralter says: foreign keys are off."""
    copy = f"insert into {table}_new ({columns}) select {columns} from {table}"
    _create(db, sql, copy, f"drop table {table}", f"alter table {table}_new rename to {table}")


def _create(db: Database, *statements: str) -> None:
    for statement in statements:  # one by one: `executescript` would commit the transaction that this runs in
        db.execute(statement)
