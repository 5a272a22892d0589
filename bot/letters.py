"""Notifications as messages: what a row of the ledger says when it is sent, from the log as it stands then.

A letter may turn out to have nothing left to say (the task is done, a later overview covers it): then it is None.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from telegram import InlineKeyboardMarkup

from actions.calendar import local_day
from actions.duties import Due, DueTask, When
from actions.editions import CHANGED
from actions.gaps import TOLD, How
from actions.ledger import Notification
from actions.model import CaseStatus, Task, TaskStatus
from actions.reminders import day_in_force
from actions.rights import Right
from bot.keyboards.editions import changed_keyboard
from bot.keyboards.gaps import again_keyboard
from bot.keyboards.push import agenda_keyboard, case_keyboard, task_message_keyboard, tasks_keyboard, year_over_keyboard
from bot.keyboards.roster import offer_keyboard
from bot.messages import gaps as gap_wording
from bot.messages import push as wording
from bot.messages import roster as roster_wording
from bot.messages import visits as visit_wording
from bot.render.cases import card_text
from bot.render.editions import changed_text
from bot.render.gaps import short
from bot.render.push import LISTED, agenda_pages, digest_text, duty_text, escalation_text, list_text
from bot.render.text import MESSAGE_LIMIT, escape, pack
from bot.render.visits import handover_text, unreached_text, visit_text
from bot.services import Registers
from playbook.parts import TaskKind

FOR_LEADS = ("escalation", "agenda", "unreached", "year-over", "left", "undeliverable")
"""Kinds that are of everybody's cases."""
FOR_ASKERS = (TOLD,)
"""Kinds that are of no case: whoever may ask gets them."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to be sent."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None


class Letters:
    """Writes letters; changes nothing. Blocks."""

    def __init__(self, registers: Registers) -> None:
        self._at = registers
        self._kinds: dict[str, Callable[[Notification], Letter | None]] = {
            "digest": self._digest,
            "catch-up": self._digest,
            "duties": self._duties,
            "opened": self._opened,
            "escalation": self._escalation,
            "agenda": self._agenda,
            "unreached": self._unreached,
            "year-over": self._year_over,
            "handover": self._handover,
            "handover-taken": self._taken,
            "handover-declined": self._declined,
            "left": self._left,
            "deputy": self._deputy,
            "undeliverable": self._undeliverable,
            TOLD: self._answered,
            CHANGED: self._changed,
        }

    def compose(self, notification: Notification) -> Letter | None:
        """The letter of a notification; None where there is nothing left to say."""
        kind = notification.occasion.partition(":")[0]
        rights = self._at.rights.of(notification.officer_id, now=self._at.now())
        right = Right.EVERYBODY if kind in FOR_LEADS else Right.ASK if kind in FOR_ASKERS else Right.CASES
        if right not in rights:
            return None  # removed, or moved to another post, since it was planned
        letter = self._kinds.get(kind, self._of_task)(notification)
        if letter is None:
            return None
        return Letter(pack(letter.text.split("\n"), MESSAGE_LIMIT)[0], letter.keyboard)

    def astray(self, notification: Notification) -> bool:
        """Whether a task's reminder is for somebody who may not work on its case, or not any more."""
        if notification.task_id is None or notification.occasion.partition(":")[0] in self._kinds:
            return False
        case_id = self._at.tasks.need(notification.task_id).case_id
        return Right.WORK not in self._at.rights.of(notification.officer_id, case_id, now=self._at.now())

    def task(self, task_id: int) -> Letter:
        """One task as a message, whoever asks for it."""
        task = self._at.tasks.need(task_id)
        keyboard = task_message_keyboard(task)
        if task.kind is TaskKind.revisit:
            briefing = self._at.briefings.of(task_id)
            return Letter(visit_text(briefing, self._today, self._name, self._title), keyboard)
        (due,) = self._at.due.with_company([task])
        text = duty_text(due, self._at.due.liability(task), self._today, self._title(task.source))
        return Letter(text, keyboard)

    def agenda(self, month: str, page: int = 0) -> Letter | None:
        """A page of the joint meeting's agenda."""
        cases = self._at.due.liabilities()
        if not cases:
            return None
        pages = agenda_pages(month, cases, self._today)
        page = min(page, len(pages) - 1)
        return Letter(pages[page], agenda_keyboard(page, len(pages)))

    # By kind

    def _of_task(self, notification: Notification) -> Letter | None:
        if notification.task_id is None or self.astray(notification):
            return None  # it holds how to reach the owner
        task = self._at.tasks.need(notification.task_id)
        return self.task(task.id) if _still_due(task, notification.occasion) else None

    def _digest(self, notification: Notification) -> Letter | None:
        reader, kind, day = notification.officer_id, *notification.occasion.split(":", 1)
        wishes, today = self._at.roster.wishes(reader), self._today
        if kind == "digest" and date.fromisoformat(day) < day_in_force(self._at.now(), wishes.hour):
            return None  # a later one tells it all
        lists = self._lists(reader, today)
        count = {when: lists[when].count for when in lists}
        if not any(count.values()):
            return None
        title = wording.digest_title(today, count["today"], count["overdue"], count["week"])
        if kind == "catch-up":
            title = f"{wording.CATCH_UP_TITLE}\n{wording.counts(count['today'], count['overdue'], count['week'])}"
        shown = [*lists["today"].tasks, *lists["overdue"].tasks, *lists["week"].tasks]
        text = digest_text(title, lists, today, reader, self._name)
        return Letter(text, tasks_keyboard(shown, lists=True))

    def _lists(self, reader: int, today: date) -> dict[str, Due]:
        officers = self._at.roster.principals(reader, today) or [reader]
        return {when.value: self._at.due.of(officers, when, today, limit=LISTED) for when in When}

    def _duties(self, notification: Notification) -> Letter | None:
        return self._listed(notification, wording.DUTIES_TITLE)

    def _opened(self, notification: Notification) -> Letter | None:
        return self._listed(notification, wording.OPENED_TITLE)

    def _listed(self, notification: Notification, title: str) -> Letter | None:
        if not (tasks := self._carried(notification)):
            return None
        text = list_text(title, tasks[:LISTED], self._today, notification.officer_id, self._name)
        return Letter(text, tasks_keyboard(tasks))

    def _escalation(self, notification: Notification) -> Letter | None:
        if not (tasks := self._carried(notification)):
            return None
        shown = sorted(tasks, key=lambda due: due.task.due_on)[:LISTED]
        return Letter(escalation_text(shown, self._today, self._name), tasks_keyboard(shown))

    def _carried(self, notification: Notification) -> tuple[DueTask, ...]:
        return self._at.due.still_open(self._at.ledger.carried(notification.id))

    def _agenda(self, notification: Notification) -> Letter | None:
        return self.agenda(notification.occasion.partition(":")[2])

    def _unreached(self, notification: Notification) -> Letter | None:
        assert notification.task_id is not None
        briefing = self._at.briefings.of(notification.task_id)
        if briefing.task.status is not TaskStatus.OPEN:
            return None
        return Letter(unreached_text(briefing, self._name), case_keyboard(briefing.task.case_id))

    def _year_over(self, notification: Notification) -> Letter | None:
        assert notification.case_id is not None
        case = self._at.cases.need(notification.case_id)
        if case.status is CaseStatus.ARCHIVED:
            return None
        tasks = self._at.tasks.of_case(case.id)
        left = sum(task.status in (TaskStatus.OPEN, TaskStatus.BLOCKED) for task in tasks)
        text = escape(visit_wording.ask_lead_to_archive(case.company or case.id, left))
        return Letter(text, year_over_keyboard(case.id))

    def _handover(self, notification: Notification) -> Letter | None:
        handover = self._at.handovers.need(int(notification.occasion.partition(":")[2]))
        if handover.accepted is not None:
            return None
        dossier = self._at.dossiers.read(handover.case_id)
        visits = [task for task in dossier.of_status(TaskStatus.OPEN) if task.kind is TaskKind.revisit]
        briefing = self._at.briefings.of(visits[0].id) if visits else None
        title = roster_wording.handover_title(self._name(handover.from_id), dossier.case.company or dossier.case.id)
        text = handover_text(title, card_text(dossier, self._today), briefing, self._name)
        return Letter(text, offer_keyboard(handover.id, handover.case_id))

    def _taken(self, notification: Notification) -> Letter:
        handover = self._at.handovers.need(int(notification.occasion.partition(":")[2]))
        text = roster_wording.taken_by(self._name(handover.to_id), self._company(handover.case_id))
        return Letter(escape(text), case_keyboard(handover.case_id))

    def _declined(self, notification: Notification) -> Letter:
        handover = self._at.handovers.need(int(notification.occasion.partition(":")[2]))
        company = self._company(handover.case_id)
        text = roster_wording.declined_by(self._name(handover.to_id), company, handover.reason)
        return Letter(escape(text), case_keyboard(handover.case_id))

    def _left(self, notification: Notification) -> Letter:
        who = int(notification.occasion.split(":")[1])
        count = self._at.handovers.received(notification.officer_id, who)
        return Letter(escape(roster_wording.left(self._name(who), count)))

    def _deputy(self, notification: Notification) -> Letter:
        _, who, first, last = notification.occasion.split(":")
        days = date.fromisoformat(first), date.fromisoformat(last)
        return Letter(escape(roster_wording.stands_in(self._name(int(who)), *days)))

    def _undeliverable(self, notification: Notification) -> Letter:
        _, who, why, *_ = notification.occasion.split(":")
        lists = self._lists(int(who), self._today)
        due = wording.counts(*(lists[when].count for when in ("today", "overdue", "week")))
        shown = [*lists["overdue"].tasks, *lists["today"].tasks]
        text = wording.undeliverable(self._name(int(who)), wording.FAILURES[why], due)
        return Letter(escape(text), tasks_keyboard(shown))

    def _answered(self, notification: Notification) -> Letter | None:
        """Nothing where it was taken back since, or the source is out of use."""
        _, number, source_id = notification.occasion.split(":", 2)
        settled, asked = self._at.gaps.settled(int(number)), self._at.gaps.get([int(number)])
        source = self._at.sources.current(source_id)
        if settled is None or settled.source_id != source_id or not asked or (source and not source.active):
            return None
        text = gap_wording.answered(short(asked[0].text), settled.title, settled.how is How.WRITTEN)
        return Letter(escape(text), again_keyboard(int(number)))

    def _changed(self, notification: Notification) -> Letter | None:
        """Nothing where it has changed once more since, or no task that this officer may see rests on it."""
        reader, change = notification.officer_id, self._at.editions.of(notification.occasion)
        if change is None:
            return None
        tasks = self._at.editions.resting(change.source_id, reader, local_day(notification.due_at))
        seen = {id_ for id_ in {task.case_id for task in tasks} if self._may_see(reader, id_)}
        shown = self._at.due.with_company([task for task in tasks if task.case_id in seen])
        if not shown:
            return None
        companies = {due.task.case_id: due.company for due in shown}
        text = changed_text(change, shown, self._today, reader, self._name)
        return Letter(text, changed_keyboard(change.source_id, companies, gone=change.gone))

    # What they have in common

    @property
    def _today(self) -> date:
        return local_day(self._at.now())

    def _name(self, officer_id: int) -> str:
        return self._at.officers.name(officer_id)

    def _may_see(self, officer_id: int, case_id: str) -> bool:
        return Right.SEE in self._at.rights.of(officer_id, case_id, now=self._at.now())

    def _title(self, source: str) -> str:
        return self._at.titles.get(source, "")

    def _company(self, case_id: str) -> str:
        return self._at.cases.need(case_id).company or case_id


def _still_due(task: Task, occasion: str) -> bool:
    """Not one that is settled, or whose day was changed while its reminder waited to be sent.

    Today is not asked: a clock that is behind for a moment must not make a reminder meaningless for ever.
    """
    name, _, day = occasion.partition(":")
    return task.status is TaskStatus.OPEN and day == str(task.snoozed_until if name == "snoozed" else task.due_on)
