"""Errors of backups that are made for people; the tree is drawn in `playbook.errors`."""

from playbook.errors import ClosureBotError


class BackupRefused(ClosureBotError):
    """The base of what is wrong with a backup; what was there is as it was."""


class BackupUnwritable(BackupRefused):
    """It cannot be written. Details: `where`, `reason`."""

    sentence = "备份 {where} 写不成（{reason}），没有留下不完整的文件。"
    remedy = "请检查磁盘空间和权限后再试。"


class BackupDamaged(BackupRefused):
    """It is not whole, or not what was written. Details: `where`, `reason`."""

    sentence = "备份 {where} 不能用：{reason}。"
    remedy = "请换另一份备份。现有数据没有动。"


class BackupKeyInvalid(BackupRefused):
    """A key that is none."""

    sentence = "密钥不对。"
    remedy = "请用 age-keygen 生成：收件公钥以 age1 开头，私钥文件里有 AGE-SECRET-KEY 开头的一行。"


class BackupKeyWrong(BackupRefused):
    """It is encrypted, and not to this key. Details: `where`."""

    sentence = "备份 {where} 是加密的，用现在的私钥打不开。"
    remedy = "请用 --identity 指定对应的私钥文件。"
