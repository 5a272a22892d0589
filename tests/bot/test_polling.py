"""`bot.polling` and `bot.listening` against the sandbox, over HTTP: the bot's whole life, and what befalls it."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from telegram import Bot, BotCommand, Update
from telegram.ext import CallbackContext

from actions.inbox import Inbox
from actions.store import CaseLog
from bot.errors import TokenRejected
from bot.pacing import Backoff
from bot.polling import run
from bot.sandbox import people
from bot.sandbox.faults import Faults
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.world import World
from tests.bot.transport import Handler, build, echo, eventually, opened, running

Context = CallbackContext[Any, Any, Any, Any]

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

WANG, CHEN, ZHAO = 101, 102, 103
PEOPLE = (WANG, CHEN, ZHAO)


@pytest.fixture
def app() -> Starlette:
    return create_app([Person(WANG, "王芳"), Person(CHEN, "陈立"), Person(ZHAO, "赵敏")])


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db", busy_timeout=0.1) as log:
        yield log


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits after failures are a twentieth of what they are."""
    patient = Backoff.next
    monkeypatch.setattr(Backoff, "next", lambda backoff: patient(backoff) / 20)


def answers(world: World, person: int = WANG) -> list[str]:
    return [message.text for message in world.messages_in(person) if message.sender_id == world.bot.id]


async def answered(world: World, text: str = "在吗", person: int = WANG, seconds: float = 10) -> None:
    """A person writes and gets an answer."""
    people.say(world, person, text)
    await world.until(lambda: f"回:{text}" in answers(world, person), seconds)


def pending(log: CaseLog) -> list[int]:
    return [kept.update_id for kept in Inbox(log).pending()]


# Every question is answered


@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "drop_before", "drop_after"])
async def test_every_question_is_answered_whatever_fails(
    address: str, log: CaseLog, world: World, faults: Faults, fault: str
) -> None:
    limit = 2 if fault == "rate_limited" else 8  # each 429 costs a second
    faults.set(fault, share=0.4, limit=limit, methods=["getUpdates", "sendMessage", "getMe"])
    asked = [f"第{number}问" for number in range(5)]
    async with running(build(log, echo, address=address)):
        for text in asked:
            for person in PEOPLE:
                people.say(world, person, text)
        expected = {f"回:{text}" for text in asked}
        await world.until(lambda: all(set(answers(world, person)) == expected for person in PEOPLE), 20)
    assert faults.counts[fault] == limit
    for person in PEOPLE:
        once = list(dict.fromkeys(answers(world, person)))
        assert once == [f"回:{text}" for text in asked]
        assert fault == "drop_after" or answers(world, person) == once
    assert pending(log) == []


async def test_a_repeated_update_is_answered_once(address: str, log: CaseLog, world: World, faults: Faults) -> None:
    faults.set("duplicate_updates")
    async with running(build(log, echo, address=address)):
        for text in ("一", "二", "三"):
            await answered(world, text)
    assert faults.counts["duplicate_updates"] >= 2
    assert answers(world) == ["回:一", "回:二", "回:三"]


async def test_what_was_confirmed_to_nobody_is_not_answered_again_after_a_restart(
    address: str, log: CaseLog, world: World
) -> None:
    async with running(build(log, echo, address=address)):
        await answered(world, "一")
    assert len(world.updates) <= 1  # the last batch may still be with Telegram, and comes again
    async with running(build(log, echo, address=address)):
        await answered(world, "二")
    assert answers(world) == ["回:一", "回:二"]


async def test_hears_messages_edits_buttons_and_blocks(address: str, log: CaseLog, world: World) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def note(update: Update, context: Context) -> None:
        for kind in update.to_dict().keys() - {"update_id"}:
            await heard.put(kind)

    async with running(build(log, note, address=address)):
        message = people.say(world, WANG, "一")
        people.edit(world, WANG, message.id, "二")
        people.block(world, WANG)
        assert [await heard.get() for _ in range(3)] == ["message", "edited_message", "my_chat_member"]


# Never deaf


async def test_one_401_and_it_hears_again(address: str, log: CaseLog, world: World, faults: Faults) -> None:
    async with running(build(log, echo, address=address)):
        await answered(world, "先")
        faults.set("unauthorized", limit=1)
        await answered(world, "后")
        await answered(world, "再")
    assert faults.counts["unauthorized"] == 1


