"""/gaps: what the playbook does not answer is closed by a lead, and whoever had asked hears of it."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock
from pydantic import SecretStr

from actions.gaps import UNDONE, Gaps, How
from actions.ledger import Ledger
from actions.officers import Officers, Role
from actions.questions import Questions
from actions.source_errors import SourcesUnwritable
from actions.sources import Sources
from actions.store import CaseLog
from bot import messages
from bot.app import COMMANDS, build
from bot.closing import write_down
from bot.delivery import Delivery
from bot.handlers import proving
from bot.keyboards.gaps import source_mark
from bot.messages import gaps as wording
from bot.pushing import Pusher
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.world import World
from bot.services import Registers
from bot.settings import Settings
from playbook.learned import read_learned
from retrieval.library import Library
from tests.bot.mute import Player, playing
from tests.bot.test_handlers import Stage, labels
from tests.bot.transport import TOKEN, eventually, opened, running
from tests.cast import ADMIN, COLLEAGUE, HEAD, LEAD, OFFICER, Member

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
ASKED = "锅炉停用要不要报备"
ALIKE = "停用的锅炉要去哪里报备"
OF_THE_KIND = "厂里锅炉停用怎么申报"
WRONG = "新同事光顾着拉企业进来，走的没人管，怎么跟他讲"
RIGHT = "lifecycle-service"
SECTION = """锅炉停用报备
停用锅炉由企业在停用后三十天内向市场监管部门报备。
招商部门收锅炉登记证的复印件，和停用报备单一起归档。
停用超过一年的，要再用时先检验。"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db") as log:
        for member, role in ((OFFICER, Role.OFFICER), (COLLEAGUE, Role.OFFICER), (LEAD, Role.LEAD)):
            Officers(log).add(member.id, member.name, role, by=None, now=NOW)
        Officers(log).add(ADMIN.id, ADMIN.name, Role.ADMIN, by=None, now=NOW)
        yield log


@pytest.fixture
def shelf(data_dir: Path, tmp_path: Path) -> Iterator[Library]:
    """The playbook's library in a place of its own: what is learnt and written goes into it."""
    shutil.copytree(data_dir / "index", tmp_path / "index")
    settings = Settings.load(data_dir=tmp_path)
    library = Library(settings.library)
    yield library
    library.close()


class Office:
    """What people do, and what the bot says to it."""

    def __init__(self, player: Player, log: CaseLog, library: Library, settings: Settings) -> None:
        self.player, self.log, self.library, self.settings = player, log, library, settings
        self.registers = Registers.of(log, settings, lambda: self.now)
        self.now = NOW

    async def ask(self, who: Member, text: str) -> list[str]:
        return await self.player.say(who, text)

    async def press(self, who: Member, data: str) -> list[str]:
        return await self.player.press(who, data)

    def buttons(self) -> dict[str, str]:
        """The buttons that the last update brought, label → data."""
        boards = [sent["reply_markup"] for _, sent in self.player.request.calls if sent.get("reply_markup")]
        return {b["text"]: b["callback_data"] for board in boards for row in board["inline_keyboard"] for b in row}

    async def letters(self) -> dict[int, list[str]]:
        """What is pushed now, by reader."""
        del self.player.request.calls[:]
        lock = self.settings.data_dir / "push.lock"
        await Pusher(self.player.application.bot, self.registers, lock).round()
        told: dict[int, list[str]] = {}
        for name, sent in self.player.request.calls:
            if name == "sendMessage":
                told.setdefault(int(sent["chat_id"]), []).append(str(sent["text"]))
        return told

    @property
    def gaps(self) -> Gaps:
        return self.registers.gaps


@pytest.fixture
async def office(log: CaseLog, shelf: Library, tmp_path: Path) -> AsyncIterator[Office]:
    async with playing(log, shelf, tmp_path, now=lambda: made.now) as player:
        made = Office(player, log, shelf, Settings.load(data_dir=tmp_path))
        yield made


