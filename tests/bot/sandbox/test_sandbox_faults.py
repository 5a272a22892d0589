"""Each fault as the real python-telegram-bot meets it, the send limits, and driving them over HTTP."""

import time

import httpx
import pytest
from telegram import Bot
from telegram.error import Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.sandbox import people
from bot.sandbox.faults import KINDS, Faults
from bot.sandbox.limits import SendLimits
from bot.sandbox.model import GROUP_ID
from bot.sandbox.world import World

from .conftest import CHEN, WANG


async def test_rate_limited(bot: Bot, faults: Faults, world: World) -> None:
    faults.set("rate_limited", retry_after=7, limit=1)
    with pytest.raises(RetryAfter) as refusal:
        await bot.send_message(WANG, "x")
    assert refusal.value._retry_after.total_seconds() == 7
    await bot.send_message(WANG, "y")
    assert [message.text for message in world.messages_in(WANG)] == ["y"]
    assert faults.counts == {"rate_limited": 1}


async def test_the_429_body_is_telegrams(web: httpx.AsyncClient, faults: Faults) -> None:
    faults.set("rate_limited", retry_after=3)
    answer = await web.post("/bot1:sandbox/sendMessage", json={"chat_id": WANG, "text": "x"})
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }


async def test_server_error(bot: Bot, web: httpx.AsyncClient, faults: Faults) -> None:
    faults.set("server_error", limit=2)
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(WANG, "x")
    answer = await web.get("/bot1:sandbox/getMe")
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")


async def test_drop_before_does_nothing(bot: Bot, faults: Faults, world: World) -> None:
    faults.set("drop_before", limit=1)
    with pytest.raises(NetworkError, match="disconnected without sending a response"):
        await bot.send_message(WANG, "x")
    assert world.messages_in(WANG) == []
    await bot.send_message(WANG, "y")


async def test_drop_after_has_done_it(bot: Bot, faults: Faults, world: World) -> None:
    faults.set("drop_after", limit=1)
    with pytest.raises(NetworkError, match="disconnected without sending a response"):
        await bot.send_message(WANG, "x")
    assert [message.text for message in world.messages_in(WANG)] == ["x"]
    assert len(world.sends) == 1


async def test_an_update_is_delivered_again(bot: Bot, faults: Faults, world: World) -> None:
    faults.set("duplicate_updates", limit=1)
    people.say(world, WANG, "一")
    people.say(world, WANG, "二")
    first, second = await bot.get_updates()
    again = await bot.get_updates(offset=second.update_id + 1)
    assert [update.update_id for update in again] == [first.update_id]
    assert await bot.get_updates(offset=second.update_id + 1) == ()
    assert faults.counts["duplicate_updates"] == 1


async def test_an_update_comes_again_once_at_most(bot: Bot, faults: Faults, world: World) -> None:
    faults.set("duplicate_updates")
    people.say(world, WANG, "一")
    [update] = await bot.get_updates()
    assert len(await bot.get_updates(offset=update.update_id + 1)) == 1
    assert len(await bot.get_updates(offset=update.update_id + 1)) == 0


async def test_unauthorized_strikes_polling_alone(bot: Bot, faults: Faults) -> None:
    faults.set("unauthorized", limit=1)
    await bot.get_me()
    with pytest.raises(InvalidToken):
        await bot.get_updates()
    assert await bot.get_updates() == ()


async def test_blocked_by(bot: Bot, faults: Faults) -> None:
    faults.set("blocked_by", chats=[WANG])
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(WANG, "x")
    await bot.send_message(CHEN, "x")


async def test_delay(bot: Bot, faults: Faults) -> None:
    faults.set("delay", seconds=0.3, limit=1)
    started = time.monotonic()
    await bot.get_me()
    assert time.monotonic() - started >= 0.3


async def test_a_fault_keeps_to_its_methods(bot: Bot, faults: Faults) -> None:
    faults.set("server_error", methods=["sendDocument"])
    await bot.send_message(WANG, "x")
    with pytest.raises(NetworkError):
        await bot.send_document(WANG, b"x")


async def test_a_download_can_fail(bot: Bot, faults: Faults) -> None:
    sent = await bot.send_document(WANG, b"x", filename="a.txt")
    assert sent.document
    file = await bot.get_file(sent.document.file_id)
    faults.set("server_error", methods=["download"], limit=1)
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    assert await file.download_as_bytearray() == b"x"