async def test_401_again_and_again_while_getme_knows_us(
    address: str, log: CaseLog, world: World, faults: Faults
) -> None:
    faults.set("unauthorized", limit=4)
    async with running(build(log, echo, address=address)):
        await answered(world)
    assert faults.counts["unauthorized"] == 4  # more than `REFUSALS`


async def test_a_token_that_is_revoked_ends_it(address: str, log: CaseLog, faults: Faults) -> None:
    ready = asyncio.Event()
    life = asyncio.create_task(run(build(log, echo, address=address), stop=asyncio.Event(), on_ready=ready.set))
    await ready.wait()
    faults.set("unauthorized", methods=["getUpdates", "getMe"])
    faults.set("drop_before", methods=["getUpdates"], limit=1)
    with pytest.raises(TokenRejected):
        await asyncio.wait_for(life, 30)
    assert faults.counts["unauthorized"] == 4


async def test_another_poller_is_outlived(address: str, log: CaseLog, world: World) -> None:
    async with Bot("1:sandbox", base_url=f"{address}/bot") as other:
        poll = asyncio.create_task(other.get_updates(timeout=1))
        await world.updates.bell.until(lambda: world.updates.polled, 5)
        async with running(build(log, echo, address=address)):
            assert await poll == ()
            await answered(world)


async def test_a_webhook_that_is_set_is_taken_away(address: str, log: CaseLog, world: World) -> None:
    world.settings.webhook.url = "http://127.0.0.1:9/"
    async with running(build(log, echo, address=address)):
        await answered(world)
    assert world.settings.webhook.url == ""