async def test_a_gap_is_written_published_told_and_answered(office: Office) -> None:
    assert ASKED in "".join(await office.ask(OFFICER, ASKED))
    await office.ask(COLLEAGUE, ALIKE)
    assert [gap.text for gap in office.gaps.open()] == [ALIKE, ASKED]
    [listed] = await office.ask(LEAD, "/gaps")
    assert "2 次，2 人问过（2 次拒答），最近 11月27日" in listed
    [card] = await office.press(LEAD, next(iter(office.buttons().values())))
    assert f"{OFFICER.name}，11月27日，拒答" in card
    [how] = await office.press(LEAD, office.buttons()[wording.BUTTON_WRITE])
    assert how == wording.WRITE_HOW
    [preview] = await office.ask(LEAD, SECTION)
    assert "<b>锅炉停用报备</b>" in preview
    assert wording.CHECKED in preview
    said = await office.press(LEAD, office.buttons()[wording.BUTTON_PUBLISH])
    assert "已发布《锅炉停用报备》（own-2026-0001）" in said[-1]
    assert wording.proven(ALIKE) in said[-1]
    assert wording.told(2) in said[-1]
    told = await office.letters()
    assert {who: len(letters) for who, letters in told.items()} == {OFFICER.id: 1, COLLEAGUE.id: 1}
    assert "手册补上了：《锅炉停用报备》" in told[OFFICER.id][0]
    [answer] = await office.press(OFFICER, "again:1")
    assert "<b>锅炉停用报备</b>" in answer
    assert "三十天内向市场监管部门报备" in answer
    assert "锅炉停用报备" in (await office.ask(COLLEAGUE, OF_THE_KIND))[0]
    assert office.gaps.open() == []
    assert wording.NONE_OPEN in (await office.ask(LEAD, "/gaps"))[0]
    assert await office.letters() == {}


async def test_a_wrong_answer_is_marked_with_the_right_section_and_taken_back(office: Office) -> None:
    [wrong] = await office.ask(OFFICER, WRONG)
    assert "<b>企业全生命周期服务</b>" not in wrong
    assert office.gaps.open() == []
    await office.press(OFFICER, "rate:1:-1")
    [listed] = await office.ask(LEAD, "/gaps")
    assert "1 次，1 人问过（1 次 👎）" in listed
    [card] = await office.press(LEAD, "gap:1")
    assert wording.ANSWERED_WITH in card
    await office.press(LEAD, "mark:1")
    assert len([data for data in office.buttons().values() if data.startswith("mark:1:")]) == 6
    await office.press(LEAD, office.buttons()[wording.BUTTON_SEEK])
    await office.ask(LEAD, RIGHT)
    look = f"mark:1:{source_mark(RIGHT)}"
    assert look in office.buttons().values()
    [shown] = await office.press(LEAD, look)
    assert wording.is_it(WRONG) in shown
    [said] = await office.press(LEAD, office.buttons()[wording.BUTTON_IT_IS])
    assert wording.proven(WRONG) in said
    assert office.library.ask(WRONG).citations[0].passage.source_id == RIGHT
    told = await office.letters()
    assert list(told) == [OFFICER.id]
    assert "当时没有找对" in told[OFFICER.id][0]
    [again] = await office.press(OFFICER, "again:1")
    assert again != wrong
    assert len(office.gaps.learned()[RIGHT]) == 1
    assert wording.TAKEN_BACK in await office.press(LEAD, "takeback:1")
    assert [gap.id for gap in office.gaps.open()] == [1]
    assert office.library.ask(WRONG).citations[0].passage.source_id != RIGHT


async def test_what_is_taken_back_before_it_is_told_is_not_told(office: Office) -> None:
    await office.ask(OFFICER, ASKED)
    await office.press(LEAD, f"mark:1:{source_mark(RIGHT)}:yes")
    await office.press(LEAD, "takeback:1")
    assert await office.letters() == {}
    await office.press(LEAD, f"mark:1:{source_mark('full-archive')}:yes")
    [letter] = (await office.letters())[OFFICER.id]
    assert "停业档案" in letter or "《" in letter


async def test_who_asked_is_told_once_for_a_group_and_a_lead_not_of_the_own_deed(office: Office) -> None:
    for who, text in ((OFFICER, ASKED), (OFFICER, ALIKE), (ADMIN, ASKED), (LEAD, ASKED)):
        await office.ask(who, text)
    await office.press(LEAD, f"mark:1:{source_mark(RIGHT)}:yes")
    assert {who: len(letters) for who, letters in (await office.letters()).items()} == {OFFICER.id: 1, ADMIN.id: 1}


