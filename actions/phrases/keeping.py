"""Phrases that put something into a case: a note, a task."""

import re

from actions.deeds import TITLE_CHARACTERS
from actions.phrases.spelling import Said
from actions.phrases.words import ANY_DAY, LEAD, NAME, SIDE, name
from actions.proposals import AddTask, Arguments, Note

_INTO = (
    rf"(?:给|在|往|为|对)?(?P<case>{NAME}){SIDE}(?:的)?(?:案子|案件|档案|项目|卷宗)?(?:里面?|上|下面?|中)?"
    r"(?:还要|还得|再|也|要|新)?"
)
_ONE = r"(?:上|下|了|一下|一个|一条|一笔|一句话?|一项|一件|个|条|项|件|笔)*"
_KEEP = rf"(?:(?:记录|记|备注){_ONE}(?:备注|笔记|记录)?|(?:加|写|添|补|留|做){_ONE}(?:备注|笔记|记录|话|一句话?))"
_NOTE = (
    re.compile(rf"^{LEAD}{_INTO}{_KEEP}[:,](?P<text>.+)$"),
    re.compile(rf"^{LEAD}在?(?P<case>{NAME}){SIDE}的?备注(?:里面?|中)?(?:写|记|加)?{_ONE}[:,](?P<text>.+)$"),
    re.compile(rf"^{LEAD}{_KEEP}[:,]?(?P<case>{NAME}){SIDE}[:,](?P<text>.+)$"),
)
_NOTE_OF = re.compile(
    rf"^{LEAD}(?:记|备注|写)(?:一下|一笔|一条|下来?)(?:备注)?[:,]?(?P<text>(?P<case>{NAME})(?:的|那边|负责人|老板).+)$"
)
_ADD = re.compile(
    rf"^{LEAD}{_INTO}(?:加|添|新建|新增|增加|建|安排|列){_ONE}(?:任务|待办事项|待办|事项|事情?)[:,](?P<rest>.+)$"
)
_DUE = r"(?:之前|以前|前|内|截止)?"
_DAY_FIRST = re.compile(rf"^(?P<day>{ANY_DAY})(?:上午|下午|晚上)?{_DUE}(?:要|得)?[,:]?(?P<title>.+)$")
_DAY_LAST = re.compile(
    rf"^(?P<title>.{{2,}}?)[,.:]?(?:在)?(?P<day>{ANY_DAY}){_DUE}(?:要|得)?(?:完成|办完|办好|做完|到期|截止|交)?[.!]*$"
)
_LISTED = re.compile(r"任务|待办|事项|(?:回访|走访)$")


def read_keeping(said: Said) -> Arguments | None:
    """A task to be added or a note."""
    if (found := _ADD.match(said.plain)) and (task := _task(said, found)):
        return task
    for pattern in (_NOTE_OF, *_NOTE):
        if (found := pattern.match(said.plain)) and not _LISTED.search(found["case"]):
            return Note(case=name(found["case"]), text=said.words(found, "text"))
    return None


def _task(said: Said, found: re.Match[str]) -> AddTask | None:
    """A title, and the day before or behind it."""
    start = found.start("rest")
    rest = Said(said.text, said.plain[start:], said.places[start:])
    parts = _DAY_FIRST.match(rest.plain) or _DAY_LAST.match(rest.plain)
    title = rest.words(parts, "title") if parts else said.words(found, "rest")
    if not title or len(title) > TITLE_CHARACTERS:
        return None
    return AddTask(case=name(found["case"]), title=title, due_on=parts["day"] if parts else "")
