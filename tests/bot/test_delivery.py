"""`bot.delivery` and `bot.pacing`: in virtual time against a pretended server, and over HTTP against the sandbox."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.delivery import Care, Delivery
from bot.pacing import Backoff
from bot.sandbox.model import GROUP_ID
from bot.sandbox.server import Person, create_app, serve
from tests.bot import virtual_time
from tests.bot.transport import DIRECT, TOKEN
from tests.bot.virtual_time import now

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

WANG, CHEN, ZONE, FARM = 101, 102, -501, -502
DONE: dict[str, Any] = {"message_id": 1}


@dataclass
class Server:
    """Answers calls one after another with `answers` (an error is raised), then with success; notes when they came."""

    answers: list[Exception] = field(default_factory=list)
    calls: list[tuple[float, str, Any]] = field(default_factory=list)

    async def __call__(self, endpoint: str, chat: Any) -> dict[str, Any]:
        self.calls.append((now(), endpoint, chat))
        if self.answers:
            raise self.answers.pop(0)
        return DONE

    @property
    def times(self) -> list[float]:
        return [round(moment, 3) for moment, _, _ in self.calls]


def longest(low: float, high: float) -> float:
    return high


async def call(
    delivery: Delivery,
    server: Callable[..., Any],
    endpoint: str,
    chat: int | str | None = WANG,
    care: Care | None = None,
) -> Any:
    data = {} if chat is None else {"chat_id": chat}
    return await delivery.process_request(server, (endpoint, chat), {}, endpoint, data, care)


def caused(error: NetworkError, cause: Exception) -> NetworkError:
    error.__cause__ = cause
    return error


NOT_CONNECTED = caused(NetworkError("httpx.ConnectError: refused"), httpx.ConnectError("refused"))
NO_PLACE_IN_POOL = caused(TimedOut(), httpx.PoolTimeout(""))
CUT_OFF = caused(NetworkError("httpx.ReadError: "), httpx.ReadError(""))
TOO_SLOW = caused(TimedOut(), httpx.ReadTimeout(""))
BAD_GATEWAY = NetworkError("Bad Gateway (502)")


# Limits


@st.composite
def traffic(draw: st.DrawFn) -> list[tuple[str, int, float, float, float]]:
    """Calls as (method, chat, start, seconds to the server, seconds back), with the bursts that break limits."""
    calls = []
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.floats(0, 70))
        chats = draw(st.lists(st.sampled_from([WANG, CHEN, ZONE, FARM, *range(1, 60)]), min_size=1, max_size=60))
        method = draw(st.sampled_from(["sendMessage", "editMessageText", "sendDocument"]))
        slow = draw(st.sampled_from([0.0, 0.05, 2.5]))
        calls += [(method, chat, start, draw(st.floats(0, slow)), draw(st.floats(0, slow))) for chat in chats]
    return calls


@settings(max_examples=60, deadline=None)
@given(traffic())
def test_no_window_of_the_servers_clock_breaks_a_limit(calls: list[tuple[str, int, float, float, float]]) -> None:
    arrivals: list[tuple[float, int]] = []

    async def main() -> None:
        delivery = Delivery()

        async def one(method: str, chat: int, start: float, there: float, back: float) -> None:
            async def server(*_: object) -> dict[str, Any]:
                await asyncio.sleep(there)
                arrivals.append((now(), chat))
                await asyncio.sleep(back)
                return DONE

            await asyncio.sleep(start)
            await call(delivery, server, method, chat)

        await asyncio.gather(*(one(*each) for each in calls))

    virtual_time.run(main())
    arrivals.sort()
    assert len(arrivals) == len(calls)
    assert_kept([moment for moment, _ in arrivals], count=30, seconds=1.0)
    for chat in {chat for _, chat in arrivals}:
        count, seconds = (20, 60.0) if chat < 0 else (3, 3.0)
        assert_kept([moment for moment, to in arrivals if to == chat], count=count, seconds=seconds)


def assert_kept(moments: Sequence[float], *, count: int, seconds: float) -> None:
    for first, next_one in zip(moments, moments[count:], strict=False):
        assert next_one - first >= seconds - 1e-6


@pytest.mark.parametrize(
    ("burst", "expected"),
    [(3, [0, 0, 0, 3, 3, 3, 6]), (1, [0, 1, 2, 3, 4, 5, 6])],
)
def test_one_a_second_to_a_private_chat_in_bursts(burst: int, expected: list[float]) -> None:
    async def main() -> None:
        server, delivery = Server(), Delivery(private_burst=burst)
        await asyncio.gather(*(call(delivery, server, "sendMessage") for _ in range(7)))
        assert server.times == expected

    virtual_time.run(main())


def test_nobody_waits_without_need() -> None:
    async def main() -> None:
        server, delivery = Server(), Delivery()
        await asyncio.gather(*(call(delivery, server, "sendMessage", chat) for chat in range(1, 61)))
        assert server.times == [0.0] * 30 + [1.0] * 30

    virtual_time.run(main())


def test_a_full_group_holds_back_no_other_chat() -> None:
    async def main() -> None:
        server, delivery = Server(), Delivery()
        group = [asyncio.create_task(call(delivery, server, "sendMessage", ZONE)) for _ in range(50)]
        await asyncio.sleep(5)
        await call(delivery, server, "sendMessage", WANG)
        assert server.calls[-1] == (5.0, "sendMessage", WANG)
        await asyncio.gather(*group)
        assert server.times == [0.0] * 20 + [5.0] + [60.0] * 20 + [120.0] * 10

    virtual_time.run(main())


@pytest.mark.parametrize("endpoint", ["answerCallbackQuery", "sendChatAction", "getFile", "deleteMessage"])
def test_limits_of_chats_are_for_messages(endpoint: str) -> None:
    async def main() -> None:
        server, delivery = Server(), Delivery()
        for _ in range(20):
            messages = [asyncio.create_task(call(delivery, server, "sendMessage")) for _ in range(3)]
            await call(delivery, server, endpoint, None if endpoint in ("answerCallbackQuery", "getFile") else WANG)
            assert now() == 0
        for message in messages:
            message.cancel()

    virtual_time.run(main())


def test_an_id_as_text_is_the_same_chat_and_a_name_is_a_group() -> None:
    async def main() -> None:
        server, delivery = Server(), Delivery(group_per_minute=2)
        await asyncio.gather(*(call(delivery, server, "sendMessage", chat) for chat in (WANG, str(WANG)) * 2))
        await asyncio.gather(*(call(delivery, server, "sendMessage", "@zone") for _ in range(3)))
        assert server.times == [0, 0, 0, 3, 3, 3, 63]

    virtual_time.run(main())


def test_cancelled_callers_leave_their_places_to_others() -> None:
    async def main() -> None:
        server, delivery = Server(), Delivery()
        tasks = [asyncio.create_task(call(delivery, server, "sendMessage")) for _ in range(9)]
        await asyncio.sleep(0.5)
        for task in tasks[3:]:
            task.cancel()
        await asyncio.gather(call(delivery, server, "sendMessage"), *tasks, return_exceptions=True)
        assert server.times == [0, 0, 0, 3]

    virtual_time.run(main())


# 429


def test_429_is_waited_out_however_often() -> None:
    async def main() -> None:
        server = Server([RetryAfter(40), RetryAfter(200)])
        assert await call(Delivery(), server, "sendMessage") == DONE
        assert server.times == [0, 40.1, 240.2]

    virtual_time.run(main())


def test_a_pause_is_for_its_chat_and_outlasts_what_else_ends_meanwhile() -> None:
    async def main() -> None:
        server, delivery = Server([RetryAfter(10)]), Delivery()
        paused = [asyncio.create_task(call(delivery, server, "sendMessage", WANG))]
        await asyncio.sleep(1)
        paused.append(asyncio.create_task(call(delivery, server, "editMessageText", WANG)))
        await call(delivery, server, "sendMessage", CHEN)
        await call(delivery, server, "answerCallbackQuery", None)
        assert now() == 1
        await asyncio.gather(*paused)
        assert [chat for moment, _, chat in server.calls if moment == pytest.approx(10.1)] == [WANG, WANG]
        assert len(server.calls) == 5

    virtual_time.run(main())


def test_429_in_three_chats_and_nothing_that_goes_through_is_a_pause_for_all() -> None:
    async def main() -> None:
        server, delivery = Server([RetryAfter(10), RetryAfter(10), RetryAfter(20)]), Delivery()
        refused = [asyncio.create_task(call(delivery, server, "sendMessage", chat)) for chat in (WANG, CHEN, 303)]
        await asyncio.sleep(1)
        await call(delivery, server, "answerCallbackQuery", None)
        assert now() == pytest.approx(20.1)
        await asyncio.gather(*refused)
        assert server.times[:3] == [0, 0, 0]
        assert min(server.times[3:]) == 20.1

    virtual_time.run(main())


def test_429_in_a_few_chats_while_others_go_through_stops_nobody_else() -> None:
    async def main() -> None:
        server, delivery = Server([RetryAfter(10), RetryAfter(10)]), Delivery()
        refused = [asyncio.create_task(call(delivery, server, "sendMessage", chat)) for chat in (WANG, CHEN)]
        await asyncio.sleep(0.1)
        await call(delivery, server, "sendMessage", 303)
        server.answers.append(RetryAfter(10))
        refused.append(asyncio.create_task(call(delivery, server, "sendMessage", 304)))
        await asyncio.sleep(0.1)
        await call(delivery, server, "sendMessage", 305)
        assert now() == pytest.approx(0.2)
        await asyncio.gather(*refused)

    virtual_time.run(main())


def test_a_caller_that_can_come_back_later_is_not_kept_waiting() -> None:
    async def main() -> None:
        server, delivery = Server([RetryAfter(60)]), Delivery()
        with pytest.raises(RetryAfter):
            await call(delivery, server, "sendMessage", WANG, care=Care(5.0, 3.0))
        with pytest.raises(RetryAfter):  # not asked again while the pause lasts
            await call(delivery, server, "sendMessage", WANG, care=Care(5.0, 3.0))
        assert (now(), len(server.calls)) == (0, 1)

    virtual_time.run(main())


def test_a_place_of_all_that_was_refused_is_free_at_once() -> None:
    async def main() -> None:
        server, delivery = Server([RetryAfter(5)]), Delivery(per_second=30)
        paused = asyncio.create_task(call(delivery, server, "sendMessage", WANG))
        await asyncio.sleep(0)
        await asyncio.gather(*(call(delivery, server, "sendMessage", chat) for chat in range(1, 31)))
        assert now() == 0
        await paused

    virtual_time.run(main())


def test_a_paused_chat_uses_up_no_places_of_all() -> None:
    async def main() -> None:
        server, delivery = Server([RetryAfter(10)]), Delivery(per_second=2)
        paused = [asyncio.create_task(call(delivery, server, "sendMessage", WANG)) for _ in range(3)]
        await asyncio.sleep(2)
        await asyncio.gather(*(call(delivery, server, "sendMessage", chat) for chat in (CHEN, ZONE)))
        assert now() == 2
        await asyncio.gather(*paused)

    virtual_time.run(main())


def test_a_pause_also_holds_who_was_about_to_send() -> None:
    async def main() -> None:
        server, delivery = Server(), Delivery(per_second=2)

        async def refused_late(*_: object) -> dict[str, Any]:
            await asyncio.sleep(0.5)
            server.answers.append(RetryAfter(10))
            return await server("sendMessage", WANG)

        refused = asyncio.create_task(call(delivery, refused_late, "sendMessage", WANG))
        await call(delivery, server, "sendMessage", CHEN)
        waiting = asyncio.create_task(call(delivery, server, "sendMessage", WANG))  # for a place of all, free at 1.0
        await waiting
        assert server.times == [0, 0.5, 10.6]
        refused.cancel()

    virtual_time.run(main())


# Outages


@pytest.mark.parametrize("error", [NOT_CONNECTED, NO_PLACE_IN_POOL, CUT_OFF, TOO_SLOW, BAD_GATEWAY], ids=repr)
def test_outages_are_tried_again_with_longer_waits(error: NetworkError) -> None:
    async def main() -> None:
        server = Server([error] * 9)
        assert await call(Delivery(jitter=longest, give_up_after=300), server, "getFile", None) == DONE
        assert server.times == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 61.5, 91.5, 121.5]

    virtual_time.run(main())


def test_and_given_up_in_time() -> None:
    async def main() -> None:
        server = Server([BAD_GATEWAY] * 1000)
        with pytest.raises(NetworkError):
            await call(Delivery(jitter=longest), server, "sendMessage")
        assert now() <= 120
        assert len(server.calls) == 9

    virtual_time.run(main())


@given(st.integers(0, 2000), st.floats(0, 1))
def test_waits_are_jittered_and_capped(failures: int, share: float) -> None:
    backoff = Backoff(first=0.5, cap=30, jitter=lambda low, high: low + share * (high - low))
    backoff.failures = failures
    assert 0 <= backoff.next() <= 30


@pytest.mark.parametrize(
    ("endpoint", "error", "ambiguous"),
    [
        ("sendMessage", CUT_OFF, 1),
        ("sendDocument", TOO_SLOW, 1),
        ("sendMessage", BAD_GATEWAY, 1),
        ("copyMessage", CUT_OFF, 1),
        ("sendMessage", NOT_CONNECTED, 0),
        ("sendMessage", NO_PLACE_IN_POOL, 0),
        ("sendMessage", RetryAfter(1), 0),
        ("editMessageText", CUT_OFF, 0),
        ("sendChatAction", CUT_OFF, 0),
        ("answerCallbackQuery", CUT_OFF, 0),
    ],
)
def test_what_may_have_been_sent_twice_is_counted(endpoint: str, error: Exception, ambiguous: int) -> None:
    async def main() -> None:
        delivery, server = Delivery(), Server([error])
        await call(delivery, server, endpoint)
        assert len(server.calls) == 2
        assert delivery.ambiguous == ambiguous

    virtual_time.run(main())


# Errors that trying again does not mend


@pytest.mark.parametrize(
    "error",
    [
        Forbidden("Forbidden: bot was blocked by the user"),
        BadRequest("Bad Request: chat not found"),
        InvalidToken("Unauthorized"),
        ChatMigrated(-100777),
        NetworkError("Request Entity Too Large"),
    ],
    ids=repr,
)
def test_permanent_errors_are_raised_at_once(error: Exception) -> None:
    async def main() -> None:
        server = Server([error])
        with pytest.raises(type(error)) as raised:
            await call(Delivery(), server, "sendMessage")
        assert raised.value is error
        assert len(server.calls) == 1

    virtual_time.run(main())


@pytest.mark.parametrize("words", ["Message is not modified: specified new …", "message is NOT modified"])
def test_an_edit_that_changes_nothing_is_no_error(words: str) -> None:
    async def main() -> None:
        assert await call(Delivery(), Server([BadRequest(words)]), "editMessageText") is True

    virtual_time.run(main())


@pytest.mark.parametrize("endpoint", ["answerCallbackQuery", "deleteMessage"])
def test_done_at_the_first_try_whose_answer_was_lost(endpoint: str) -> None:
    async def main() -> None:
        gone = BadRequest("Query is too old and response timeout expired or query id is invalid")
        assert await call(Delivery(), Server([CUT_OFF, gone]), endpoint) is True
        with pytest.raises(BadRequest):
            await call(Delivery(), Server([gone]), endpoint)
        with pytest.raises(BadRequest):
            await call(Delivery(), Server([NOT_CONNECTED, gone]), endpoint)

    virtual_time.run(main())


# Over HTTP


def bot_at(address: str, delivery: Delivery) -> ExtBot[None]:
    def request() -> HTTPXRequest:
        return HTTPXRequest(**DIRECT)

    url = f"{address}/bot"
    return ExtBot(TOKEN, base_url=url, request=request(), get_updates_request=request(), rate_limiter=delivery)


@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "drop_before", "drop_after"])
async def test_every_message_arrives_whatever_fails(fault: str) -> None:
    people = [Person(1000 + number, f"人{number}") for number in range(12)]
    app = create_app(people)
    app.state.faults.set(fault, share=0.4, limit=5, methods=["sendMessage"])
    delivery = Delivery(jitter=lambda low, high: high / 10)
    with serve(app) as address:
        async with bot_at(address, delivery) as bot:
            await asyncio.gather(*(bot.send_message(person.id, f"给{person.name}") for person in people))
    for person in people:
        texts = [message.text for message in app.state.world.messages_in(person.id)]
        assert set(texts) == {f"给{person.name}"}
    sent = len(app.state.world.sends)
    struck = app.state.faults.counts[fault]
    assert struck == 5
    assert sent == len(people) + (struck if fault == "drop_after" else 0)
    assert delivery.ambiguous == (0 if fault == "rate_limited" else struck)


async def test_within_the_limits_of_a_strict_server() -> None:
    people = [Person(1000 + number, f"人{number}") for number in range(25)]
    app = create_app(people)
    app.state.faults.enforce_limits = True
    with serve(app) as address:
        async with bot_at(address, Delivery()) as bot:
            sends = [bot.send_message(person.id, "一") for person in people]
            sends += [bot.send_message(chat, "二") for chat in [people[0].id, people[0].id] + [GROUP_ID] * 18]
            await asyncio.gather(*sends)
    assert app.state.faults.counts["enforce_limits"] == 0
    assert len(app.state.world.sends) == 45


async def test_an_edit_that_changes_nothing_over_http() -> None:
    app = create_app([Person(WANG, "王芳")])
    with serve(app) as address:
        async with bot_at(address, Delivery()) as bot:
            message = await bot.send_message(WANG, "一样")
            assert await bot.edit_message_text("一样", WANG, message.message_id) is True