async def test_what_is_no_matter_of_the_playbooks_is_listed_no_more(office: Office) -> None:
    await office.ask(OFFICER, "食堂今天中午吃什么？")
    [said] = await office.press(LEAD, "aside:1")
    assert wording.BUTTON_TAKE_BACK in office.buttons()
    assert "搁置" in said
    assert await office.letters() == {}
    [empty] = await office.ask(LEAD, "/gaps")
    assert wording.NONE_OPEN in empty
    assert "gap:1" in office.buttons().values()  # it can be taken back from the list
    assert wording.GONE in await office.press(LEAD, "aside:1")
    office.now += UNDONE + timedelta(minutes=1)
    assert wording.TOO_LATE in await office.press(LEAD, "takeback:1")
    assert office.gaps.open() == []


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("只有一行", "第 1 行：第一行写标题"),
        ("标题\n太短了。", "第 1 行：正文太短"),
        (f"标题\n{'停用锅炉要报备。' * 5}\n请打王科长电话13812342046。", f"第 3 行：{wording.CONTACT}"),
        (f"{'长' * 41}\n{'停用锅炉要报备。' * 5}", "第 1 行：标题有 41 个字"),
        (f"---\ntitle: 锅炉\npillars: asset\n---\n{'停用锅炉要报备。' * 5}", "第 3 行：不认识「pillars」"),
        (
            f"---\ntitle: 锅炉\nrelated: [no-such]\n---\n{'停用锅炉要报备。' * 5}",
            "第 3 行：「related」指向的「no-such」",
        ),
        (f"---\ntitle: [锅炉\n---\n{'停用锅炉要报备。' * 5}", "文件头不是有效的 YAML"),
    ],
)
async def test_what_is_to_be_mended_is_told_with_its_line_and_waited_for(
    office: Office, written: str, advice: str
) -> None:
    await office.ask(OFFICER, ASKED)
    await office.press(LEAD, "ask:section:1")
    [said] = await office.ask(LEAD, written)
    assert advice in said
    assert not office.log.rows("select * from drafts")
    assert wording.CHECKED in (await office.ask(LEAD, SECTION))[0]


async def test_a_draft_can_be_filed_elsewhere_written_anew_or_dropped(office: Office) -> None:
    await office.ask(OFFICER, ASKED)
    await office.press(LEAD, "ask:section:1")
    await office.ask(LEAD, SECTION)
    [filed] = await office.press(LEAD, "draft:1:ecology")
    assert wording.filed_under("生态协同") in filed
    await office.press(LEAD, "draft:1:rewrite")
    [preview] = await office.ask(LEAD, SECTION.replace("三十天", "六十天"))
    assert "六十天" in preview
    assert [draft["outcome"] for draft in office.log.rows("select outcome from drafts order by id")] == [
        "dropped",
        None,
    ]
    assert wording.GONE in await office.press(LEAD, "draft:1:policy")
    assert wording.DROPPED in (await office.press(LEAD, "draft:2:drop"))[0]
    assert office.registers.sources.all() == []
    assert [gap.id for gap in office.gaps.open()] == [1]


async def test_a_draft_outlives_a_restart_and_is_its_writers_alone(
    office: Office, log: CaseLog, shelf: Library, tmp_path: Path
) -> None:
    Officers(log).add(HEAD.id, HEAD.name, Role.ADMIN, also_leads=True, by=None, now=NOW)
    await office.ask(OFFICER, ASKED)
    await office.press(LEAD, "ask:section:1")
    await office.ask(LEAD, SECTION)
    async with playing(log, shelf, tmp_path, now=lambda: NOW) as later:
        assert await later.press(HEAD, "draft:1:publish") == [wording.NOT_YOURS]
        assert "已发布《锅炉停用报备》" in (await later.press(LEAD, "draft:1:publish"))[-1]
        assert "已发布《锅炉停用报备》" in (await later.press(LEAD, "draft:1:publish"))[-1]
    assert len(Sources(log, tmp_path / "sources").versions("own-2026-0001")) == 1
    assert log.rows("select count(*) as n from notifications")[0]["n"] == 1


async def test_an_update_that_is_handled_again_writes_no_second_draft(office: Office) -> None:
    await office.ask(OFFICER, ASKED)
    await office.press(LEAD, "ask:section:1")
    chat, sender = {"id": LEAD.id, "type": "private", "first_name": "x"}, {"id": LEAD.id, "is_bot": False}
    message = {"message_id": 90, "date": 1, "chat": chat, "from": {**sender, "first_name": "x"}, "text": SECTION}
    for _ in range(2):
        office.player._numbers = iter([700])  # type: ignore[assignment]
        [said] = await office.player.give({"message": message})
        assert "<b>锅炉停用报备</b>" in said
    assert len(office.log.rows("select * from drafts")) == 1


