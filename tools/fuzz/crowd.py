"""Turns what somebody wants to do into an update, by what there is to do it to at that moment."""

import itertools
from collections import deque
from collections.abc import Callable
from random import Random

from tests.cast import ADMIN, COLLEAGUE, HEAD, LEAD, OFFICER, REMOVED, STRANGER, Member
from tools.fuzz import made, shapes
from tools.fuzz.answering import apt, case_at_hand, walks
from tools.fuzz.bot_api import Shown
from tools.fuzz.deeds import sensible
from tools.fuzz.mutations import mutated
from tools.fuzz.plans import Plan
from tools.fuzz.shapes import Json
from tools.fuzz.stage import Stage
from tools.fuzz.texts import CODES, ODD

CAST = {OFFICER: 30, COLLEAGUE: 20, LEAD: 18, HEAD: 8, ADMIN: 8, REMOVED: 4, STRANGER: 5}
PASSING = 7
"""Who does how much; the rest is done by people whom nobody knows."""
PASSERS = (0, -5, 1, 2**31, 7_000_000_000, 2**52 - 1)
GOING_ON = ("tap", "work", "apt")
SAME = 0.6
"""How often these are done by whoever has done something last: few things are done in one step."""
FILES = (
    b"%PDF-1.4 x", b"\x89PNG\r\n\x1a\n" + b"\0" * 32, b"\xff\xd8\xff\xe0" + b"\0" * 64, "第 1 号凭据".encode(), b"",
    b"\0" * 10, b"MZ\x90\0", b"#!/bin/sh", b"<html>", b"PK\x03\x04" + b"\0" * 40, "\ufeff 号 2".encode(), b"\xff\xfe",
)  # fmt: skip
FILE_NAMES = (
    "名单.pdf", "../../etc/passwd", "a\x00b.png", "\u202egpj.exe", "", "长" * 300 + ".pdf", "<b>.docx", ".", "CON",
    None,
)  # fmt: skip
SIZES = (0, 1, 9, 2**20, 20 * 2**20, 20 * 2**20 + 1, 2**31, 2**40, -1, None)
KNOWN = {
    "case": "select id from cases order by rowid desc limit 30",
    "task": "select id from tasks order by (id * 7919 + ?) % 101 limit 30",
    "question": "select id from questions order by id desc limit 20",
    "contact": "select id from contacts order by id desc limit 12",
    "proposal": "select id from proposals order by id desc limit 12",
    "handover": "select id from handovers order by id desc limit 12",
    "file": "select id from files order by id desc limit 12",
    "person": "select telegram_id from officers limit 20",
    "step": "select step from walks",
}


