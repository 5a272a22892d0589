"""A polluting dye works and a farm co-operative, answered as an officer would, and taken in through the walk."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from actions.calendar import local_day
from actions.cases import Cases
from actions.checklist import Place
from actions.gates import Gates
from actions.inputs import read_answer
from actions.intake import Intake, Turn
from actions.officers import Officers, Role
from actions.screens import Screen
from actions.store import CaseLog
from actions.tasks import Tasks
from actions.walks import View
from playbook.procedure import load_procedure
from tests.cast import COLLEAGUE, LEAD, OFFICER

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
PROCEDURE = load_procedure()
DYE_WORKS: Mapping[str, str] = {
    "company": "绿源印染有限公司",
    "industry": "印染",
    "reason": "环保",
    "stage": "已停业",
    "closure_date": "2026-02-27",
    "staff": "120",
    "agreement": "有",
    "unpaid": "80",
    "staff_to_settle": "60",
    "wages_owed": "有",
    "debts": "有",
    "has_assets": "有",
    "asset_name 1": "3号车间",
    "asset_kind 1": "厂房",
    "land 1": "集体土地",
    "assets_more 1": "是",
    "asset_name 2": "定型机",
    "asset_kind 2": "设备",
    "buyer_related 2": "是",
    "offered 2": "100",
    "market 2": "200",
    "assets_more 2": "否",
    "brand": "有",
    "brand_name": "绿源",
    "concerns": "声誉",
    "findings": "危废和土壤",
    "soil_state": "有报告",
    "remediation_plan": "还没有",
}
FARM: Mapping[str, str] = {
    "company": "蟹田农业合作社",
    "industry": "合作社",
    "reason": "健康",
    "stage": "已决定",
    "closure_date": "2026-03-31",
    "staff": "0",
    "agreement": "否",
    "debts": "否",
    "has_assets": "否",
    "brand": "是",
    "brand_name": "蟹田",
    "findings": "都没有",
}


class Office:
    """Two officers, a lead and the registers over one case log."""

    def __init__(self, log: CaseLog) -> None:
        self.log, self._updates = log, itertools.count(1)
        for member, role in ((OFFICER, Role.OFFICER), (COLLEAGUE, Role.OFFICER), (LEAD, Role.LEAD)):
            Officers(log).add(member.id, member.name, role, by=None, now=NOW)
        self.cases, self.gates = Cases(log), Gates(log, PROCEDURE)
        self.tasks = Tasks(log, self.cases, self.gates)
        self.intake = Intake(log, PROCEDURE, self.cases, self.gates)

    def turn(self, officer: int = OFFICER.id, step: int | None = None, update: int | None = None) -> Turn:
        return Turn(officer, NOW, update or next(self._updates), step)

    def begin(self) -> Screen:
        screen = self.intake.begin(self.turn())
        assert screen is not None
        return screen

    def say(self, screen: Screen, text: str | None, officer: int = OFFICER.id) -> Screen:
        assert screen.asked is not None
        value = None if text is None else read_answer(screen.asked.question, text, local_day(NOW))
        return self.intake.answer(self.turn(officer), value)

    def walk(self, answers: Mapping[str, str]) -> tuple[Screen, list[Place]]:
        """To the review; what has no answer is skipped. The places asked, in their order."""
        screen, asked = self.begin(), list[Place]()
        while screen.walk.view is View.ASK:
            assert screen.asked is not None
            place = screen.asked.place
            asked.append(place)
            name = f"{place.question_id} {place.item}" if place.item else place.question_id
            screen = self.say(screen, answers.get(name))
        return screen, asked

    def take_in(self, answers: Mapping[str, str]) -> str:
        """The id of the case that these answers make."""
        self.walk(answers)
        return self.intake.save(self.turn()).case.id

    def by_rule(self, case_id: str) -> dict[tuple[Any, ...], Any]:
        """The tasks of a case by rule and item."""
        return {(task.rule, task.item, task.occurrence): task for task in self.tasks.of_case(case_id)}