async def test_a_section_that_is_sent_as_a_file_is_read_in_either_encoding(office: Office) -> None:
    from bot.handlers.writing import _decoded

    assert _decoded(SECTION.encode("gb18030")) == _decoded(SECTION.encode()) == SECTION
    assert _decoded(SECTION.replace("\n", "\r\n").encode("utf-8-sig")) == SECTION
    assert _decoded(b"\x89PNG\r\n\x1a\n\x00\x00\xff") is None


async def test_a_lead_is_told_where_the_question_still_finds_something_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.ask(OFFICER, ASKED)
    monkeypatch.setattr("bot.closing.write_learned", lambda path, learned: False)
    [said] = await office.press(LEAD, f"mark:1:{source_mark('need-children')}:yes")
    assert wording.not_proven(ASKED, "") in said


async def test_while_another_process_indexes_it_is_said_so_and_nothing_is_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "PAUSE", 0.0)
    await office.ask(OFFICER, ASKED)
    await office.press(LEAD, "ask:section:1")
    await office.ask(LEAD, SECTION)
    monkeypatch.setattr(proving, "LATER", timedelta(0))
    queue = office.player.application.job_queue
    assert queue
    await queue.start()
    with FileLock(office.settings.data_dir / "index" / "index.lock"):
        said = await office.press(LEAD, "draft:1:publish")
        assert wording.NOT_INDEXED in said[-1]
        assert office.library.source("own-2026-0001") == []
    await eventually(lambda: bool(office.library.source("own-2026-0001")))
    await queue.stop()
    assert wording.proven(ASKED) in (await office.press(LEAD, "draft:1:publish"))[-1]


async def test_a_question_of_long_ago_and_a_settled_one_have_their_card(office: Office) -> None:
    questions = Questions(office.log)
    for _ in range(3):
        questions.record_question(OFFICER.id, "<b>&谁？</b>", refused=True, citations=[], now=NOW)
    [card] = await office.press(LEAD, "gap:1")
    assert "&lt;b&gt;&amp;谁？" in card
    assert "3 次，1 人问过" in card
    await office.press(LEAD, "aside:2")
    [settled] = await office.press(LEAD, "gap:1")
    assert wording.settled("<b>&谁？</b>", "", LEAD.name, NOW.date()).split("\n")[1] in settled
    assert wording.GONE in (await office.press(LEAD, "gap:77"))[0]


async def test_a_list_of_many_is_turned(office: Office) -> None:
    questions = Questions(office.log)
    for n in range(14):
        text = "".join(chr(0x4E00 + 97 * n + i * 31) for i in range(12))
        questions.record_question(OFFICER.id, text, refused=True, citations=[], now=NOW)
    await office.ask(LEAD, "/gaps")
    seen = set(office.buttons().values())
    while turn := next((data for label, data in office.buttons().items() if label.startswith("下一页")), None):
        await office.press(LEAD, turn)
        seen |= set(office.buttons().values())
    listed = {int(data.split(":")[1]) for data in seen if data.startswith("gap:")}
    groups = office.library.grouped([gap.text for gap in office.gaps.open()])
    assert len(listed) == len(groups) > 6


# The whole way over HTTP


@asynccontextmanager
async def at_work(address: str, log: CaseLog, library: Library, data_dir: Path) -> AsyncIterator[None]:
    """The bot as `bot.app` builds it, pushing too, but for the pace of sending."""
    patch = pytest.MonkeyPatch()
    patch.setattr("bot.app.Delivery", partial(Delivery, private_burst=1000, group_per_minute=1000))
    patch.setenv("NO_PROXY", "127.0.0.1")
    on_sandbox = {"telegram_bot_token": SecretStr(TOKEN), "telegram_api_base_url": address}
    settings = Settings.load(data_dir=data_dir).model_copy(update=on_sandbox)
    application = build(settings, log, library, now=lambda: NOW)
    async with running(application, commands=COMMANDS):
        yield
    patch.undo()


