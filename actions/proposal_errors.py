"""Errors of what officers say in free words that are made for people; the tree is drawn in `playbook.errors`."""

from typing import ClassVar

from actions.case_errors import CaseRefused


class ProposalRefused(CaseRefused):
    """The base of what cannot be proposed or confirmed; nothing was done."""


class NoSuchCase(ProposalRefused):
    """No open case has such a name. Details: `words`."""

    sentence = "没有找到名称里有「{words}」的在办案件。"
    remedy = "请换几个字再说一遍，或用 /cases 找到案件再办。"


class CaseNotLive(ProposalRefused):
    """The case is a draft still, or put away. Details: `case`."""

    sentence = "{case} 不是在办的案件，没有办。"
    remedy = "请先把登记填完，或打开案件点「恢复办理」。"


class DayPassed(ProposalRefused):
    """Something is to be due on a day that lies behind. Details: `day`, a date."""

    sentence = "{day} 已经过去了，没有办。"
    remedy = "请换一个今天以后的日子再说一遍。"


class NoCaseNamed(ProposalRefused):
    """It was not said which case is meant, and none is the officer's own."""

    sentence = "没看出是哪一家企业。"
    remedy = "请带上企业名称再说一遍。"


class NoSuchTask(ProposalRefused):
    """The case has no open task of that name. Details: `company`, `words`."""

    sentence = "「{company}」没有未办的「{words}」。"
    remedy = "请打开案件看任务清单，再按标题说一遍。"


class DayAlready(ProposalRefused):
    """A task is to be due on the day on which it is due. Details: `title`; `day`, a date."""

    sentence = "「{title}」的日期本来就是 {day}，没有改。"
    remedy = "请换一天再说一遍。"


class ProposalSettled(ProposalRefused):
    """The base of both: its button was pressed before. `outcome` is the row's."""

    outcome: ClassVar[str]


class ProposalDone(ProposalSettled):
    """It was agreed to, and done. Nobody is told to say it again: it would be done twice."""

    outcome = "confirmed"
    sentence = "这件事已经办好了，没有再办一遍。"
    remedy = "请发 /cases 看结果。"


class ProposalCancelled(ProposalSettled):
    """It was declined."""

    outcome = "cancelled"
    sentence = "这张卡片已经取消，没有办。"
    remedy = "请重新说一遍要办的事。"


class ProposalExpired(ProposalRefused):
    """It is too old: what was meant by it may have changed since."""

    sentence = "这张卡片过了一天，已经作废，没有办。"
    remedy = "请重新说一遍。"


class ProposalChanged(ProposalRefused):
    """What it is about has changed since the card was shown. Details: `title`."""

    sentence = "「{title}」在这张卡片之后有了变化，没有办。"
    remedy = "请看一下案件，再重新说一遍。"
