"""What a large case log costs: lists, cards, searches and the next question at 100,000 cases by those at 1,000.

Both logs are made here, the cases' own answers by walking the checklist once; half the cases are one officer's.
"""

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from actions.cases import Cases
from actions.checklist import Place
from actions.dossier import Dossiers
from actions.gates import Gates
from actions.intake import Intake, Turn
from actions.model import CaseStatus
from actions.officers import Officers
from actions.store import CaseLog
from actions.tasks import Tasks
from bot.render.cases import card_text, list_text, tasks_text
from bot.render.intake import screen_text
from playbook.checklist import Kind
from playbook.procedure import load_procedure

SMALL, LARGE, TASKS = 1_000, 100_000, 10
ROUNDS = 60
OFFICER = 1
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
FILLED = {"industry": "化工", "reason": "破产", "stage": "已停业", "closure_date": "2025-06-01"}
_THEN = "'2025-06-01T00:00:00.000000+00:00'"
_SEQUENCE = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) "


def ratios() -> dict[str, float]:
    """Each cost at 100,000 cases and 1,000,000 tasks, as a multiple of that at 1,000 and 10,000; medians."""
    with tempfile.TemporaryDirectory() as directory:
        logs = {size: CaseLog(Path(directory) / f"{size}.db") for size in (SMALL, LARGE)}
        costs = {size: [list[float]() for _ in _acts(log)] for size, log in logs.items()}
        for size, log in logs.items():
            _fill(log, size)
        acts = {size: _acts(log) for size, log in logs.items()}
        for _ in range(ROUNDS):  # by turns, so that what else the machine does hits both
            for size in logs:
                for cost, act in zip(costs[size], acts[size].values(), strict=True):
                    started = time.perf_counter()
                    act()
                    cost.append(time.perf_counter() - started)
        medians = {size: [statistics.median(each) for each in costs[size]] for size in logs}
        for log in logs.values():
            log.close()
    names = acts[SMALL]
    return {
        name: round(large / small, 2) for name, small, large in zip(names, medians[SMALL], medians[LARGE], strict=True)
    }


def _fill(log: CaseLog, size: int) -> None:
    """Cases with ten tasks, four answers and ten events each, all in one transaction."""
    Officers(log).add(OFFICER, "陈晓", by=None, now=NOW)
    Officers(log).add(OFFICER + 1, "周敏", by=None, now=NOW)
    with log.transaction() as db:
        db.execute(
            _SEQUENCE + "insert into cases (id, company, uscc, industry, reason, stage, closure_date,"
            " officer_id, status, created_at, opened_on) select printf('CM-2025-%04d', i),"
            " '崇明第' || i || '实业有限公司', '', '化工', '破产', '已停业', '2025-06-01', 1 + i % 2,"
            f" case when i % 3 then 'open' else 'follow_up' end, {_THEN}, '2025-06-01' from n",
            [size],
        )
        db.execute(
            _SEQUENCE + "insert into tasks (case_id, pillar, kind, title, due_on, status, assignee_id, rule, item,"
            " created_at) select printf('CM-2025-%04d', (i + 9) / 10), 'policy', 'policy', '任务' || i, '2026-03-02',"
            " 'open', 1 + i % 2, 'r' || (i % 10), 0, '2025-06-01T00:00:00.000000+00:00' from n",
            [size * TASKS],
        )
        db.execute(
            _SEQUENCE + "insert into events (at, verb, subject) select '2025-06-01T00:00:00.000000+00:00', 'add_task',"
            " 'case:' || printf('CM-2025-%04d', (i + 9) / 10) from n",
            [size * TASKS],
        )
        for question, value in (("company", '"甲"'), ("industry", '"化工"'), ("reason", '"破产"'), ("staff", "12")):
            db.execute(
                _SEQUENCE + "insert into answers (case_id, question_id, value, answered_by, answered_at)"
                f" select printf('CM-2025-%04d', i), '{question}', '{value}', 1, {_THEN} from n",
                [size],
            )
    cases = Cases(log)
    with log.transaction() as db:
        for row in log.rows("select id, company from cases"):
            cases.fill(row["id"], {**FILLED, "company": row["company"]})
        db.execute("analyze")


def _acts(log: CaseLog) -> dict[str, Callable[[], object]]:
    """What officers do, by name."""
    procedure = load_procedure()
    cases, gates = Cases(log), Gates(log, procedure)
    tasks = Tasks(log, cases, gates)
    dossiers, intake = Dossiers(log, procedure, cases, tasks, Officers(log)), Intake(log, procedure, cases, gates)
    updates, live = itertools.count(1), (CaseStatus.OPEN, CaseStatus.FOLLOW_UP)

    def next_question() -> None:
        turn = Turn(OFFICER, NOW, next(updates))
        screen = intake.screen(OFFICER)
        if screen is None:
            screen = intake.begin(turn)
            assert screen is not None
        elif screen.asked is None or screen.asked.question.type is not Kind.text:
            screen = intake.edit(turn, screen.case.id, Place("company", 0))  # drafts are not to be had without end
        else:
            screen = intake.answer(turn, "崇明实业")
        screen_text(screen)

    def card(part: Callable[..., str]) -> Callable[[], object]:
        arguments = (0,) if part is tasks_text else ()
        return lambda: part(dossiers.read("CM-2025-0500"), *arguments, NOW.date())

    return {
        "/cases, mine": lambda: list_text("", cases.page(OFFICER, statuses=live).cases, ""),
        "/cases, all": lambda: list_text("", cases.page(statuses=live).cases, ""),
        "/cases, all, deep": lambda: list_text("", cases.page(statuses=live, before="CM-2025-0500").cases, ""),
        "/cases, a rare name": lambda: list_text("", cases.search("第512实业").cases, ""),
        "/cases, a name that all have": lambda: list_text("", cases.search("公司").cases, ""),
        "/case": card(card_text),
        "tasks of a case": card(tasks_text),
        "timeline of a case": lambda: cases.timeline("CM-2025-0500"),
        "next question": next_question,
    }


if __name__ == "__main__":
    for name, ratio in ratios().items():
        print(f"{name}: {ratio} x at {LARGE:,} cases")
