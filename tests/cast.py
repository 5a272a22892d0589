"""The people of the tests."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """Somebody with a Telegram id."""

    id: int
    name: str


OFFICER = Member(101, "陈晓")
COLLEAGUE = Member(102, "周敏")
LEAD = Member(103, "王建国")
ADMIN = Member(104, "林管")
STRANGER = Member(999, "路人")
REMOVED = Member(105, "赵离")
"""Was an officer."""
HEAD = Member(106, "孙主任")
"""An admin who leads as well."""
