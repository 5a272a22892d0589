"""Phrases about days: another day for a task, and a later reminder."""

import re

from actions.phrases.spelling import Said
from actions.phrases.words import ANY_DAY, BEFORE, LEAD, NAME, OF_TASK, SAID_WHY, SHIFTED, SIDE, TRAIL, VISIT, name
from actions.proposals import Arguments, Move, Snooze

_VERB = (
    r"(?:往后|往前|向后)?(?:改期|改约|改|挪|调整|调|移|换|推迟|延迟|推|延后|延期|延长|延|顺延|拖|提前|放|安排|定)"
    r"(?:到|至|成|为|在)"
)
_TO = rf"(?:{_VERB}(?P<day>{ANY_DAY}){BEFORE}|(?P<shift>{SHIFTED}))"
_MID = r"(?:能不能|能否|可不可以|可以|帮我|给我|麻烦|我?想|需要|要|得|先|都|就|,)*+"
_WHY = r"(?:(?P<why>[^,:;]{2,30}),)?"
_AGAIN = r"(?:以后|之后)?再(?:来)?(?:提醒|叫|通知|催|喊)(?:我)?"
_GO = r"(?:去|要|做|办|跟进|处理|弄|联系)*"
_MOVE = (
    re.compile(rf"^{LEAD}{_WHY}{LEAD}(?:把|将)?{OF_TASK}(?:的?(?:日期|时间|期限))?{_MID}{_TO}{TRAIL}{SAID_WHY}$"),
    re.compile(rf"^{LEAD}{_WHY}{LEAD}(?:把|将)(?P<visit>{VISIT}){LEAD}{_TO}{TRAIL}{SAID_WHY}$"),
)
_OF = rf"(?P<case>{NAME}){SIDE}(?:的?(?P<visit>{VISIT})|的(?P<task>[^,.:;?的]{{2,20}}?))?"
_SNOOZE = (
    re.compile(rf"^{LEAD}(?:把|将)?{_OF}的?提醒{LEAD}{_TO}{TRAIL}{SAID_WHY}$"),
    re.compile(
        rf"^{LEAD}{_WHY}{LEAD}(?:把|将)?{_OF}(?:的事情?|的案[子件])?,?(?P<day>{ANY_DAY}){BEFORE}{_AGAIN}{TRAIL}{SAID_WHY}$"
    ),
    re.compile(
        rf"^{LEAD}(?:别|不要|不用)再?(?:催|提醒|通知|叫|喊)(?:我)?(?:去|办|做)?{_OF}(?:了|的事)*,?(?P<day>{ANY_DAY}){BEFORE}"
        rf"(?:以后|之后)?再(?:说|提醒|催|来|办|看|约时间|约)(?:我)?{TRAIL}{SAID_WHY}$"
    ),
    re.compile(
        rf"^{LEAD}(?:把|将)?{_OF}{_MID}(?:别|不要|不用)再?(?:催|提醒|通知|叫|喊)(?:我)?(?:了|,)*(?P<day>{ANY_DAY}){BEFORE}"
        rf"(?:以后|之后)?再(?:说|提醒|催|来|办|看)(?:我)?{TRAIL}{SAID_WHY}$"
    ),
    re.compile(
        rf"^{LEAD}(?P<day>{ANY_DAY}){BEFORE}{_AGAIN}{_GO}(?P<visit>回访|走访)(?P<case>{NAME}){TRAIL}{SAID_WHY}$"
    ),
    re.compile(rf"^{LEAD}(?P<day>{ANY_DAY}){BEFORE}{_AGAIN}{_GO}{_OF}{TRAIL}{SAID_WHY}$"),
)
_BECAUSE = re.compile(r"^(?:因为|由于|理由是?|原因是?)[:：]?")


def read_moving(said: Said) -> Arguments | None:
    """A move or a snooze."""
    for pattern in _SNOOZE:
        if found := pattern.match(said.plain):
            return Snooze(until=_day(found), **_common(said, found))
    for pattern in _MOVE:
        if found := pattern.match(said.plain):
            return Move(due_on=_day(found), **_common(said, found))
    return None


def _common(said: Said, found: re.Match[str]) -> dict[str, str]:
    groups = found.groupdict()
    reason = said.words(found, "reason") or (said.words(found, "why") if groups.get("why") else "")
    task = groups.get("task") or groups.get("visit") or ""
    return {"case": name(groups.get("case") or ""), "task": task, "reason": _BECAUSE.sub("", reason)}


def _day(found: re.Match[str]) -> str:
    groups = found.groupdict()
    return groups.get("day") or groups.get("shift") or ""
