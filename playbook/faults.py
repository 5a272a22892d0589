"""A fault in a procedure: where it stands in the files, and what an officer should do about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from playbook.checklist import Group, Procedure, Question

Location = tuple[str | int, ...]
"""Keys and list positions from the top of a file. What begins with `tasks` or `gates` is in `tasks.yaml`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to mend, and how."""

    location: Location
    advice: str


def each_question(procedure: Procedure) -> Iterator[tuple[Location, Group, Question]]:
    """Every question as the file has it, with where it stands; those that ask for another item are not of the file."""
    for g, group in enumerate(procedure.checklist.groups):
        for q, question in enumerate(group.questions):
            yield ("groups", g, "questions", q), group, question
