"""Reads `checklist.yaml`, `tasks.yaml` and `visits.yaml`, and says all that is wrong with them, a line each."""

import hashlib
from collections.abc import Set
from pathlib import Path

from playbook.checking import faults
from playbook.checklist import Checklist, Procedure, TaskRules
from playbook.errors import PlaybookInvalid
from playbook.loader import BUNDLED, Problem, read_playbook
from playbook.model import Playbook
from playbook.visiting import visit_faults
from playbook.visits import VisitGuide
from playbook.yaml_file import problem, read_yaml, validate

CHECKLIST, TASKS, VISITS = "checklist.yaml", "tasks.yaml", "visits.yaml"


def load_procedure(directory: Path = BUNDLED, playbook: Playbook | None = None) -> Procedure:
    """The checklist and its tasks; raises PlaybookInvalid where anything in them needs mending.

    `playbook` is what `directory` holds, where that has been read already.
    """
    entries = (playbook or read_playbook(directory)[0]).entries
    procedure, problems = read_procedure(directory, entries.keys())
    if problems or procedure is None:
        raise PlaybookInvalid(first=problems[0], count=len(problems))
    return procedure


def read_procedure(directory: Path, sources: Set[str]) -> tuple[Procedure | None, list[Problem]]:
    """What could be read, and every problem found. `sources` are the ids of the playbook's entries.

    A playbook of one's own that has neither of the first two files asks the bundled questions. One without
    `visits.yaml` asks what the bundled one asks on a visit, without its points: their conditions name the bundled
    checklist.
    """
    if directory != BUNDLED and not any((directory / name).exists() for name in (CHECKLIST, TASKS)):
        return load_procedure(), []
    problems: list[Problem] = []
    checklist_file, tasks_file = (read_yaml(directory / name, problems) for name in (CHECKLIST, TASKS))
    checklist = validate(checklist_file, Checklist, problems) if checklist_file else None
    rules = validate(tasks_file, TaskRules, problems) if tasks_file else None
    if checklist_file is None or tasks_file is None or checklist is None or rules is None:
        return None, sorted(set(problems))
    digest = hashlib.sha256(checklist_file.content + tasks_file.content).hexdigest()[:12]
    visits = _read_visits(directory, checklist, sources, problems)
    procedure = Procedure(checklist=checklist.model_copy(update={"digest": digest}), rules=rules, visits=visits)
    for fault in faults(procedure, frozenset(sources)):
        file = tasks_file if fault.location[0] in ("tasks", "gates") else checklist_file
        problems.append(problem(file, fault.location, fault.advice))
    return procedure, sorted(set(problems))


def _read_visits(directory: Path, checklist: Checklist, sources: Set[str], problems: list[Problem]) -> VisitGuide:
    path = directory / VISITS
    if not path.exists() and directory != BUNDLED:
        return load_procedure().visits.model_copy(update={"points": ()})
    file = read_yaml(path, problems)
    guide = validate(file, VisitGuide, problems) if file else None
    if file is None or guide is None:
        return VisitGuide()
    for fault in visit_faults(guide, checklist, frozenset(sources)):
        problems.append(problem(file, fault.location, fault.advice))
    return guide
