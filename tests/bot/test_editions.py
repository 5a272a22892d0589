"""What officers read of the playbook's edition and its changes: under answers, in letters, on the command line."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from actions.model import TaskStatus
from actions.officers import Officers, Role
from actions.roster import Absence
from actions.store import CaseLog
from bot.letters import Letter, Letters
from bot.messages import editions as wording
from bot.noticing import Noticing
from bot.render.answers import answer_json, answer_messages, answer_text, source_pages
from bot.render.editions import CASES
from bot.sandbox.entities import parse_html
from bot.services import Registers
from bot.settings import Settings
from playbook.edition import Edition, Text
from retrieval.library import Library
from retrieval.model import Answer, Hit, Passage, Quote
from tests.actions.pushed import Desk, at
from tests.bot.transport import opened
from tests.cast import ADMIN, COLLEAGUE, LEAD, OFFICER

NOW = at("2026-11-25", 10)
DAY = date(2026, 11, 25)
OLD = {"soil-<plan>": Text("修复方案", "1" * 16), "revisit": Text("回访机制", "2" * 16)}
NEW = OLD | {"revisit": Text("回访 <新>", "3" * 16)}
EDITION = Edition("a3f9c2", date(2026, 11, 27))
BASIS = "依据（手册 2026-11-27 版 · a3f9c2）"


class Office(Desk):
    """People, tasks that rest on sections, and the letters that come of a change."""

    def __init__(self, log: CaseLog, data_dir: Path) -> None:
        super().__init__(log)
        self.now = NOW
        self.registers = Registers.of(log, Settings.load(data_dir=data_dir), lambda: self.now)
        self.registers.editions.take(OLD, now=NOW - timedelta(days=9))

    def rest(self, title: str = "危废清运", due_on: str = "2026-12-04", **changed: object) -> int:
        officer = changed.pop("officer", OFFICER.id)
        assert isinstance(officer, int)
        task = self.task(due_on, "policy", officer, title)
        self.set(task, source="revisit", **changed)
        return task

    def set(self, task: int, **changed: object) -> None:
        with self.log.transaction() as db:
            db.table("tasks").update(task, changed)

    def change(self, texts: dict[str, Text] | None = None) -> None:
        self.registers.editions.take(NEW if texts is None else texts, now=self.now)

    def letters(self) -> dict[int, list[Letter]]:
        """What would be sent now, by reader."""
        composed: dict[int, list[Letter]] = {}
        for notification in self.ledger.pending(self.now):
            if letter := Letters(self.registers).compose(notification):
                composed.setdefault(notification.officer_id, []).append(letter)
        return composed


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path / "case-log.db") as log:
        yield Office(log, tmp_path)


def read(letter: Letter) -> list[str]:
    """The lines; the test fails where Telegram would refuse the markup."""
    return parse_html(letter.text)[0].splitlines()


def buttons(letter: Letter) -> list[tuple[str, str]]:
    assert letter.keyboard
    return [(b.text, str(b.callback_data)) for row in letter.keyboard.inline_keyboard for b in row]


# Letters


def test_a_letter_names_what_changed_since_when_and_the_cases_with_their_tasks(office: Office) -> None:
    office.rest("建立 <回访> 档案")
    late = office.rest("核对岗位", "2026-11-23")
    office.set(office.rest("安置回访", "2026-11-30"), case_id=office.tasks.need(late).case_id, status="blocked")
    office.change()
    [letter] = office.letters()[OFFICER.id]
    assert read(letter) == [
        "⚠️ 依据改了：《回访 <新>》，2026年11月25日起按新的内容回答",
        wording.RESTING,
        "• 绿源：核对岗位（晚 2 个工作日）、安置回访（先停着）",
        "• 绿源：建立 <回访> 档案（12月4日到期）",
    ]
    assert buttons(letter) == [
        (wording.BUTTON_NEW_TEXT, "case:revisit:0"),
        ("打开案件「绿源」", "card:CM-2026-0002"),
        ("打开案件「绿源」", "card:CM-2026-0001"),
    ]


def test_many_cases_are_counted_and_three_can_be_opened(office: Office) -> None:
    for number in range(CASES + 3):
        office.rest(f"任务{number}")
    office.change()
    [letter] = office.letters()[OFFICER.id]
    assert len([line for line in read(letter) if line.startswith("•")]) == CASES
    assert read(letter)[-1] == wording.more_cases(CASES + 3)
    assert len(buttons(letter)) == 4


def test_of_many_tasks_of_one_case_three_are_named(office: Office) -> None:
    first = office.tasks.need(office.rest("任务0")).case_id
    for number in range(1, 5):
        office.rest(f"任务{number}", case_id=first)
    office.change()
    [letter] = office.letters()[OFFICER.id]
    assert read(letter)[2].endswith("任务2（12月4日到期）等 5 项")


def test_what_is_gone_is_told_by_the_title_that_it_had(office: Office) -> None:
    office.rest()
    office.change({id_: text for id_, text in OLD.items() if id_ != "revisit"})
    [letter] = office.letters()[OFFICER.id]
    assert read(letter)[:2] == ["⚠️ 依据没有了：《回访机制》，2026年11月25日已从手册中删去或停用", wording.RESTED]
    assert [data for _, data in buttons(letter)] == ["card:CM-2026-0001"]


def test_it_is_written_when_it_is_sent(office: Office) -> None:
    done, handed = office.rest("先办完"), office.rest("转给同事")
    office.rest("还在办")
    office.change()
    office.set(done, status=TaskStatus.DONE.value, done_at="2026-11-25T00:00:00.000000+00:00")
    office.set(handed, assignee_id=COLLEAGUE.id)
    [letter] = office.letters()[OFFICER.id]
    assert [line for line in read(letter) if line.startswith("•")] == ["• 绿源：还在办（12月4日到期）"]


def test_nothing_is_sent_where_nothing_rests_on_it_any_more_or_it_has_changed_again(office: Office) -> None:
    task = office.rest()
    office.change()
    office.now += timedelta(hours=1)
    office.change(OLD)
    assert [len(letters) for letters in office.letters().values()] == [1]
    assert "回访机制" in office.letters()[OFFICER.id][0].text
    office.set(task, source="soil-plan")
    assert office.letters() == {}


def test_a_deputy_gets_it_with_whose_tasks_they_are(office: Office) -> None:
    office.rest()
    office.roster.leave(Absence(OFFICER.id, DAY, DAY, COLLEAGUE.id), now=NOW)
    office.change()
    letters = office.letters()
    assert OFFICER.id not in letters
    assert read(letters[COLLEAGUE.id][-1])[-1] == f"• 绿源：危废清运（12月4日到期） · {OFFICER.name}"


def test_leads_see_it_of_their_own_cases_alone(office: Office) -> None:
    office.rest()
    office.rest("科长自己的", officer=LEAD.id)
    office.change()
    letters = office.letters()
    assert [line for line in read(letters[LEAD.id][0]) if line.startswith("•")] == ["• 绿源：科长自己的（12月4日到期）"]


@pytest.mark.parametrize("role", [Role.ADMIN, None])
def test_rights_are_asked_at_sending(office: Office, role: Role | None) -> None:
    office.rest()
    office.change()
    if role:
        Officers(office.log).add(OFFICER.id, OFFICER.name, role, by=None, now=NOW)
    else:
        with office.log.transaction() as db:
            db.execute("update officers set active = 0 where telegram_id = ?", [OFFICER.id])
    assert office.letters() == {}


def test_documents_with_whole_paths_have_no_button_that_telegram_would_refuse(office: Office) -> None:
    path = f"/srv/{'文件' * 30}.pdf"
    office.change(OLD | {path: Text("搬迁办法", "8" * 16)})
    office.rest(citation=json.dumps({"id": f"{path}#2", "title": "x", "text": "y"}))
    office.now += timedelta(hours=1)
    office.change(OLD | {path: Text("搬迁办法", "9" * 16)})
    [letter] = office.letters()[OFFICER.id]
    assert [data for _, data in buttons(letter)] == ["card:CM-2026-0001"]


def test_every_change_of_what_answers_draw_on_is_noticed_once(office: Office) -> None:
    office.rest()
    looks = iter([{}, OLD, NEW, NEW, {}, NEW])
    noticing = Noticing(lambda: next(looks), office.registers.editions)
    letters = []
    for _ in range(6):
        noticing.turn(office.now)
        letters.append(sum(map(len, office.letters().values())))
    assert letters == [0, 0, 1, 1, 1, 1], "an index that is being made has no texts, which is no change"


# Answers


def passage(number: int = 0, text: str = "停业后每季度回访一次。", **changed: str) -> Passage:
    values = {"title": f"第{number}节", "kind": "section", "pillar": "asset", "text": text}
    return Passage(source_id=f"s{number}", position=0, **(values | changed))  # type: ignore[arg-type]


def law(number: int, notice: str = "引用前请核对现行有效文本") -> Passage:
    return passage(number, kind="law", notice=notice)


def answer(*passages: Passage, quotes: tuple[Quote, ...]) -> Answer:
    hits = tuple(Hit(each, 1.0) for each in passages)
    return Answer("多久回访一次", False, quotes, hits, "测试", 1.0, EDITION)


def test_the_edition_stands_over_the_sources_and_in_json() -> None:
    shown = answer(passage(), quotes=(Quote("停业后每季度回访一次。", 1),))
    assert answer_text(shown).splitlines()[-2:] == [BASIS, "[1] 第0节 · 资产处置"]
    assert answer_json(1, shown)["edition"] == "2026-11-27 a3f9c2"


def test_on_the_terminal_and_in_the_chat_it_is_the_same(library: Library) -> None:
    named = library.ask("停业企业多久回访一次？")
    assert named.edition
    assert wording.basis(named.edition.on, named.edition.digest) in answer_text(named).splitlines()
    assert answer_json(None, library.ask("食堂今天中午吃什么？"))["edition"] == str(named.edition)


# Cautions


@pytest.mark.parametrize("quoted", [1, 2])
def test_a_law_that_is_only_named_beside_has_its_caution_too(quoted: int) -> None:
    shown = answer(passage(), law(1), quotes=(Quote("停业后每季度回访一次。", quoted),))
    assert "⚠️ [2] 引用前请核对现行有效文本" in answer_text(shown).splitlines()


def test_in_a_long_answer_every_caution_is_whole_and_before_the_sources() -> None:
    quotes = tuple(Quote(f"{'企业应先清运危险废物。' * 150}第{number}点。", number) for number in (1, 2, 3))
    shown = answer(law(0, "甲法请核对"), law(1, "乙法请核对"), law(2, "甲法请核对"), quotes=quotes)
    parts = [parse_html(part)[0].splitlines() for part in answer_messages(shown)]
    assert len(parts) > 1
    lines = [line for part in parts for line in part]
    for caution in ("⚠️ [1][3] 甲法请核对", "⚠️ [2] 乙法请核对"):
        assert lines.index(caution) < lines.index(BASIS)


def test_every_law_of_the_playbook_shows_its_caution_in_an_answer_and_on_every_page(library: Library) -> None:
    laws = [id_ for id_ in library.sources() if id_.startswith("law-")]
    assert len(laws) == 29
    for id_ in laws:
        passages = library.source(id_)
        for each in passages:
            shown = answer(passage(), each, quotes=(Quote("停业后每季度回访一次。", 1),))
            assert f"⚠️ [2] {each.notice}" in answer_text(shown).splitlines()
        assert all(f"⚠️ {passages[0].notice}" in parse_html(page)[0] for page in source_pages(passages)), id_


def test_who_is_no_officer_of_cases_gets_none(office: Office) -> None:
    Officers(office.log).add(ADMIN.id, ADMIN.name, Role.ADMIN, by=None, now=NOW)
    office.rest(officer=ADMIN.id)
    office.change()
    assert office.letters() == {}