def _strikes(seed: int, share: float, others: bool = False) -> list[bool]:
    faults = Faults(seed)
    faults.set("drop_after", share=share)
    if others:
        faults.set("server_error", share=0.5)
    struck = []
    for _ in range(400):
        if others:
            faults.strikes("server_error", "getMe")
        struck.append(faults.strikes("drop_after", "getMe") is not None)
    return struck


def test_the_dice_are_seeded_and_each_fault_has_its_own() -> None:
    assert _strikes(1, 0.25) == _strikes(1, 0.25, others=True)
    assert _strikes(1, 0.25) != _strikes(2, 0.25)
    assert 60 < sum(_strikes(1, 0.25)) < 140
    faults = Faults(1)
    for kind in ("drop_before", "drop_after"):
        faults.set(kind, share=0.5)
    together = [bool(faults.strikes("drop_before", "x")) == bool(faults.strikes("drop_after", "x")) for _ in range(50)]
    assert not all(together)


def test_a_cleared_fault_strikes_no_more() -> None:
    faults = Faults()
    faults.set("drop_after")
    faults.set("drop_before")
    faults.clear("drop_after")
    assert faults.strikes("drop_after", "getMe") is None
    assert faults.strikes("drop_before", "getMe") is not None
    faults.clear()
    assert faults.active == {}


async def test_faults_over_http(bot: Bot, web: httpx.AsyncClient, faults: Faults) -> None:
    answer = await web.post(
        "/sandbox/faults", json={"seed": 3, "set": {"rate_limited": {"limit": 1, "retry_after": 2}}}
    )
    assert answer.json()["active"]["rate_limited"]["retry_after"] == 2
    with pytest.raises(RetryAfter):
        await bot.get_me()
    assert (await web.get("/sandbox/faults")).json()["counts"] == {"rate_limited": 1}
    await web.post("/sandbox/faults", json={"set": {"blocked_by": {"chats": [WANG]}}, "clear": ["rate_limited"]})
    assert set(faults.active) == {"blocked_by"}
    assert (await web.post("/sandbox/faults", json={"clear": "all", "enforce_limits": True})).json()["active"] == {}
    assert faults.enforce_limits


@pytest.mark.parametrize("wishes", [{"set": {"earthquake": {}}}, {"set": {"delay": {"hours": 1}}}, {"set": 1}, [1]])
async def test_a_wish_that_makes_no_sense_is_400(web: httpx.AsyncClient, wishes: object) -> None:
    assert (await web.post("/sandbox/faults", json=wishes)).status_code == 400


def test_every_fault_can_be_set() -> None:
    faults = Faults()
    for kind in KINDS:
        faults.set(kind, limit=0)
        assert faults.strikes(kind, "getMe") is None


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_private_chat_takes_a_short_burst_then_one_a_second() -> None:
    clock = _Clock()
    limits = SendLimits(clock)
    assert [limits.retry_after(WANG) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert limits.retry_after(CHEN) == 0
    clock.now = 1.0
    assert [limits.retry_after(WANG) for _ in range(2)] == [0, 1]


def test_a_group_takes_twenty_a_minute() -> None:
    clock = _Clock()
    limits = SendLimits(clock)
    answers = []
    for second in range(21):
        clock.now = second / 100
        answers.append(limits.retry_after(GROUP_ID))
    assert answers == [0] * 20 + [3]


def test_all_chats_together_take_thirty_a_second() -> None:
    limits = SendLimits(_Clock())
    assert [limits.retry_after(chat_id) for chat_id in range(1, 32)] == [0] * 30 + [1]


async def test_limits_are_enforced_on_request_only(bot: Bot, faults: Faults, world: World) -> None:
    for number in range(10):
        await bot.send_message(WANG, str(number))
    faults.enforce_limits = True
    clock = _Clock()
    faults.send_limits = SendLimits(clock)
    for number in range(5):
        await bot.send_message(WANG, str(number))
    with pytest.raises(RetryAfter):
        await bot.send_message(WANG, "x")
    await bot.send_chat_action(WANG, "typing")
    clock.now = 1
    await bot.send_message(WANG, "x")
    assert faults.counts == {"enforce_limits": 1}
    assert len(world.sends) == 16
