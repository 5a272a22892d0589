"""Presses that make sense: what somebody would do next with a case or a task of theirs, or with the people."""

import json
from collections.abc import Sequence
from random import Random

from actions.store import CaseLog
from tests.cast import ADMIN, COLLEAGUE, HEAD, LEAD, OFFICER
from tools.fuzz import made

LEADS = (LEAD.id, HEAD.id)
OF_CASES = (
    "card:{}", "fill:{}", "edit:{}:company:0", "edit:{}:phone:0", "edit:{}:findings:0", "edit:{}:has_assets:0",
    "part:{}:answers:0", "part:{}:papers:0", "part:{}:history:0", "part:{}:timeline:0", "part:{}:tasks:0",
    "ask:note:{}", "ask:task:{}", "ask:case_file:{}", "do:archive:{}", "goon:{}", "follow:{}:visit-children",
    "pass:{}", "pass:{}:101", "pass:{}:102", "pass:{}:103",
)  # fmt: skip
OF_ARCHIVED = ("card:{}", "do:restore:{}", "do:release:{}", "do:publish:{}", "do:forget:{}", "part:{}:history:0")
OF_TASKS = (
    "task:{}", "do:finish:{}", "do:finish:{}", "do:reopen:{}", "ask:evidence:{}", "ask:remark:{}", "ask:date:{}",
    "ask:reason:{}", "ask:title:{}", "snooze:{}", "snooze:{}:1", "snooze:{}:1:0", "snooze:{}:3:2", "unreached:{}",
)  # fmt: skip
OF_VISITS = ("visited:{}", "visited:{}", "unreached:{}", "task:{}")
OF_PEOPLE = (
    "officers", "person:{}", "role:{}:officer", "role:{}:lead", "role:{}:admin", "role:{}:both", "remove:{}",
    "remove:{}:yes", "invite:officer", "invite:lead", "invite:admin",
)  # fmt: skip
OF_ONESELF = (
    "deputy:101:20260301:20401231", "deputy:102:20260301:20401231", "deputy:103:20260301:20401231", "deputy:back",
    "hour:9", "digest:off", "digest:on",
)  # fmt: skip
OF_WALKS = (
    "walk:{}:yes:1", "walk:{}:yes:0", "walk:{}:today", "walk:{}:day:2026-03-01", "walk:{}:day:9999-12-31",
    "walk:{}:pick:0", "walk:{}:pick:1", "walk:{}:pick:9", "walk:{}:chosen", "walk:{}:skip", "walk:{}:back",
    "walk:{}:save", "walk:{}:ok", "walk:{}:drop", "walk:{}:edit:company:0", "walk:{}:edit:asset_name:1",
    "walk:{}:keep", "walk:{}:page:1", "walk:{}:page:99", "walk:{}:month:now", "walk:{}:month:9999-12", "walk:{}:why",
    "walk:{}:like", "walk:{}:another",
)  # fmt: skip
"""At the step where somebody is, whether or not there was such a button."""
OFFERED = ("take:{}", "ask:decline:{}")
PROPOSED = ("agree:{}", "agree:{}", "decline:{}")
OF_GAPS = ("gap:{}", "mark:{}", "aside:{}", "ask:section:{}", "ask:section:{}", "ask:answered_by:{}")
OF_SETTLED = ("gap:{}", "takeback:{}")
OF_DRAFTS = ("draft:{}:publish", "draft:{}:rewrite", "draft:{}:drop", "draft:{}:policy")
OF_OFFERS = ("offer:{}:add", "offer:{}:swap", "offer:{}:no")
OF_SOURCES = (
    "own:{}", "own:{}:text:0", "own:{}:on", "own:{}:off", "own:{}:old", "own:{}:file:1", "ask:source:{}",
)  # fmt: skip
ASKED = ("owner", "staff", "needs", "ideas", "mood")
"""On a visit, in this order."""
MANY = 40
"""Rows to choose among."""
_TASKS_OF_MINE = "select tasks.id from tasks join cases on cases.id = case_id where MINE"
DEEDS: tuple[tuple[int, Sequence[str], str], ...] = (
    (4, OF_ONESELF, "select telegram_id as id from officers where telegram_id = ?"),
    (10, OFFERED, "select id from handovers where to_id = ? and answered_at is null"),
    (10, PROPOSED, "select id from proposals where officer_id = ? and outcome is null"),
    (16, OF_WALKS, "select step as id from walks where officer_id = ?"),
    (6, ("fill:{}",), "select id from cases where officer_id = ? and status = 'draft'"),
    (10, OF_ARCHIVED, "select id from cases where MINE and status = 'archived' and opened_on is not null"),
    (22, OF_CASES, "select id from cases where MINE and opened_on is not null"),
    (16, OF_VISITS, f"{_TASKS_OF_MINE} and kind = 'revisit' and tasks.status = 'open'"),
    (18, OF_TASKS, f"{_TASKS_OF_MINE} and kind <> 'revisit' and tasks.status = 'open'"),
    (6, OF_TASKS, _TASKS_OF_MINE),
)
"""How often, what, and to which of somebody's rows; to a lead everything is theirs."""
_GAPS = "select id from questions where (refused = 1 or rating = -1)"
OF_LEADS: tuple[tuple[Sequence[str], str], ...] = (
    (("gaps:{}", "sources:{}", "agenda:{}"), "select 0 as id"),
    (OF_GAPS, f"{_GAPS} and id not in (select question_id from settled_gaps)"),
    (OF_SETTLED, "select question_id as id from settled_gaps"),
    (OF_DRAFTS, "select id from drafts where outcome is null"),
    (OF_OFFERS, "select id from source_offers where outcome is null"),
    (OF_SOURCES, f"select value as id from json_each('{json.dumps(made.WORDS['key'][2:])}')"),
)
"""What leads do with what is answered, and from what; the sources are those of the stage."""


def sensible(log: CaseLog, who: int, dice: Random) -> str | None:
    """What the button would carry; None where there is nothing for somebody to do."""
    if who == ADMIN.id or (who == HEAD.id and dice.random() < 0.2):
        return dice.choice(OF_PEOPLE).format(dice.choice((OFFICER.id, COLLEAGUE.id, LEAD.id, HEAD.id)))
    if dice.random() < 0.7 and (told := _telling(log, who, dice)):
        return told
    if who in LEADS and dice.random() < 0.25:
        deeds, sql = dice.choice(OF_LEADS)
        rows = log.rows(f"{sql} order by 1 desc limit {MANY}")
        return dice.choice(deeds).format(dice.choice(rows)["id"]) if rows else None
    whose = "? > 0" if who in LEADS else "cases.officer_id = ?"
    ((_, deeds, sql),) = dice.choices(DEEDS, [deed[0] for deed in DEEDS])
    rows = log.rows(f"{sql.replace('MINE', whose)} order by 1 desc limit {MANY}", [who])
    return dice.choice(deeds).format(dice.choice(rows)["id"]) if rows else None


def _telling(log: CaseLog, who: int, dice: Random) -> str | None:
    """An answer to what is asked about a visit that somebody is telling of."""
    row = log.row("select id, answers from contacts where officer_id = ? and reached is null", [who])
    if row is None:
        return None
    if dice.random() < 0.05:
        return f"untell:{row['id']}"
    answers = json.loads(row["answers"])
    asked = next((each for each in ASKED if each not in answers), ASKED[-1])
    return f"tell:{row['id']}:{asked}:{dice.choice((0, 1, 'ok'))}"
