"""Errors of absences and handovers that are made for people; the tree is drawn in `playbook.errors`."""

from playbook.errors import ClosureBotError


class RosterRefused(ClosureBotError):
    """The base of what cannot be arranged between officers; nothing has changed."""


class PeriodUpsideDown(RosterRefused):
    """An absence that ends before it begins."""

    sentence = "结束的日子早于开始的日子。"
    remedy = "请把早的日子写在前面，例如 /quiet 7月1日 7月5日。"


class DeputyUnfit(RosterRefused):
    """Nobody can be their own deputy, or one who is not registered."""

    sentence = "这位不能代管。"
    remedy = "请另选一位在用的同事。"


class HandoverGone(RosterRefused):
    """It was answered, taken back, or is for somebody else."""

    sentence = "这次转交已经处理过了。"
    remedy = "请发 /cases 看现在归谁。"


class HandoverPending(RosterRefused):
    """The case is on its way already. Details: `name`, to whom."""

    sentence = "这个案件已经转给{name}，还在等答复。"
    remedy = "请等对方接下或退回，再转给别人。"


class NotYourCase(RosterRefused):
    """Only its officer or a lead hands a case over. Details: `case`, `name`."""

    sentence = "{case} 由{name}负责，不能由您转交。"
    remedy = "请本人或科长来转。"
