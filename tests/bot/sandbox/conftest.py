"""A served sandbox and the real python-telegram-bot against it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.sandbox.model import BotIdentity, Person
from bot.sandbox.server import create_app
from bot.sandbox.world import World

WANG, CHEN = 101, 102


@pytest.fixture
def app() -> Starlette:
    people = [Person(WANG, "王芳", "专员"), Person(CHEN, "陈立", "组长")]
    return create_app(people, suggestions=["职工工资怎么发?", "设备能不能低价转让?", "土壤要不要检测?"])


@pytest.fixture
def lone_world() -> World:
    """A world without a server, for what needs none."""
    return World(BotIdentity("1:sandbox", "停业管家", "closure_sandbox_bot"), [Person(WANG, "王芳")], group_title="群")


def bot_at(address: str, token: str = "1:sandbox") -> Bot:
    def request() -> HTTPXRequest:
        return HTTPXRequest(read_timeout=20, httpx_kwargs={"trust_env": False})

    return Bot(
        token,
        base_url=f"{address}/bot",
        base_file_url=f"{address}/file/bot",
        request=request(),
        get_updates_request=request(),
    )


@pytest.fixture
async def bot(address: str) -> AsyncIterator[Bot]:
    async with bot_at(address) as bot:
        yield bot


@pytest.fixture
async def web(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=20) as client:
        yield client
