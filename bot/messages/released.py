"""How a finished case reads once it may be cited: no company, no names, no contact."""

from collections.abc import Sequence

SOURCE = "案件记录，经科长审核后放入案例库"
NO_FIGURES = "没有可公布的数字"


def title(year: int, industry: str) -> str:
    """The past case's title."""
    return f"案例：{year}年{industry}企业停业"


def opening(year: int, industry: str, reason: str, stage: str) -> str:
    """What happened."""
    return f"{year}年，一家{industry}企业停业，原因是{reason}；介入时的阶段是{stage}。"


def found(findings: Sequence[str]) -> str:
    """What pollution there was."""
    return f"停业时场地的情况：{'、'.join(findings)}。"


def staff(number: float) -> str:
    """How many people worked there."""
    return f"员工{number:g}人"


def assets(kinds: Sequence[str]) -> str:
    """What there was to dispose of."""
    return f"要处置的资产共{len(kinds)}项：{'、'.join(dict.fromkeys(kinds))}。"


def done(pillar: str, titles: Sequence[str]) -> str:
    """What was done under a pillar."""
    return f"- {pillar}办结了{'、'.join(titles)}。"


def waived(titles: Sequence[str]) -> str:
    """What was not done."""
    return f"- 经研究没有办的：{'、'.join(titles)}。"


def lesson(number: int, months: int) -> str:
    """What remains of it."""
    return f"从立案到归档约{months}个月，办结{number}项任务。"


def ask(industry: str, reason: str) -> str:
    """A question that it answers."""
    return f"{industry}企业因{reason}停业，以前是怎么办的"
