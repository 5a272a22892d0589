"""Errors of the case log that are made for people; the tree is drawn in `playbook.errors`.

There is one class for each remedy. All that is wrong with the file itself is a `CaseLogUnavailable`, for those who only
need to know that nothing can be written.
"""

from playbook.errors import ClosureBotError


class CaseLogUnavailable(ClosureBotError):
    """The case log cannot be opened, read or written. Details, here and below: `where`, the file; `reason`."""

    sentence = "案件记录（{where}）打不开：{reason}。"
    remedy = "请检查数据目录是否存在、有没有权限、磁盘是否正常。"


class CaseLogLocked(CaseLogUnavailable):
    """Another process has held the write lock for longer than we wait."""

    sentence = "另一个程序正在写案件记录（{where}），这一步没有保存。"
    remedy = "请稍后再试；一直这样的，请检查是否有程序长时间占用这个文件。"


class CaseLogReadOnly(CaseLogUnavailable):
    """The file or its directory may be read, not written."""

    sentence = "案件记录（{where}）只能读、不能写，这一步没有保存。"
    remedy = "请给运行本程序的账户加上这个文件及其目录的写权限。"


class CaseLogFull(CaseLogUnavailable):
    """There is no room on the disk."""

    sentence = "磁盘已满，案件记录（{where}）写不进去，这一步没有保存。"
    remedy = "请腾出磁盘空间后再试。"


class CaseLogDamaged(CaseLogUnavailable):
    """The file is not a SQLite database, or not a sound one."""

    sentence = "案件记录（{where}）已损坏：{reason}。"
    remedy = "请把它移到别处留存，换上 closure-bot backup 最近一次的备份。"


class CaseLogTooNew(CaseLogUnavailable):
    """A newer closure-bot has written this log. `reason` names the first migration that is not known here."""

    sentence = "案件记录（{where}）是更新版本的 closure-bot 写的（{reason}）。"
    remedy = "请升级 closure-bot 后再打开。"


class OfficerUnknown(ClosureBotError):
    """Nobody is registered under this Telegram id. Details: `telegram_id`."""

    sentence = "没有登记过编号为 {telegram_id} 的人员。"
    remedy = "请运行 closure-bot officers list 查看已登记的人员。"
