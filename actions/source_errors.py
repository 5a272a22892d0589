"""Errors of own sources that are made for people; the tree is drawn in `playbook.errors`."""

from playbook.errors import ClosureBotError


class SourceRefused(ClosureBotError):
    """The base of what cannot be done to a source; nothing has changed."""


class SourceUnknown(SourceRefused):
    """There is no such source. Details: `source`."""

    sentence = "资料库里没有这一份了。"
    remedy = "请发 /sources 看现在的清单。"


class SourcesUnwritable(SourceRefused):
    """The disk does not take it. Details: `reason`."""

    sentence = "资料写不进数据目录（{reason}），没有保存。"
    remedy = "请腾出空间或检查权限后再试。"


class SourceDamaged(SourceRefused):
    """The bytes on disk are not those that were kept. Details: `title`."""

    sentence = "「{title}」的这一版在磁盘上已损坏或丢失。"
    remedy = "请从备份恢复，或发一份新的来替换。"


class OfferGone(SourceRefused):
    """Nobody pressed the button in time, or another file took its place."""

    sentence = "这份文件没有留着了，没有加入。"
    remedy = "请把文件再发一次。"
