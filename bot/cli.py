"""The command line. Each command builds what it needs and no more: `officers list` must not wait for a model."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.command import Commands, ProgressBar, data_dir_option
from bot.messages import command_line as wording

if TYPE_CHECKING:
    from bot.settings import Settings
    from retrieval.library import Library


TELEGRAM_ID = click.IntRange(1, 2**52)
"""Telegram promises that an id has at most 52 significant bits."""


@click.group(
    cls=Commands,
    help=wording.HELP_CLI,
    params=[data_dir_option()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="closure-bot")
@click.pass_obj
def cli(settings: "Settings") -> None:
    """The root of all commands."""
    from bot.logs import set_up

    set_up(settings.log_level, settings.log_format)


@cli.command(help=wording.HELP_ASK)
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help=wording.HELP_ASK_JSON)
@click.option("--batch", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=wording.HELP_ASK_BATCH)
@click.pass_obj
def ask(settings: "Settings", question: str | None, as_json: bool, batch: Path | None) -> None:
    """Answers one question, or a file of them."""
    if bool((question or "").strip()) == bool(batch):
        raise click.UsageError(wording.ASK_ONE_OR_BATCH)
    asked = _batch(batch) if batch else iter([(None, question or "")])
    from bot.render.answers import answer_json, answer_text

    library = _library(settings)
    chat = None
    if settings.chat:
        from retrieval.rewording import rewording

        chat = rewording(settings.chat, library.embed)
    with asyncio.Runner() as loop:  # one for the whole batch: the model's client keeps connections of the first loop
        for id_, text in asked:
            answer = library.ask(text)
            if chat:
                answer = loop.run(chat.answer(answer)) or answer
            if batch or as_json:
                click.echo(json.dumps(answer_json(id_, answer), ensure_ascii=False))
            else:
                click.echo(answer_text(answer))
    library.close()


def _batch(path: Path) -> Iterator[tuple[object, str]]:
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            id_, question = row["id"], row["question"]
        except (ValueError, KeyError, TypeError) as error:
            raise click.UsageError(wording.batch_line(number)) from error
        if not isinstance(question, str):
            raise click.UsageError(wording.batch_line(number))
        yield id_, question


@cli.command(help=wording.HELP_INDEX)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
def index(settings: "Settings", paths: tuple[Path, ...]) -> None:
    """Adds documents to what answers draw on."""
    library = _library(settings)
    with ProgressBar() as bar:
        added = library.add(paths, bar.show)
    library.close()
    for error in added.unreadable:
        click.echo(str(error), err=True)
    click.echo(wording.indexed(added.changed, added.embedded))
    if added.unreadable:
        sys.exit(1)


@cli.command(help=wording.HELP_CHECK)
@click.pass_obj
def check(settings: "Settings") -> None:
    """Validates the playbook."""
    from bot.messages.editions import edition
    from playbook.loader import playbook_files, read_playbook
    from playbook.procedure import read_procedure
    from playbook.released import read_released
    from playbook.written import read_written
    from retrieval.editions import edition_of_files

    playbook, problems = read_playbook(settings.playbook_dir)
    named = {path.stem for path, _ in playbook_files(settings.playbook_dir)}  # a file with a fault can be cited too
    procedure, more = read_procedure(settings.playbook_dir, playbook.entries.keys() | named)
    problems += [*more, *read_released(settings.released, playbook)[1], *read_written(settings.sources, playbook)[1]]
    if problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo(wording.problems(len(problems)), err=True)
        sys.exit(1)
    assert procedure is not None
    questions, rules = len(procedure.checklist.questions), len(procedure.rules.tasks)
    click.echo(wording.checked(len(playbook.entries), questions, rules))
    click.echo(edition(*edition_of_files(settings.library, playbook)))


@cli.group(cls=Commands, help=wording.HELP_OFFICERS)
def officers() -> None:
    """Who may use the bot."""


@officers.command("add", help=wording.HELP_OFFICERS_ADD)
@click.argument("telegram_id", type=TELEGRAM_ID)
@click.option("--name", required=True, help=wording.HELP_OFFICER_NAME)
@click.option("--role", type=click.Choice(["officer", "lead", "admin"]), default="officer", show_default=True)
@click.option("--also-leads", is_flag=True, help=wording.HELP_ALSO_LEADS)
@click.pass_obj
def officers_add(settings: "Settings", telegram_id: int, name: str, role: str, also_leads: bool) -> None:
    """Registers a person."""
    from actions.officers import Officers, Role
    from bot.services import utc_now

    if not name.strip():
        raise click.BadParameter(wording.NAME_EMPTY, param_hint="--name")
    if also_leads and role != "admin":
        raise click.BadParameter(wording.ALSO_LEADS_ADMINS, param_hint="--also-leads")
    register = Officers(_case_log(settings))
    register.add(telegram_id, name, Role(role), also_leads=also_leads, by=None, now=utc_now())
    click.echo(wording.officer_added(name, telegram_id, role))


@officers.command("list", help=wording.HELP_OFFICERS_LIST)
@click.pass_obj
def officers_list(settings: "Settings") -> None:
    """Prints who is or was registered."""
    from actions.officers import Officers

    everyone = Officers(_case_log(settings)).everyone()
    for officer in everyone:
        click.echo(wording.officer_line(officer.telegram_id, officer.name, officer.role, officer.active))
    if not everyone:
        click.echo(wording.NO_OFFICERS)


@officers.command("remove", help=wording.HELP_OFFICERS_REMOVE)
@click.argument("telegram_id", type=TELEGRAM_ID)
@click.pass_obj
def officers_remove(settings: "Settings", telegram_id: int) -> None:
    """Takes a person's access away."""
    from actions.leaving import remove_officer
    from bot.services import utc_now

    remove_officer(_case_log(settings), telegram_id, by=None, now=utc_now())
    click.echo(wording.officer_removed(telegram_id))


