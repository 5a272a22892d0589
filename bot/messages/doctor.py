"""What `closure-bot doctor` says beside what it says of pushing."""

from datetime import date

NO_ADMIN = "还没有管理员：运行 closure-bot run 会给出一次性口令，或用 closure-bot officers add 编号 --role admin。"


def record(events: int, head: str) -> str:
    """How the record ends; whoever keeps this line elsewhere sees later whether the record was rewritten."""
    return f"操作记录：{events} 条，末条校验值 {head[:16]}。"


def record_broken(event: int) -> str:
    """The chain of the record does not hold."""
    return f"操作记录从第 {event} 条起对不上：有人改过，或文件损坏。请和最近的备份核对。"


def open_to_others(where: str) -> str:
    """Other accounts may look into the data directory."""
    return f"数据目录 {where} 别的账户也能打开，里面有联系方式。请运行 chmod 700 {where}。"


def file_missing(sha256: str) -> str:
    """A file that the log names is not there."""
    return f"文件 {sha256[:12]}… 在案件记录里有，磁盘上没有。请从备份恢复。"


def source_missing(name: str) -> str:
    """A version of an own source that the log names is not there."""
    return f"资料库里的 {name} 在案件记录里有，磁盘上没有。请从备份恢复。"


def unknown_setting(name: str) -> str:
    """A variable that looks like one of ours."""
    return f"没有 {name} 这个设置，是不是写错了？"


def backup_old(newest: date | None) -> str:
    """There is no backup of today or yesterday."""
    last = f"最近一份是 {newest.isoformat()} 的" if newest else "一份也没有"
    return f"设了每日自动备份，{last}。请看日志里的 no backup today，先用 closure-bot backup 手工备份一份。"