class Crowd:
    """Everybody who writes to the bot, and what they have written lately. `owners_of`: whom a case names."""

    def __init__(self, stage: Stage, owners_of: Callable[[str], list[str]]) -> None:
        self._stage, self._owners_of = stage, owners_of
        self._numbers = itertools.count(10_000)
        self._known = made.Known()
        self._said: deque[Json] = deque(maxlen=40)
        self._last: Json = {"update_id": 1}
        self._who = OFFICER
        self._ways: dict[str, Callable[[Plan, Member], Json]] = {
            "tap": self._tap,
            "forwarded": self._forwarded,
            "made": self._made,
            "work": self._work,
            "apt": self._apt,
            "say": self._say,
            "command": self._command,
            "file": self._file,
            "reply": self._reply,
            "edit": self._edit,
            "thing": lambda plan, who: self._message(plan, who, **plan.dice.choice(shapes.THINGS)),
            "service": lambda plan, who: shapes.happening(plan.dice, who, self._date),
        }

    def update(self, plan: Plan) -> Json:
        """The update with which a plan is carried out. One that comes «twice» is the last one, with its number."""
        if plan.kind == "twice":
            return self._last
        if plan.kind not in GOING_ON or plan.dice.random() > SAME:
            self._who = _who(plan.dice)
        body = {"update_id": next(self._numbers), **self._ways[plan.kind](plan, self._who)}
        self._last = mutated(body, plan.mutations)
        return self._last

    def look_around(self, dice: Random) -> None:
        """What there is by now, for buttons that are made up."""
        for name, sql in KNOWN.items():
            rows = self._stage.log.rows(sql, [dice.randrange(50)] * sql.count("?"))
            self._known.ids[name] = [str(next(iter(row.values()))) for row in rows]

    # Presses

    def _tap(self, plan: Plan, who: Member) -> Json:
        shown = list(self._stage.api.chats[plan.dice.choice(shapes.GROUPS) if plan.group else who.id])
        last = plan.dice.random() < 0.6
        return self._press_one_of(plan, who, shown[-1:] if last else shown)

    def _forwarded(self, plan: Plan, who: Member) -> Json:
        return self._press_one_of(plan, who, list(self._stage.api.lately))

    def _press_one_of(self, plan: Plan, who: Member, shown: list[Shown]) -> Json:
        with_data = [each for each in shown if each.data]
        if not with_data:
            return self._made(plan, who)
        under = plan.dice.choice(with_data)
        return self._press(plan, who, plan.dice.choice(under.data), under)

    def _made(self, plan: Plan, who: Member) -> Json:
        return self._press(plan, who, made.data(plan.dice, self._known), None)

    def _work(self, plan: Plan, who: Member) -> Json:
        data = sensible(self._stage.log, who.id, plan.dice)
        return self._press(plan, who, data, None) if data else self._message(plan, who, text="/new")

    def _press(self, plan: Plan, who: Member, data: str, under: Shown | None) -> Json:
        number, chance = next(self._numbers), plan.dice.random()
        chat = shapes.group(plan.dice) if plan.group else shapes.private(who)
        place = under.message_id if under else 7
        if chance < 0.03:
            return shapes.press(number, who, data, None)
        if chance < 0.08:
            return shapes.press(number, who, data, {"message_id": place, "chat": chat, **shapes.INACCESSIBLE})
        text, rows = (under.text, under.rows) if under else ("…", ())
        return shapes.press(number, who, data, shapes.from_bot(place, chat, self._date, text, rows))

    # Messages

    def _apt(self, plan: Plan, who: Member) -> Json:
        return self._message(plan, who, text=apt(self._stage, who, plan.dice, self._owners(who, plan.dice)))

    def _say(self, plan: Plan, who: Member) -> Json:
        text, chance = plan.text, plan.dice.random()
        if chance < 0.08:
            text = plan.dice.choice([*CODES, *self._stage.api.codes])
        elif chance < 0.2:
            text += plan.dice.choice(self._owners(who, plan.dice) or [""])
        return self._message(plan, who, text=text)

    def _command(self, plan: Plan, who: Member) -> Json:
        return self._message(plan, who, text=made.command(plan.dice, self._known, plan.text))

    def _file(self, plan: Plan, who: Member) -> Json:
        dice = plan.dice
        self._stage.api.file = dice.choice(FILES)
        kept = {"file_id": "f", "file_unique_id": "u", "file_size": dice.choice(SIZES)}
        if dice.random() < 0.4:
            sizes = [kept | {"width": 1, "height": 1}] * dice.randint(0, 2)
            return self._message(plan, who, photo=sizes, caption=plan.text)
        name = dice.choice((*FILE_NAMES, plan.text, f"{dice.choice(self._owners(who, dice) or ['甲'])}.pdf"))
        return self._message(plan, who, document=kept | {"file_name": name, "mime_type": "application/pdf"})

    def _reply(self, plan: Plan, who: Member) -> Json:
        dice, api = plan.dice, self._stage.api
        shown = list(api.chats[who.id] if dice.random() < 0.7 else api.lately)
        under = dice.choice(shown) if shown else Shown(who.id, 7, "…", ())
        rows = under.rows
        if dice.random() < 0.1:
            rows = [[{"text": "x", "callback_data": made.data(dice, self._known)}]]
        chat = shapes.group(dice) if plan.group else shapes.private(who)
        replied = shapes.from_bot(under.message_id, chat, self._date, under.text, rows)
        text = plan.text if dice.random() < 0.4 else apt(self._stage, who, dice, [])
        number = next(self._numbers)
        return {"message": shapes.message(number, who, chat, self._date, text=text, reply_to_message=replied)}

    def _edit(self, plan: Plan, who: Member) -> Json:
        if not self._said:
            return self._say(plan, who)
        said = {**plan.dice.choice(self._said), "edit_date": self._date}
        return {"edited_message": {**said, "text": plan.text} if "text" in said else said}

    def _message(self, plan: Plan, who: Member, **content: object) -> Json:
        chat = shapes.group(plan.dice) if plan.group else shapes.private(who)
        said = shapes.message(next(self._numbers), who, chat, self._date, **content)
        self._said.append(said)
        return {"message": said}

    @property
    def _date(self) -> int:
        return int(self._stage.clock().timestamp())

    def _owners(self, who: Member, dice: Random) -> list[str]:
        """Names and numbers that belong to the case at hand, or to any in a question; none for the checklist's answers.

        There they would stand for a company's name, which is nobody's secret.
        """
        if walks(self._stage, who):
            return []
        return self._owners_of(case_at_hand(self._stage, who) or dice.choice(self._known.ids["case"]))


def _who(dice: Random) -> Member:
    (member,) = dice.choices([*CAST, None], [*CAST.values(), PASSING])
    if member:
        return member
    id_ = dice.choice(PASSERS) if dice.random() < 0.3 else dice.randrange(10**9, 10**10)
    return Member(id_, dice.choice(("过客", "<b>", "🏭", dice.choice(ODD)[:64] or "x")))
