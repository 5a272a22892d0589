"""`closure-bot doctor`: the settings with their origins, and what is wrong here, a line each."""

import os
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta

from actions.calendar import SHANGHAI, local_day
from actions.census import Census
from actions.errors import CaseLogDamaged
from actions.store import CaseLog
from bot.keeping import newest_backup
from bot.messages import command_line
from bot.messages import doctor as findings_wording
from bot.messages import push as wording
from bot.messages.editions import edition
from bot.origins import origins, strangers
from bot.services import Registers
from bot.settings import Settings
from playbook.loader import load_playbook
from retrieval.chat import ChatModel
from retrieval.editions import edition_of_files
from retrieval.errors import ChatModelUnusable, IndexUnavailable

LATE = timedelta(hours=2)
"""Without a round of pushing, while there is something to be pushed."""


def settings_lines(settings: Settings) -> Iterator[str]:
    """Each setting, where its value comes from; secrets masked."""
    for variable, value, origin in origins(settings, os.environ):
        yield command_line.setting_line(variable, value, command_line.ORIGINS[origin])


def examine(log: CaseLog, settings: Settings) -> tuple[str, list[str]]:
    """The playbook's edition, and how long the record is and how it ends, to be kept elsewhere and compared; then each
    thing to be looked at.
    """
    registers = Registers.of(log, settings)
    chain = log.verify_record()
    found = [findings_wording.unknown_setting(name) for name in strangers(os.environ)]
    found += [*_open_to_others(settings), *_without_chat_model(settings), *_without_backup(settings, registers.now())]
    try:
        log.check()
    except CaseLogDamaged as error:
        found.append(str(error))
    if chain.broken_at is not None:
        found.append(findings_wording.record_broken(chain.broken_at))
    found += [findings_wording.file_missing(sha256) for sha256 in registers.files.missing()]
    found += [findings_wording.source_missing(name) for name in registers.sources.missing()]
    found += findings(Census(log), registers)
    head = [findings_wording.record(chain.events, chain.head)]
    try:
        head.insert(0, edition(*edition_of_files(settings.library, load_playbook(settings.playbook_dir))))
    except IndexUnavailable as error:
        found.append(str(error))
    return "\n".join(head), found


def findings(census: Census, registers: Registers) -> Iterator[str]:
    """What is wrong with people, cases and pushing."""
    for stuck in registers.ledger.stuck():
        name = registers.officers.name(stuck.officer_id)
        yield wording.stuck(name, stuck.occasion, stuck.attempts, stuck.error, stuck.final)
    for name, number in census.orphans():
        yield wording.nobody_for(name, number)
    everyone = [officer for officer in registers.officers.everyone() if officer.active]
    if everyone and not registers.roster.leads():
        yield wording.NO_LEAD
    if everyone and not registers.roster.admins():
        yield findings_wording.NO_ADMIN
    last = census.last_round()
    if last and registers.now() - last > LATE:
        yield wording.push_late(f"{last.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")


def _without_chat_model(settings: Settings) -> Iterator[str]:
    """A chat model that cannot be opened; whether its server answers is not asked."""
    if settings.chat is None:
        return
    try:
        ChatModel(settings.chat).open()
    except ChatModelUnusable as error:
        yield str(error)


def _open_to_others(settings: Settings) -> Iterator[str]:
    """The data directory, where other accounts of this machine may look into it."""
    if os.name == "posix" and settings.data_dir.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield findings_wording.open_to_others(str(settings.data_dir))


def _without_backup(settings: Settings, now: datetime) -> Iterator[str]:
    """Days without the backup that is wanted."""
    if settings.backup_dir is None:
        return
    newest = newest_backup(settings.backup_dir)
    if newest is None or local_day(now) - newest > timedelta(days=1):
        yield findings_wording.backup_old(newest)
