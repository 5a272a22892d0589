"""A chat model beside the playbook: whatever its server does, the officer has a right answer, and soon.

The real application and library; the model is a server that speaks OpenAI's protocol and says what is scripted.
"""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from actions.officers import Officers, Role
from actions.questions import Questions
from actions.store import CaseLog
from bot import messages
from bot.app import build
from bot.delivery import Delivery
from bot.sandbox import people
from bot.sandbox.model import StoredMessage
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.world import World
from bot.services import utc_now
from bot.settings import Settings
from playbook.masking import HIDDEN
from retrieval.library import Library
from tests.bot.test_handlers import Stage, expected, labels
from tests.bot.transport import TOKEN, eventually, opened, running
from tests.cast import OFFICER
from tests.scripted_model import Script, ScriptedModel, scripted_model, tool_call

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

ASKED = "低价转让给关联公司，怎么查？"
FOLLOW_UP = "那由谁来牵头？"
WITHIN = 8.0
"""Seconds until the officer has the last word."""


@pytest.fixture
def sandbox() -> Starlette:
    return create_app([Person(OFFICER.id, OFFICER.name)])


@pytest.fixture
def address(sandbox: Starlette, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve(sandbox) as address:
        yield address


@pytest.fixture
def stage(sandbox: Starlette) -> Stage:
    return Stage(sandbox.state.world)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db") as log:
        Officers(log).add(OFFICER.id, OFFICER.name, Role.OFFICER, by=None, now=utc_now())
        yield log


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with scripted_model() as model:
        yield model


@asynccontextmanager
async def at_work(address: str, log: CaseLog, library: Library, model: ScriptedModel | None) -> AsyncIterator[None]:
    """The bot with that model. Leaving the block waits for what it still does."""
    settings = {"telegram_bot_token": SecretStr(TOKEN), "telegram_api_base_url": address}
    if model:
        settings |= {"chat_model": "openai:scripted", "chat_base_url": model.base_url}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.Delivery", partial(Delivery, private_burst=1000))
        application = build(Settings.load().model_copy(update=settings), log, library)
    async with running(application):
        yield


@pytest.fixture
def good(library: Library) -> str:
    """What a faithful model makes of the answer: its first two sentences the other way round."""
    first, second = library.ask(ASKED).quotes[:2]
    return f"{second.text}[{second.mark}]\n{first.text}[{first.mark}]"


async def answered(stage: Stage, address: str, log: CaseLog, library: Library, model: ScriptedModel) -> StoredMessage:
    """The one message that the officer has in the end, which is there in time."""
    begun = time.monotonic()
    async with at_work(address, log, library, model):
        answer = await stage.say(OFFICER, ASKED)
        assert answer.text == expected(library, ASKED)  # at once, whatever the model does
        begun = time.monotonic()
    assert time.monotonic() - begun < WITHIN
    assert model.requests
    assert stage.bots(OFFICER.id) == [answer]
    return answer


async def test_what_a_faithful_model_says_takes_the_place_of_the_quotes(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel, good: str
) -> None:
    model.says(good)
    answer = await answered(stage, address, log, library, model)
    said, sources = answer.text.split("\n\n")
    assert said.splitlines()[1:3] == good.splitlines()
    assert sources.splitlines()[0] == expected(library, ASKED).split("\n\n")[1].splitlines()[0]  # 依据, and the version
    assert labels(answer) == ["看[1]", "看[2]", "看[3]", "相似案例", "加入案件", "👍", "👎"]
    kept = Questions(log).get(1)
    assert kept
    assert kept.said.startswith(said)
    assert kept.engine.endswith("+quote+openai:scripted")


BROKEN = {
    "wrong mark, and nothing to it": Script("卖得便宜的设备一律收归国有。[9]"),
    "invented figure": Script("低价转让要罚款37万元。[1]"),
    "no marks": Script("先暂停这笔转让，再联合市场监管部门核查。"),
    "empty": Script(""),
    "stream broken off": Script("先暂停这笔转让，再联合市场监管部门核查，调取交易流水。[1]", breaks_after=3),
    "429": Script(status=429),
    "500": Script(status=500),
    "refusal": Script("抱歉，作为一个语言模型，我无法回答这个问题。"),
    "refusal with a mark": Script("抱歉，我无法回答这个问题。[1]"),
    "tool call": tool_call("shell", command="rm -rf /"),
    "tool call that is no JSON": Script(tools=({"name": "", "arguments": "{{{"},)),
    "nonsense": Script(raw="data: {not json\n\n"),
    "60 s of silence": Script(silent=True),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_where_the_model_fails_the_quoted_answer_stands(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel, case: str
) -> None:
    model.says(BROKEN[case])
    answer = await answered(stage, address, log, library, model)
    assert answer.text == expected(library, ASKED)
    assert labels(answer)[-1] == messages.BUTTON_BAD


@pytest.mark.parametrize("mark", ["9", "0", "1][9"])
async def test_a_sentence_under_a_wrong_mark_is_put_under_the_one_that_bears_it_out(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel, good: str, mark: str
) -> None:
    model.says(good.replace("[1]", f"[{mark}]"))
    answer = await answered(stage, address, log, library, model)
    assert answer.text.split("\n\n")[0].splitlines()[1:3] == good.splitlines()


async def test_an_invented_sentence_is_cut_and_the_rest_stands(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel, good: str
) -> None:
    model.says(f"{good}\n另外要罚款37万元。[1]")
    answer = await answered(stage, address, log, library, model)
    assert answer.text.split("\n\n")[0].splitlines()[1:3] == good.splitlines()
    assert "37" not in answer.text


async def test_a_refused_question_never_reaches_the_model(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel
) -> None:
    async with at_work(address, log, library, model):
        answer = await stage.say(OFFICER, "食堂今天中午吃什么？")
    assert "我不猜" in answer.text
    assert model.requests == []


async def test_cautions_survive_the_rewording(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel, good: str
) -> None:
    notices = library.ask(ASKED).notices
    assert notices
    model.says(good)
    answer = await answered(stage, address, log, library, model)
    assert all(notice in answer.text for notice in notices)


async def test_no_contact_data_leaves_for_the_model(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel, good: str
) -> None:
    model.says(good)
    async with at_work(address, log, library, model):
        await stage.say(OFFICER, f"{ASKED}负责人电话 13812345678，邮箱 chen@example.cn，身份证 310230198001011234")
        await stage.say(OFFICER, "那他的电话 021-69691234 呢？")
    assert len(model.requests) >= 2
    assert HIDDEN in model.sent
    for private in ("13812345678", "chen@example.cn", "310230198001011234", "69691234", OFFICER.name, str(OFFICER.id)):
        assert private not in model.sent


async def test_a_follow_up_is_completed_by_the_model_and_looked_for_as_it_was_meant(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel, good: str
) -> None:
    meant = "低价转让给关联公司由谁来牵头核查？"

    def choose(body: dict[str, object]) -> Script:
        return Script(meant if "新问题" in str(body["messages"]) else good)

    model.decides(choose)
    async with at_work(address, log, library, model):
        await stage.say(OFFICER, ASKED)
        second = await stage.say(OFFICER, FOLLOW_UP)
    assert messages.understood_as(meant) in second.text
    kept = Questions(log).get(2)
    assert kept
    assert (kept.text, kept.meant) == (FOLLOW_UP, meant)


@pytest.mark.parametrize("rewritten", ["请问海口的税务局电话是多少？", "第一行\n第二行", "", "罚款 37 万元吗"])
async def test_what_the_model_makes_up_of_a_follow_up_is_not_looked_for(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel, good: str, rewritten: str
) -> None:
    model.decides(lambda body: Script(rewritten if "新问题" in str(body["messages"]) else good))
    async with at_work(address, log, library, model):
        await stage.say(OFFICER, ASKED)
        await stage.say(OFFICER, FOLLOW_UP)
    kept = Questions(log).get(2)
    assert kept
    assert kept.meant != rewritten
    assert "低价" in kept.meant or "转让" in kept.meant  # carried without the model


async def test_without_a_model_a_follow_up_carries_its_topic_until_reset(
    address: str, log: CaseLog, library: Library, stage: Stage
) -> None:
    async with at_work(address, log, library, None):
        await stage.say(OFFICER, ASKED)
        second = await stage.say(OFFICER, FOLLOW_UP)
        assert await stage.say(OFFICER, "/reset")
        await stage.say(OFFICER, FOLLOW_UP)
    kept = [Questions(log).get(number) for number in (2, 3)]
    assert [bool(each and each.meant) for each in kept] == [True, False]
    assert kept[0]
    assert messages.understood_as(kept[0].meant) in second.text


async def test_a_rating_given_meanwhile_stays_ticked(
    address: str, log: CaseLog, library: Library, stage: Stage, model: ScriptedModel, good: str, sandbox: Starlette
) -> None:
    world: World = sandbox.state.world
    model.says(Script(silent=True))
    async with at_work(address, log, library, model):
        answer = await stage.say(OFFICER, ASKED)
        await eventually(lambda: bool(model.requests))
        await stage.press(OFFICER, answer, "👍")
        model.stopped.set()
        people.say(world, OFFICER.id, "/help")
    kept = Questions(log).get(1)
    assert kept
    assert kept.rating == 1
