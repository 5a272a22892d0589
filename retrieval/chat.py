"""The only door to chat models: any that LangChain can name, asked one thing, within a time.

    ChatModelUnusable (for people)  the name cannot be opened, or its package is not installed
    ChatModelFailed                 what was asked got no answer: the server refused, was silent, or said nonsense

Nothing goes anywhere but to the model's server: LangChain's own tracing is off, whatever the environment says.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.errors import ChatModelUnusable, ChatPackageMissing

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel  # a second to import, which quoting can do without
    from langchain_core.messages import BaseMessageChunk

log = logging.getLogger(__name__)

PROMPTS = Path(__file__).with_name("prompts")
UNUSED_KEY = "none"
"""What is sent to a server of one's own that wants no key: the client insists on one."""
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


class ChatModelFailed(Exception):
    """The model gave no answer that can be used. The reason is for the log; people get what they had without it."""


@dataclass(frozen=True)
class ChatSettings:
    """`model` as LangChain names it, `provider:model`; `base_url` of a server other than the provider's own.

    `counts`: ask a server of OpenAI's protocol how many tokens it took, which not every one of them can tell.
    """

    model: str
    base_url: str | None = None
    api_key: str | None = None
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a model said, in how many seconds, and how many tokens that took, where its server counts them."""

    text: str
    seconds: float
    tokens_in: int = 0
    tokens_out: int = 0


class ChatModel:
    """One chat model. Opening it imports LangChain's integration, a second or two: see `open`."""

    def __init__(self, settings: ChatSettings) -> None:
        self._settings = settings

    @property
    def name(self) -> str:
        """The model, as the settings name it."""
        return self._settings.model

    def open(self) -> "ChatModel":
        """Loads what is needed, so that a wrong name is told at the start; blocks. Raises ChatModelUnusable."""
        _ = self.model
        return self

    @cached_property
    def model(self) -> "BaseChatModel":
        """The model as LangChain has it; for `say`, and for an agent."""
        from langchain.chat_models import init_chat_model

        given = self._settings
        options: dict[str, Any] = {"temperature": 0}
        if given.base_url:
            options["base_url"] = given.base_url
        if given.api_key or given.base_url:
            options["api_key"] = given.api_key or UNUSED_KEY
        if given.model.startswith("openai:"):
            options["stream_usage"] = given.counts
            options["max_retries"] = 0  # a busy server is not asked again: the quoted answer stands
        try:
            opened: BaseChatModel = init_chat_model(given.model, **options)
        except ImportError as error:
            raise ChatPackageMissing(name=given.model, reason=error) from error
        except Exception as error:  # each provider has its own for a missing key or an unknown name
            raise ChatModelUnusable(name=given.model, reason=str(error).partition("\n")[0]) from error
        return opened

    async def say(self, task: str, said: str, *, within: float) -> Spoken:
        """The model's answer to `said` under the instructions of `task`, within so many seconds.

        Raises ChatModelFailed, also for an answer that breaks off, is empty, or calls a tool that nobody offered.
        """
        started = time.perf_counter()
        async with asked(within):
            whole = await _collected(self.model.astream([("system", task), ("human", said)]))
        text = _THOUGHTS.sub("", whole.text).strip()
        if not text or getattr(whole, "tool_calls", None) or getattr(whole, "invalid_tool_calls", None):
            raise ChatModelFailed("no text")
        usage = getattr(whole, "usage_metadata", None) or {}
        return Spoken(text, time.perf_counter() - started, usage.get("input_tokens", 0), usage.get("output_tokens", 0))


def prompt(name: str) -> str:
    """What a model is told to do; a file for each task."""
    return (PROMPTS / f"{name}.md").read_text("utf-8")


async def _collected(chunks: "AsyncIterator[BaseMessageChunk]") -> Any:
    whole = None
    async for chunk in chunks:
        whole = chunk if whole is None else whole + chunk
    if whole is None:
        raise ChatModelFailed("nothing")
    return whole


@asynccontextmanager
async def asked(within: float) -> AsyncIterator[None]:
    """Around a call of a model: whatever goes wrong in it, in whichever provider's terms, is ChatModelFailed."""
    try:
        with _untraced():
            async with asyncio.timeout(within):
                yield
    except ChatModelFailed:
        raise
    except TimeoutError as error:
        raise ChatModelFailed(f"no answer within {within:g} s") from error
    except Exception as error:  # nothing of ours runs in there; each provider, and each client below it, has its own
        raise ChatModelFailed(f"{type(error).__name__}: {error}") from error


@contextmanager
def _untraced() -> Iterator[None]:
    from langsmith.run_helpers import tracing_context

    with tracing_context(enabled=False):
        yield
