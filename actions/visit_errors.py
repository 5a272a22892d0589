"""Errors of visits that are made for people; the tree is drawn in `playbook.errors`."""

from actions.case_errors import CaseRefused


class VisitGone(CaseRefused):
    """The visit's task is not open any more."""

    sentence = "这次回访已经办结或撤下了。"
    remedy = "请发 /due 看现在要办的。"


class VisitBegun(CaseRefused):
    """A button of a visit that is told already."""

    sentence = "这次回访已经记完了。"
    remedy = "请打开案件，在备注里补充。"
