"""What an officer may want done in free words: the one table of acts, for the grammar and for models that call tools.

An act is its arguments: the field descriptions are Chinese, since they become a tool's schema as they stand. Cases,
tasks and days are words here, as they were said; `actions.proposing` finds out which are meant.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from actions.deeds import NOTE_CHARACTERS, TITLE_CHARACTERS
from actions.rights import Right

WORDS_CHARACTERS = 60
"""Of a name, a title, a day: more is a sentence."""
CASE = "哪一家：企业名称里的几个字，或案件编号，如「绿源」「CM-2026-0001」；没有说是哪一家的留空"
TASK = "哪一项任务：标题里的几个字，如「回访」「第2次回访」「修复方案」；没有说的留空"
DAY = "哪一天，照原话写，如「下周三」「3月11日」「月底」；说推后或提前多久的也照原话写，如「推迟三天」「提前一周」"
REASON = "为什么，照原话写；没有说的留空"


class Act(StrEnum):
    """What may be wanted."""

    NOTE = "note"
    TASK = "task"
    VISIT = "visit"
    SNOOZE = "snooze"
    MOVE = "move"
    FINISH = "finish"
    INTAKE = "intake"
    FIND = "find"
    DUE = "due"


class Arguments(BaseModel):
    """What was said of an act; an argument that was not said is empty. `writes`: it needs a card and its button."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    act: ClassVar[Act]
    right: ClassVar[Right] = Right.WORK
    """What whoever presses needs: about the case, where there is one."""
    writes: ClassVar[bool] = True
    told: ClassVar[str]
    """What the act is for, in Chinese: the description of a tool."""


class OfCase(Arguments):
    """An act on one case."""

    case: str = Field("", max_length=WORDS_CHARACTERS, description=CASE)


class Note(OfCase):
    """Keeps a note."""

    act = Act.NOTE
    told = "给一个案件记一条备注"
    text: str = Field(min_length=1, max_length=NOTE_CHARACTERS, description="备注的内容，照原话写，不改写、不概括")


class AddTask(OfCase):
    """Adds a task; without a day it is due in ten working days."""

    act = Act.TASK
    told = "给一个案件加一项任务（待办）"
    title: str = Field(min_length=1, max_length=TITLE_CHARACTERS, description="要办什么，不含日期，如「交设备清单」")
    due_on: str = Field("", max_length=WORDS_CHARACTERS, description=f"{DAY}；没有说的留空")


class Visit(OfCase):
    """Tells of a visit to the owner, or of an attempt at one."""

    act = Act.VISIT
    told = "记下一次回访：见到或联系上了负责人，或者没有联系上"
    task: str = Field("", max_length=WORDS_CHARACTERS, description="第几次回访，如「第2次」；没有说的留空")
    reached: bool = Field(True, description="联系上了没有")
    note: str = Field("", max_length=NOTE_CHARACTERS, description="回访时了解到的情况，照原话写；没有说的留空")


class OfTask(OfCase):
    """An act on one task of a case."""

    task: str = Field("", max_length=WORDS_CHARACTERS, description=TASK)


class Snooze(OfTask):
    """Puts a reminder off; the due date stays. The reason is the officer's own sentence where none was given."""

    act = Act.SNOOZE
    told = "推迟一项任务的提醒：到那天再提醒，任务的期限不变"
    until: str = Field(min_length=1, max_length=WORDS_CHARACTERS, description=DAY)
    reason: str = Field("", max_length=NOTE_CHARACTERS, description=REASON)


class Move(OfTask):
    """Sets another due date. The reason is the officer's own sentence where none was given."""

    act = Act.MOVE
    told = "改一项任务或回访的日期（期限）"
    due_on: str = Field(min_length=1, max_length=WORDS_CHARACTERS, description=DAY)
    reason: str = Field("", max_length=NOTE_CHARACTERS, description=REASON)


class Finish(OfTask):
    """Finishes a task; a visit is told."""

    act = Act.FINISH
    told = "把一项任务办结"
    note: str = Field("", max_length=NOTE_CHARACTERS, description="办理情况、凭据编号，照原话写；没有说的留空")


class Intake(Arguments):
    """Begins the checklist for a company with what was said already; the fields are questions of the checklist."""

    act = Act.INTAKE
    right = Right.CASES
    told = "登记一家停业企业：把已经说到的填进登记清单，其余的接着一题一题问"
    company: str = Field(min_length=1, max_length=WORDS_CHARACTERS, description="企业名称")
    uscc: str = Field("", max_length=WORDS_CHARACTERS, description="统一社会信用代码")
    industry: str = Field("", max_length=WORDS_CHARACTERS, description="行业，如「养殖」「印染」「化工」")
    reason: str = Field("", max_length=WORDS_CHARACTERS, description="停业原因，如「环保」「破产」「战略转移」")
    stage: str = Field("", max_length=WORDS_CHARACTERS, description="阶段：预警、已决定、已停业、破产程序")
    closure_date: str = Field("", max_length=WORDS_CHARACTERS, description="停业日期，照原话写，如「3月底」")
    place: str = Field("", max_length=WORDS_CHARACTERS, description="经营场所")
    contact: str = Field("", max_length=WORDS_CHARACTERS, description="负责人称呼，如「陈先生」")
    phone: str = Field("", max_length=WORDS_CHARACTERS, description="负责人电话")
    staff: str = Field("", max_length=WORDS_CHARACTERS, description="员工人数")

    @property
    def said(self) -> dict[str, str]:
        """What was said, by the checklist's questions."""
        return {name: value for name, value in self.model_dump().items() if value}


class Find(Arguments):
    """Looks for a case; answered at once."""

    act = Act.FIND
    right, writes = Right.CASES, False
    told = "找案件、看一个案件到哪一步了"
    name: str = Field(min_length=1, max_length=WORDS_CHARACTERS, description="企业名称里的几个字，或案件编号")


class Due(Arguments):
    """Lists what is due; answered at once."""

    act = Act.DUE
    right, writes = Right.CASES, False
    told = "看自己到期的回访和任务"
    when: Literal["today", "week", "overdue"] = Field(
        "today", description="today 今天到期的；week 本周后面几天的；overdue 逾期的"
    )


ACTS: Mapping[Act, type[Arguments]] = MappingProxyType(
    {kind.act: kind for kind in (Note, AddTask, Visit, Snooze, Move, Finish, Intake, Find, Due)}
)
"""Every act by its name. The name is a tool's, `told` its description, the model's JSON schema its arguments."""


def arguments(act: str, values: Mapping[str, Any]) -> Arguments:
    """The arguments of an act from JSON. ValueError (pydantic's ValidationError is one) where they are none."""
    return ACTS[Act(act)].model_validate(dict(values))
