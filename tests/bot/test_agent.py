"""Free speech becomes proposals, by a model that calls tools; the model is scripted, the agent and HTTP are real."""

from collections.abc import Iterator
from datetime import date

import pytest

from actions.proposals import ACTS, Act, AddTask, Arguments, Due, Intake, Move, Note, Snooze
from bot.agent import Agent, may_be_a_wish
from retrieval.chat import ChatModel, ChatSettings
from tests.scripted_model import Script, ScriptedModel, scripted_model, tool_call

TODAY = date(2026, 3, 4)
FOUND = "CM-2026-0001 绿源印染有限公司：第2次回访（3月9日）"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedModel]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with scripted_model() as model:
        yield model


@pytest.fixture
def looked() -> list[str]:
    return []


async def wanted(
    model: ScriptedModel, text: str, looked: list[str] | None = None, within: float = 5.0
) -> tuple[Arguments, ...]:
    async def look(name: str) -> str:
        (looked if looked is not None else []).append(name)
        return FOUND

    agent = Agent(ChatModel(ChatSettings("openai:scripted", model.base_url)))
    return await agent.wanted(text, look, TODAY, within=within)


@pytest.mark.parametrize(
    ("call", "proposed"),
    [
        (tool_call("move", case="绿源", task="回访", due_on="下周三"), Move(case="绿源", task="回访", due_on="下周三")),
        (tool_call("note", case="绿源", text="设备卖了"), Note(case="绿源", text="设备卖了")),
        (tool_call("task", case="绿源", title="交清单"), AddTask(case="绿源", title="交清单")),
        (tool_call("snooze", case="绿源", until="三天后"), Snooze(case="绿源", until="三天后")),
        (tool_call("intake", company="蟹田", reason="健康"), Intake(company="蟹田", reason="健康")),
        (tool_call("due", when="week"), Due(when="week")),
    ],
    ids=lambda value: value.act if isinstance(value, Arguments) else "",
)
async def test_a_tool_that_the_model_calls_is_proposed_and_not_run(
    model: ScriptedModel, call: Script, proposed: Arguments
) -> None:
    model.says(call)
    assert await wanted(model, "把绿源的回访改到下周三") == (proposed,)
    assert len(model.requests) == 1  # it was interrupted: no result went back to the model


async def test_it_may_look_first(model: ScriptedModel, looked: list[str]) -> None:
    model.says(tool_call("find", name="绿源"), tool_call("move", case="CM-2026-0001", due_on="下周三"))
    assert await wanted(model, "绿源那次往后挪挪，下周三", looked) == (Move(case="CM-2026-0001", due_on="下周三"),)
    assert looked == ["绿源"]
    assert FOUND in model.sent


async def test_several_acts_of_one_message_are_several_proposals_but_not_any_number(model: ScriptedModel) -> None:
    note = tool_call("note", case="绿源", text="看过").tools[0]
    model.says(Script(tools=(note, tool_call("due").tools[0])))
    assert [act.act for act in await wanted(model, "记一笔，再看看今天的")] == [Act.NOTE, Act.DUE]
    model.says(Script(tools=(note,) * 9))
    assert len(await wanted(model, "记一笔")) == 3


async def test_every_act_is_a_tool_with_its_arguments_told_in_chinese(model: ScriptedModel) -> None:
    model.says("无")
    await wanted(model, "记一笔")
    tools = {tool["function"]["name"]: tool["function"] for tool in model.requests[0]["tools"]}
    assert tools.keys() == {act.value for act in ACTS}
    for act, kind in ACTS.items():
        assert tools[act]["description"] == kind.told
        assert all(each["description"] for each in tools[act]["parameters"]["properties"].values())
    assert "2026-03-04，星期三" in model.requests[0]["messages"][0]["content"]


@pytest.mark.parametrize(
    "scripts",
    [
        ("无",),
        (tool_call("shell", command="rm -rf /"), "无"),
        (tool_call("move", due_on="下周三", sudo=True),),
        (tool_call("note", text="长" * 5000),),
        (Script(tools=({"name": "move", "arguments": "{{{"},)), "无"),
        (Script(tools=({"name": "", "arguments": "[]"},)), "无"),
        (Script(status=429),),
        (Script(status=500),),
        (Script(text="", tools=()),),
        (tool_call("find", name="绿源"),),  # for ever
    ],
    ids=[
        "none",
        "unknown tool",
        "unknown argument",
        "too long",
        "no JSON",
        "no name",
        "429",
        "500",
        "empty",
        "endless",
    ],
)
async def test_where_the_model_fails_nothing_is_proposed(
    model: ScriptedModel, scripts: tuple[Script | str, ...]
) -> None:
    model.says(*scripts)
    assert await wanted(model, "把绿源的回访改到下周三") == ()


async def test_silence_ends_in_time(model: ScriptedModel) -> None:
    model.says(Script(silent=True))
    assert await wanted(model, "把绿源的回访改到下周三", within=0.3) == ()


async def test_contact_data_stay_here_and_are_put_back(model: ScriptedModel) -> None:
    model.says(tool_call("note", case="绿源", text="电话换成〔联系方式1〕，邮箱〔联系方式2〕"))
    (note,) = await wanted(model, "给绿源记一笔：邮箱 chen@example.cn，电话换成 13812345678")
    assert isinstance(note, Note)
    assert {"13812345678", "chen@example.cn"} == set(note.text.removeprefix("电话换成").split("，邮箱"))
    assert "13812345678" not in model.sent
    assert "chen@example.cn" not in model.sent


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("把绿源的回访往后挪三天，改到下周三", True),
        ("绿源那边联系不上，过几天再说", True),
        ("给绿源记一笔：他问房租怎么退", True),
        ("停业企业多久回访一次？", False),
        ("回访改期要谁批准", False),
        ("怎么登记停业企业", False),
        ("稳岗补贴", False),
        ("记" * 600, False),
    ],
)
def test_only_what_may_be_a_wish_is_put_to_a_model(text: str, may: bool) -> None:
    assert may_be_a_wish(text) == may