async def test_asked_refused_written_published_told_and_asked_again(
    log: CaseLog, shelf: Library, tmp_path: Path
) -> None:
    app = create_app([Person(member.id, member.name) for member in (OFFICER, LEAD)])
    world: World = app.state.world
    stage = Stage(world)
    with serve(app) as address:
        async with at_work(address, log, shelf, tmp_path):
            assert ASKED in (await stage.say(OFFICER, ASKED)).text
            gaps = await stage.say(LEAD, "/gaps")
            await stage.turn(LEAD, gaps, labels(gaps)[0])
            how = await stage.open(LEAD, gaps, wording.BUTTON_WRITE)
            assert how.text == wording.WRITE_HOW
            draft = await stage.say(LEAD, SECTION)
            before = len(stage.bots(OFFICER.id))
            await stage.press(LEAD, draft, wording.BUTTON_PUBLISH)
            await world.until(lambda: "已发布《锅炉停用报备》" in draft.text, 20)
            assert wording.proven(ASKED) in draft.text
            await world.until(lambda: len(stage.bots(OFFICER.id)) > before, 20)
            letter = stage.bots(OFFICER.id)[before]
            assert letter.text == wording.answered(ASKED, "锅炉停用报备", written=True)
            answer = await stage.open(OFFICER, letter, wording.BUTTON_AGAIN)
            assert "三十天内向市场监管部门报备" in answer.text
            assert "三十天内向市场监管部门报备" in (await stage.say(OFFICER, ASKED)).text


async def test_answered_wrongly_marked_told_and_asked_again(log: CaseLog, shelf: Library, tmp_path: Path) -> None:
    app = create_app([Person(member.id, member.name) for member in (OFFICER, LEAD)])
    world: World = app.state.world
    stage = Stage(world)
    with serve(app) as address:
        async with at_work(address, log, shelf, tmp_path):
            wrong = await stage.say(OFFICER, WRONG)
            await stage.press(OFFICER, wrong, messages.BUTTON_BAD)
            gaps = await stage.say(LEAD, "/gaps")
            await stage.turn(LEAD, gaps, labels(gaps)[0])
            await stage.turn(LEAD, gaps, wording.BUTTON_MARK)
            await stage.open(LEAD, gaps, wording.BUTTON_SEEK)
            found = await stage.say(LEAD, "企业全生命周期服务")
            title = shelf.source(RIGHT)[0].title
            await stage.turn(LEAD, found, next(label for label in labels(found) if title in label))
            before = len(stage.bots(OFFICER.id))
            assert wording.proven(WRONG) in await stage.turn(LEAD, found, wording.BUTTON_IT_IS)
            await world.until(lambda: len(stage.bots(OFFICER.id)) > before, 20)
            letter = stage.bots(OFFICER.id)[before]
            answer = await stage.open(OFFICER, letter, wording.BUTTON_AGAIN)
            assert answer.text.startswith(title)


def test_what_was_learnt_is_written_down_from_the_log_alone(log: CaseLog, tmp_path: Path) -> None:
    gaps = Gaps(log, Ledger(log))
    Questions(log).record_question(OFFICER.id, ASKED, refused=True, citations=[], now=NOW)
    gaps.settle([1], How.MARKED, source_id=RIGHT, title="x", by=LEAD.id, now=NOW)
    write_down(gaps, tmp_path / "learned.yaml")
    assert read_learned(tmp_path / "learned.yaml") == {RIGHT: (ASKED,)}
    (tmp_path / "folder").mkdir()
    with pytest.raises(SourcesUnwritable):
        write_down(gaps, tmp_path / "folder")


def test_what_a_crash_has_left_undone_the_next_start_does(log: CaseLog, shelf: Library, tmp_path: Path) -> None:
    """Killed right after the question was settled: the library has heard of nothing."""
    gaps, settings = Gaps(log, Ledger(log)), Settings.load(data_dir=tmp_path)
    Questions(log).record_question(OFFICER.id, ASKED, refused=True, citations=[], now=NOW)
    gaps.settle([1], How.MARKED, source_id=RIGHT, title="x", by=LEAD.id, now=NOW)
    assert shelf.ask(ASKED).refused
    write_down(gaps, settings.learned)
    later = Library(settings.library)
    assert later.ask(ASKED).citations[0].passage.source_id == RIGHT
    assert not later.ask(ASKED).refused
    later.close()


async def test_a_lead_has_three_hours_to_write(office: Office) -> None:
    await office.ask(OFFICER, ASKED)
    await office.press(LEAD, "ask:section:1")
    office.now += timedelta(hours=2, minutes=50)
    assert wording.CHECKED in (await office.ask(LEAD, SECTION))[0]