@cli.command(help=wording.HELP_RUN)
@click.pass_obj
def run(settings: "Settings") -> None:
    """The bot on Telegram."""
    from bot.app import run as run_bot

    run_bot(
        settings,
        lambda: _library(settings),
        on_ready=lambda: click.echo(wording.RUNNING),
        say=lambda line: click.echo(line, err=True),
    )


@cli.command(help=wording.HELP_PUSH)
@click.option("--once", is_flag=True, help=wording.HELP_PUSH_ONCE)
@click.pass_obj
def push(settings: "Settings", once: bool) -> None:
    """One round of pushing."""
    if not once:
        raise click.UsageError(wording.PUSH_ONCE_ONLY)
    from bot.messages import push as push_wording
    from bot.round import push_once

    done = push_once(settings)
    if done.elsewhere:
        click.echo(push_wording.PUSHING_ELSEWHERE)
        return
    click.echo(push_wording.pushed(done.planned, done.sent, done.later, done.failed, done.dropped, done.doubtful))


@cli.command(help=wording.HELP_DOCTOR)
@click.pass_obj
def doctor(settings: "Settings") -> None:
    """The settings with their origins, then what is wrong here; exit code 1 where anything is."""
    from bot.doctor import examine, settings_lines
    from bot.messages import push as push_wording

    for line in settings_lines(settings):
        click.echo(line)
    log = _case_log(settings)
    head, found = examine(log, settings)
    click.echo(head)
    for line in found or [push_wording.DOCTOR_FINE]:
        click.echo(line)
    if found:
        sys.exit(1)


@cli.command(help=wording.HELP_AUDIT)
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--case", help=wording.HELP_AUDIT_CASE)
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help=wording.HELP_OUTPUT)
@click.pass_obj
def audit(settings: "Settings", form: str, case: str | None, output: Path | None) -> None:
    """The record, for those who audit it."""
    from actions.audit import write_audit
    from actions.cases import case_id
    from bot.errors import FileUnwritable

    subject = case_id(case) if case else None
    if case and subject is None:
        raise click.BadParameter(wording.CASE_ID_WRONG, param_hint="--case")
    log = _case_log(settings)
    try:
        with output.open("w", encoding="utf-8", newline="") if output else nullcontext(sys.stdout) as target:
            write_audit(log, target, form, subject)
    except OSError as error:
        if output is None:
            raise  # a reader that has enough: click ends quietly
        raise FileUnwritable(where=output, reason=error.strerror or error) from error


@cli.command(help=wording.HELP_BACKUP)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--recipient", help=wording.HELP_RECIPIENT)
@click.pass_obj
def backup(settings: "Settings", file: Path, recipient: str | None) -> None:
    """A consistent, verified copy of the data, also while the bot runs."""
    from actions.backups import DataDir, write_backup
    from bot.messages.doctor import record_broken
    from bot.services import utc_now

    _case_log(settings).close()  # made or upgraded, or refused, before it is copied
    key = recipient or settings.backup_recipient
    manifest = write_backup(DataDir(settings.data_dir), file, recipient=key, now=utc_now())
    click.echo(wording.backed_up(str(file), len(manifest.members), bool(key)))
    for name in manifest.missing:
        click.echo(wording.backup_missing(name), err=True)
    if manifest.broken_at is not None:
        click.echo(record_broken(manifest.broken_at), err=True)


@cli.command(help=wording.HELP_RESTORE)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--identity", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=wording.HELP_IDENTITY)
@click.pass_obj
def restore(settings: "Settings", file: Path, identity: Path | None) -> None:
    """Proves a backup, then puts it in place."""
    from actions.backups import DataDir
    from actions.restoring import restore as put_back
    from bot.alone import alone
    from bot.services import utc_now

    key = identity.read_bytes().decode("utf-8", "replace") if identity else None
    with alone(settings):
        manifest, aside = put_back(file, DataDir(settings.data_dir), identity=key, now=utc_now())
    click.echo(wording.restored(manifest.made_at, len(manifest.members), str(aside) if aside else ""))


@cli.command(help=wording.HELP_DEMO)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help=wording.HELP_PORT)
@click.pass_context
def demo(ctx: click.Context, port: int) -> None:
    """The bot on a Bot API of its own, with a chat page."""
    from bot.demo import run as run_demo

    settings: Settings = ctx.obj
    if ctx.obj is ctx.find_root().obj:  # the demo's people do not belong in the case log of those who do the work
        settings = settings.model_copy(update={"data_dir": settings.data_dir / "demo"})
    run_demo(settings, lambda: _library(settings), port, click.echo)


def _library(settings: "Settings") -> "Library":
    """The library, brought up to date under a progress bar."""
    from retrieval.library import Library

    with ProgressBar() as bar:
        return Library(settings.library, bar.show)


def _case_log(settings: "Settings") -> Any:
    from actions.store import CaseLog

    return CaseLog(settings.case_log)
