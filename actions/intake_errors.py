"""Errors of a walk that are made for people; the tree is drawn in `playbook.errors`."""

from playbook.errors import ClosureBotError


class WalkRefused(ClosureBotError):
    """The base of what a walk does not do; nothing has changed, and the walk shows what it showed."""


class ButtonOld(WalkRefused):
    """A button of a screen that is not shown any more."""

    sentence = "这个按钮旧了，没有改动任何答案。"
    remedy = "请用最下面那条消息里的按钮；找不到就发 /new。"


class NoWalk(WalkRefused):
    """There is no walk to go on with."""

    sentence = "现在没有在填的清单。"
    remedy = "请发 /new 登记一家停业企业。"


class CaseClosed(WalkRefused):
    """The draft was given up or the case archived. Details: `case`, its id."""

    sentence = "{case} 已经取消或归档，不能再填。"
    remedy = "请发 /new 登记别的企业。"


class QuestionGone(WalkRefused):
    """The question is not on the path any more."""

    sentence = "按现在的答案，这一题不用问了。"
    remedy = "请在核对页里选别的项。"


class NotFinished(WalkRefused):
    """Questions are open still. Details: `count`."""

    sentence = "还有{count}题没有答，先不能保存。"
    remedy = "请接着答完。"


class NothingTicked(WalkRefused):
    """Several choices are on offer, and none is ticked."""

    sentence = "还没有选任何一项。"
    remedy = "请先点要选的项，再点「选好了」。"
