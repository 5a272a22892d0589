"""The command line. Each command builds what it needs and no more: `officers list` must not wait for a model."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import messages
from bot.command import Commands, ProgressBar, data_dir_option

if TYPE_CHECKING:
    from bot.settings import Settings
    from retrieval.library import Library


TELEGRAM_ID = click.IntRange(1, 2**52)
"""Telegram promises that an id has at most 52 significant bits."""


@click.group(
    cls=Commands,
    help=messages.HELP_CLI,
    params=[data_dir_option()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="closure-bot")
@click.pass_obj
def cli(settings: "Settings") -> None:
    """The root of all commands."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


@cli.command(help=messages.HELP_ASK)
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help=messages.HELP_ASK_JSON)
@click.option("--batch", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=messages.HELP_ASK_BATCH)
@click.pass_obj
def ask(settings: "Settings", question: str | None, as_json: bool, batch: Path | None) -> None:
    """Answers one question, or a file of them."""
    if bool((question or "").strip()) == bool(batch):
        raise click.UsageError(messages.ASK_ONE_OR_BATCH)
    asked = _batch(batch) if batch else iter([(None, question or "")])
    from bot.render.answers import answer_json, answer_text

    library = _library(settings)
    for id_, text in asked:
        answer = library.ask(text)
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
            raise click.UsageError(messages.batch_line(number)) from error
        if not isinstance(question, str):
            raise click.UsageError(messages.batch_line(number))
        yield id_, question


@cli.command(help=messages.HELP_INDEX)
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
    click.echo(messages.indexed(added.changed, added.embedded))
    if added.unreadable:
        sys.exit(1)


@cli.command(help=messages.HELP_CHECK)
@click.pass_obj
def check(settings: "Settings") -> None:
    """Validates the playbook."""
    from playbook.loader import playbook_files, read_playbook
    from playbook.procedure import read_procedure
    from playbook.released import read_released

    playbook, problems = read_playbook(settings.playbook_dir)
    named = {path.stem for path, _ in playbook_files(settings.playbook_dir)}  # a file with a fault can be cited too
    procedure, more = read_procedure(settings.playbook_dir, playbook.entries.keys() | named)
    problems += [*more, *read_released(settings.released, playbook)[1]]
    if problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo(messages.problems(len(problems)), err=True)
        sys.exit(1)
    assert procedure is not None
    questions, rules = len(procedure.checklist.questions), len(procedure.rules.tasks)
    click.echo(messages.checked(len(playbook.entries), questions, rules))


@cli.group(cls=Commands, help=messages.HELP_OFFICERS)
def officers() -> None:
    """Who may use the bot."""


@officers.command("add", help=messages.HELP_OFFICERS_ADD)
@click.argument("telegram_id", type=TELEGRAM_ID)
@click.option("--name", required=True, help=messages.HELP_OFFICER_NAME)
@click.option("--role", type=click.Choice(["officer", "lead", "admin"]), default="officer", show_default=True)
@click.pass_obj
def officers_add(settings: "Settings", telegram_id: int, name: str, role: str) -> None:
    """Registers a person."""
    from actions.officers import Officers, Role
    from bot.services import utc_now

    if not name.strip():
        raise click.BadParameter(messages.NAME_EMPTY, param_hint="--name")
    Officers(_case_log(settings)).add(telegram_id, name, Role(role), by=None, now=utc_now())
    click.echo(messages.officer_added(name, telegram_id, role))


@officers.command("list", help=messages.HELP_OFFICERS_LIST)
@click.pass_obj
def officers_list(settings: "Settings") -> None:
    """Prints who is or was registered."""
    from actions.officers import Officers

    everyone = Officers(_case_log(settings)).everyone()
    for officer in everyone:
        click.echo(messages.officer_line(officer.telegram_id, officer.name, officer.role, officer.active))
    if not everyone:
        click.echo(messages.NO_OFFICERS)


@officers.command("remove", help=messages.HELP_OFFICERS_REMOVE)
@click.argument("telegram_id", type=TELEGRAM_ID)
@click.pass_obj
def officers_remove(settings: "Settings", telegram_id: int) -> None:
    """Takes a person's access away."""
    from actions.leaving import remove_officer
    from bot.services import utc_now

    remove_officer(_case_log(settings), telegram_id, by=None, now=utc_now())
    click.echo(messages.officer_removed(telegram_id))


@cli.command(help=messages.HELP_RUN)
@click.pass_obj
def run(settings: "Settings") -> None:
    """The bot on Telegram."""
    from bot.app import run as run_bot

    run_bot(
        settings,
        lambda: _library(settings),
        on_ready=lambda: click.echo(messages.RUNNING),
        say=lambda line: click.echo(line, err=True),
    )


@cli.command(help=messages.HELP_PUSH)
@click.option("--once", is_flag=True, help=messages.HELP_PUSH_ONCE)
@click.pass_obj
def push(settings: "Settings", once: bool) -> None:
    """One round of pushing."""
    if not once:
        raise click.UsageError(messages.PUSH_ONCE_ONLY)
    from bot.messages import push as wording
    from bot.round import push_once

    done = push_once(settings)
    if done.elsewhere:
        click.echo(wording.PUSHING_ELSEWHERE)
        return
    click.echo(wording.pushed(done.planned, done.sent, done.later, done.failed, done.dropped, done.doubtful))


@cli.command(help=messages.HELP_DOCTOR)
@click.pass_obj
def doctor(settings: "Settings") -> None:
    """What is wrong here; exit code 1 where anything is."""
    from bot.doctor import findings
    from bot.messages import push as wording
    from bot.services import Registers

    log = _case_log(settings)
    found = list(findings(log, Registers.of(log, settings)))
    for line in found or [wording.DOCTOR_FINE]:
        click.echo(line)
    if found:
        sys.exit(1)


@cli.command(help=messages.HELP_DEMO)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help=messages.HELP_PORT)
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
