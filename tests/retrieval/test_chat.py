"""The door to chat models: what is sent, what comes back, and that whatever goes wrong is one error, in time."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from retrieval.chat import ChatModel, ChatModelFailed, ChatSettings
from retrieval.errors import ChatModelUnusable, ChatPackageMissing
from tests.scripted_model import Script, ScriptedModel, scripted_model, tool_call


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedModel]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with scripted_model() as model:
        yield model


def chat(model: ScriptedModel, key: str | None = None) -> ChatModel:
    return ChatModel(ChatSettings("openai:qwen", model.base_url, key)).open()


async def test_it_sends_the_task_and_what_is_said_and_brings_the_text_back(model: ScriptedModel) -> None:
    model.says("先暂停。[1]\n再核查。[2]")
    spoken = await chat(model).say("任务", "问题", within=5)
    assert spoken.text == "先暂停。[1]\n再核查。[2]"
    [request] = model.requests
    assert request["model"] == "qwen"
    assert [message["content"] for message in request["messages"]] == ["任务", "问题"]
    assert request["temperature"] == 0


async def test_what_a_model_thought_is_no_part_of_what_it_said(model: ScriptedModel) -> None:
    model.says("<think>先看材料。\n第一段……</think>\n\n先暂停。[1]")
    assert (await chat(model).say("任务", "问题", within=5)).text == "先暂停。[1]"
    model.says("<think>还在想")
    with pytest.raises(ChatModelFailed):
        await chat(model).say("任务", "问题", within=5)


FAILING = {
    "empty": Script(""),
    "blank": Script(" \n "),
    "broken off": Script("先暂停这笔转让，再核查。[1]", breaks_after=2),
    "429": Script(status=429),
    "500": Script(status=500),
    "401": Script(status=401),
    "no JSON": Script(raw="data: {not json\n\n"),
    "no stream": Script(raw="<html>Bad gateway</html>\n\n"),
    "no choices": Script(raw='data: {"choices": null}\n\ndata: [DONE]\n\n'),
    "nothing": Script(raw="data: [DONE]\n\n"),
    "tool call": tool_call("shell", command="ls"),
    "tool call that is no JSON": Script(tools=({"name": "x", "arguments": "{{{"},)),
}


@pytest.mark.parametrize("case", FAILING)
async def test_whatever_goes_wrong_is_one_error(model: ScriptedModel, case: str) -> None:
    model.says(FAILING[case])
    with pytest.raises(ChatModelFailed):
        await chat(model).say("任务", "问题", within=5)
    assert len(model.requests) == 1  # a server in trouble is not asked again


async def test_silence_ends_in_time(model: ScriptedModel) -> None:
    model.says(Script(silent=True))
    with pytest.raises(ChatModelFailed, match=r"no answer within 0\.2 s"):
        await chat(model).say("任务", "问题", within=0.2)


async def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    nowhere = ChatModel(ChatSettings("openai:qwen", "http://127.0.0.1:9/v1"))
    with pytest.raises(ChatModelFailed, match="Connection"):
        await nowhere.say("任务", "问题", within=5)


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("qwen", ChatModelUnusable, "CLOSURE_BOT_CHAT_MODEL"),
        ("nobody:qwen", ChatModelUnusable, "CLOSURE_BOT_CHAT_MODEL"),
        ("openai:qwen", ChatModelUnusable, "api_key"),
        ("mistralai:small", ChatPackageMissing, "pip install"),
    ],
)
def test_a_model_that_cannot_be_opened_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, error: type[ChatModelUnusable], says: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(error) as raised:
        ChatModel(ChatSettings(name)).open()
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


ASKS = """
import asyncio, os
from langchain_core.tracers.langchain import wait_for_all_tracers
from retrieval.chat import ChatModel, ChatSettings
spoken = asyncio.run(ChatModel(ChatSettings("openai:qwen", os.environ["BASE_URL"])).say("任务", "问题", within=9))
wait_for_all_tracers()
print(spoken.text)
"""


def test_nothing_goes_anywhere_but_to_the_model(model: ScriptedModel) -> None:
    """Also where the machine is set up to trace all that LangChain does."""
    model.says("好。[1]")
    with scripted_model() as elsewhere:
        tracing = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "key", "LANGSMITH_ENDPOINT": elsewhere.address}
        environment = {**os.environ, **tracing, "BASE_URL": model.base_url}
        done = subprocess.run([sys.executable, "-c", ASKS], env=environment, capture_output=True, text=True, timeout=60)
        assert done.stdout == "好。[1]\n", done.stderr
        assert elsewhere.requests == []
        assert elsewhere.others == []
