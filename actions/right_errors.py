"""Errors of rights that are made for people; the tree is drawn in `playbook.errors`."""

from actions.case_errors import CaseRefused


class RightRefused(CaseRefused):
    """The base of what somebody may not do; nothing was done, and nothing shown."""


class NotRegistered(RightRefused):
    """They are no officer, or none any more."""

    sentence = "您还没有登记，或已被移除。"
    remedy = "请联系管理员。"


class LeadsOnly(RightRefused):
    """Only a lead may do this."""

    sentence = "这件事要科长来办。"
    remedy = "请把案件编号告诉科长。"


class PlaybookOfLeads(RightRefused):
    """What answers draw on is for leads to change; an admin who does not lead may not either."""

    sentence = "手册和资料库由科长来管。"
    remedy = "请把文件或问题转给科长。"


class AdminsOnly(RightRefused):
    """Only an admin may do this."""

    sentence = "这件事要管理员来办。"
    remedy = "请联系管理员。"


class NoCases(RightRefused):
    """An admin who does not lead sees no case."""

    sentence = "管理员看不到案件内容。"
    remedy = "请由专员或科长来办；您同时带队的，请另一位管理员改成「管理员兼科长」。"


class OthersCase(RightRefused):
    """It is a colleague's case. Details: `case`, `name`."""

    sentence = "{case} 由{name}负责，您只能看，不能改。"
    remedy = "请本人或科长来办，或请对方转交给您。"


class ContactHidden(RightRefused):
    """Papers and contact data of a colleague's case. Details: `name`."""

    sentence = "这份材料只有{name}和科长能看。"
    remedy = "请向{name}要。"


class NotYourButton(RightRefused):
    """A button under somebody else's message."""

    sentence = "这个按钮不是给您的，没有任何改动。"
    remedy = "请用机器人发给您的消息下面的按钮。"


class PrivateOnly(RightRefused):
    """Cases are not for groups."""

    sentence = "登记和案件里有联系方式，群里不显示。"
    remedy = "请私聊我再发这个命令。"


class LastAdmin(RightRefused):
    """Without an admin nobody could let anybody in."""

    sentence = "这是唯一的管理员，不能移除，也不能改角色。"
    remedy = "请先邀请另一位管理员。"


class NameMissing(RightRefused):
    """Somebody is invited without a name, or with too long a one. Details: `limit`."""

    sentence = "姓名要写，最多 {limit} 个字。"
    remedy = "请重新写。"