async def test_a_poll_that_never_ends_is_made_anew(
    address: str,
    log: CaseLog,
    world: World,
    faults: Faults,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("bot.listening.DEAF_SECONDS", 0.2)
    faults.set("delay", seconds=1, methods=["getUpdates"], limit=1)
    async with running(build(log, echo, address=address)):
        await answered(world)
    assert "not hearing: TimeoutError()" in caplog.text


@pytest.mark.parametrize("broken", [{"text": "no date, no chat"}, {"message_id": 1, "date": "tomorrow", "chat": 5}, []])
async def test_what_cannot_be_parsed_is_passed_over_once(
    address: str, log: CaseLog, world: World, caplog: pytest.LogCaptureFixture, broken: Any
) -> None:
    world.offer("message", broken)
    async with running(build(log, echo, address=address)):
        await answered(world)
    assert caplog.text.count("cannot be parsed and is passed over") == 1
    assert pending(log) == []


async def test_what_cannot_be_kept_is_answered_all_the_same_and_once(
    address: str, log: CaseLog, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(build(log, echo, address=address)):
        await answered(world, "先")
        await eventually(lambda: pending(log) == [])
        with opened(tmp_path / "case-log.db") as other, other.transaction():
            people.say(world, WANG, "后")
            await world.until(lambda: len(answers(world)) == 2, 20)
        await answered(world, "再")
    assert answers(world) == ["回:先", "回:后", "回:再"]
    assert "cannot be kept" in caplog.text
    assert pending(log) == []


# The start


async def test_it_is_ready_when_getme_has_answered(address: str, log: CaseLog, world: World, faults: Faults) -> None:
    faults.set("server_error", methods=["getMe"], limit=3)
    ready: list[str] = []
    application = build(log, echo, address=address)
    async with running(application, on_ready=lambda: ready.append(application.bot.username)):
        await answered(world)
    assert ready == ["closure_sandbox_bot"]


async def test_it_waits_for_a_server_that_is_not_there_yet(app: Starlette, log: CaseLog, world: World) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with running(build(log, echo, address=f"http://127.0.0.1:{port}")):
        await asyncio.sleep(0.2)  # some attempts are refused; how many does not matter
        with serve(app, port=port):
            await answered(world)


async def test_it_can_be_stopped_while_it_waits_for_the_server(log: CaseLog) -> None:
    async with asyncio.timeout(5):
        async with running(build(log, echo, address="http://127.0.0.1:9"), on_ready=pytest.fail):
            await asyncio.sleep(0.2)


async def test_a_wrong_token_ends_it_at_once(
    address: str, log: CaseLog, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    application = build(log, echo, address=address, token="7:secret")
    with pytest.raises(TokenRejected) as raised:
        await run(application, stop=asyncio.Event(), on_ready=pytest.fail)
    assert "secret" not in f"{raised.value}{raised.value.__cause__}{caplog.text}{capsys.readouterr()}"


async def test_commands_are_offered(address: str, log: CaseLog, world: World) -> None:
    async with running(build(log, echo, address=address), commands=[BotCommand("help", "怎么用")]):
        await answered(world)
    assert list(world.settings.commands.values()) == [[{"command": "help", "description": "怎么用"}]]


@pytest.mark.parametrize("fault", ["unauthorized", "server_error"])
async def test_commands_that_cannot_be_offered_end_nothing(
    address: str, log: CaseLog, world: World, faults: Faults, fault: str
) -> None:
    faults.set(fault, methods=["setMyCommands"])
    options: dict[str, Any] = {"commands": [BotCommand("help", "怎么用")], "drain_seconds": 0.5}
    async with running(build(log, echo, address=address), **options):
        await answered(world)
    assert faults.counts[fault] >= 1


# The end


class Slow:
    """A handler that waits until `door` is open, and then goes on as `then`; `begun` is set when one waits there."""

    def __init__(self, then: Handler = echo) -> None:
        self.then = then
        self.begun = asyncio.Event()
        self.door = asyncio.Event()

    async def __call__(self, update: Update, context: Context) -> None:
        self.begun.set()
        await self.door.wait()
        await self.then(update, context)


async def test_what_is_queued_or_running_finishes(address: str, log: CaseLog, world: World) -> None:
    slow = Slow()
    async with running(build(log, slow.__call__, address=address, chats_at_once=1)):
        for person in PEOPLE:
            people.say(world, person, "一")
            people.say(world, person, "二")
        await slow.begun.wait()
        asyncio.get_running_loop().call_later(0.2, slow.door.set)  # when it has been told to stop
    for person in PEOPLE:
        assert answers(world, person) == ["回:一", "回:二"]
    assert pending(log) == []


async def test_what_does_not_finish_in_time_is_left_for_the_next_start(
    address: str, log: CaseLog, world: World
) -> None:
    too_late: list[Update] = []

    async def note(update: Update, context: Context) -> None:
        too_late.append(update)

    slow = Slow(note)
    async with asyncio.timeout(5):
        async with running(build(log, slow.__call__, address=address), drain_seconds=0.2):
            people.say(world, WANG, "一")
            people.say(world, WANG, "二")
            people.say(world, CHEN, "三")
            await slow.begun.wait()
    slow.door.set()
    await asyncio.sleep(0.05)  # a handler that still ran would now go on, without a Bot API, and count as done
    assert too_late == []
    assert pending(log) == [1, 2, 3]
    async with running(build(log, echo, address=address)):
        await world.until(lambda: answers(world, CHEN) and len(answers(world)) == 2, 10)
    assert answers(world) == ["回:一", "回:二"]


async def test_a_job_or_task_that_never_ends_does_not_keep_it(address: str, log: CaseLog, world: World) -> None:
    begun = asyncio.Semaphore(0)

    async def hang(*_: object) -> None:
        begun.release()
        await asyncio.Event().wait()

    application = build(log, echo, address=address)
    async with asyncio.timeout(5):
        async with running(application, drain_seconds=0.2):
            await answered(world)
            application.create_task(hang())
            assert application.job_queue
            application.job_queue.run_once(hang, 0)
            await begun.acquire()
            await begun.acquire()
    assert pending(log) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_drains(address: str, log: CaseLog, world: World, number: signal.Signals) -> None:
    slow = Slow()
    life = asyncio.create_task(run(build(log, slow.__call__, address=address)))
    people.say(world, WANG, "一")
    await slow.begun.wait()
    os.kill(os.getpid(), number)
    await asyncio.sleep(0.1)  # the signal's handler runs in the next turn of the loop
    assert not life.done()
    slow.door.set()
    await asyncio.wait_for(life, 5)
    assert answers(world) == ["回:一"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
