"""The comparison of quoted and modelled answers counts right; the model is scripted, all else is real."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from retrieval.chat import ChatSettings
from retrieval.library import Library
from tests.scripted_model import Script, ScriptedModel, scripted_model
from tools.bench_chat import compared


@dataclass(frozen=True)
class Asked:
    text: str
    gold: tuple[re.Pattern[str], ...]


INSIDE = Asked("停业企业多久回访一次？", (re.compile("每季度|季度"),))
OUTSIDE = Asked("食堂今天中午吃什么？", ())


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedModel]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with scripted_model() as model:
        yield model


async def figures(library: Library, model: ScriptedModel, price: str = "") -> dict[str, float]:
    chat = ChatSettings("openai:scripted", model.base_url)
    return await compared(library, chat, [INSIDE, OUTSIDE], price)


def faithful(library: Library) -> str:
    [first, *_] = library.ask(INSIDE.text).quotes
    return f"{first.text}[{first.mark}]"


async def test_a_faithful_model(library: Library, model: ScriptedModel) -> None:
    said = faithful(library)
    model.says(said)
    found = await figures(library, model, price="1000,2000")
    assert (found["answered in the model's words"], found["sentences supported"], found["model failed"]) == (1, 1, 0)
    assert found["what is asked for is said: in the model's words"] == 1
    assert found["outside refused"] == 1
    assert (found["tokens read"], found["tokens written"]) == (100, len(said))
    assert found["cost of a thousand answers"] == pytest.approx(100 + 2 * len(said))
    assert found["seconds"] > 0
    assert len(model.requests) == 1  # what is refused costs nothing


@pytest.mark.parametrize(
    ("script", "failed"), [(Script(status=500), 0.5), (Script("每37天回访一次。[1]"), 0.0)], ids=["500", "invented"]
)
async def test_what_does_not_hold_is_not_shown(
    library: Library, model: ScriptedModel, script: Script, failed: float
) -> None:
    model.says(script)
    found = await figures(library, model)
    assert found["answered in the model's words"] == 0
    assert found["model failed"] == failed
    quoted: Any = found["what is asked for is said: quoted"]
    assert found["what is asked for is said: in the model's words"] == quoted  # the quoted answer stands


async def test_half_a_lie(library: Library, model: ScriptedModel) -> None:
    model.says(f"{faithful(library)}\n另外要交37万元保证金。[1]")
    assert (await figures(library, model))["sentences supported"] == 0.5
