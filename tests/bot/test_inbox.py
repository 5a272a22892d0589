"""`bot.inbox`: at least once, once where it can be, in order, and through a killed process."""

import asyncio
import inspect
import socket
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from telegram import Update
from telegram.ext import ApplicationBuilder, CallbackContext, Updater

from actions.errors import CaseLogLocked
from actions.inbox import Inbox
from actions.store import CaseLog
from bot.inbox import DurableQueue, InboxApplication, PerChatProcessor
from bot.sandbox import people
from bot.sandbox.server import Person, create_app, serve
from bot.sandbox.world import World
from tests.bot.transport import TOKEN, Handler, build, echo, eventually, opened, running

Context = CallbackContext[Any, Any, Any, Any]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WANG, CHEN = 101, 102


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CaseLog]:
    with opened(tmp_path / "case-log.db", busy_timeout=0.1) as log:
        yield log


@pytest.fixture
def inbox(log: CaseLog) -> Inbox:
    return Inbox(log)


def body(update_id: int, chat: int = WANG, text: str = "停业怎么办") -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "芳"}
    message = {"message_id": update_id, "date": 1772443800, "chat": {"id": chat, "type": "private"}, "from": person}
    return {"update_id": update_id, "message": {**message, "text": text}}


def update(update_id: int, chat: int = WANG) -> Update:
    return Update.de_json(body(update_id, chat), None)


def ids(inbox: Inbox) -> list[int]:
    return [kept.update_id for kept in inbox.pending()]


class Started:
    """An application that does not poll; what it handles is noted in `seen`, then handed to `then`."""

    def __init__(self, address: str, log: CaseLog, then: Handler | None = None, *, chats_at_once: int = 16) -> None:
        self.seen: list[int] = []
        self.errors: list[Exception | None] = []
        self.application = build(log, self._handle, address=address, chats_at_once=chats_at_once)
        self.application.add_error_handler(self._note_error)
        self._then = then

    async def __aenter__(self) -> "Started":
        await self.application.initialize()
        await self.application.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.application.update_queue.join()
        await self.application.stop()
        await self.application.shutdown()

    async def put(self, *updates: Update) -> None:
        for each in updates:
            await self.application.update_queue.put(each)

    async def _handle(self, update: Update, context: Context) -> None:
        self.seen.append(update.update_id)
        if self._then:
            await self._then(update, context)

    async def _note_error(self, update: object, context: Context) -> None:
        self.errors.append(context.error)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(create_app([])) as address:
        yield address


# The queue


async def test_an_update_is_on_the_disk_before_it_is_queued(inbox: Inbox) -> None:
    queue = DurableQueue(inbox)
    await queue.put(update(5))
    assert ids(inbox) == [5]
    assert queue.get_nowait() == update(5)
    kept = inbox.pending()[0]
    assert Update.de_json(kept.body, None).to_dict() == update(5).to_dict()


async def test_a_repeated_id_is_queued_once_handled_or_not(inbox: Inbox) -> None:
    queue = DurableQueue(inbox)
    await queue.put(update(5))
    await queue.put(update(5))
    inbox.handled(5, NOW)
    await queue.put(update(5))
    assert queue.qsize() == 1


async def test_what_cannot_be_kept_is_not_queued(log: CaseLog, inbox: Inbox, tmp_path: Path) -> None:
    queue = DurableQueue(inbox)
    with opened(tmp_path / "case-log.db") as other, other.transaction(), pytest.raises(CaseLogLocked):
        await queue.put(update(5))
    assert queue.empty()
    await queue.put(update(5))
    assert queue.qsize() == 1


async def test_what_is_no_update_passes_by(inbox: Inbox) -> None:
    queue = DurableQueue(inbox)
    await queue.put("stop")
    assert queue.get_nowait() == "stop"
    assert ids(inbox) == []


def test_an_application_without_the_queue_is_refused() -> None:
    with pytest.raises(TypeError, match="DurableQueue"):
        ApplicationBuilder().token(TOKEN).application_class(InboxApplication).build()


# The application


async def test_handled_only_after_the_handlers_have_run(address: str, log: CaseLog, inbox: Inbox) -> None:
    meanwhile: list[list[int]] = []

    async def handle(update: Update, context: Context) -> None:
        meanwhile.append(ids(inbox))

    async with Started(address, log, handle) as bot:
        await bot.put(update(5))
    assert meanwhile == [[5]]
    assert ids(inbox) == []


async def test_a_handler_that_fails_has_handled_the_update(address: str, log: CaseLog, inbox: Inbox) -> None:
    async def fail(update: Update, context: Context) -> None:
        raise ZeroDivisionError

    async with Started(address, log, fail) as bot:
        await bot.put(update(5))
    assert [type(error) for error in bot.errors] == [ZeroDivisionError]
    assert ids(inbox) == []


async def test_a_locked_inbox_keeps_the_answer_from_nobody(address: str, log: CaseLog, tmp_path: Path) -> None:
    async with Started(address, log) as bot:
        with opened(tmp_path / "case-log.db") as other, other.transaction():
            await bot.application.process_update(update(5))
    assert bot.seen == [5]


async def test_what_was_left_is_redone_at_the_start_in_order(address: str, log: CaseLog, inbox: Inbox) -> None:
    for number in (5, 6, 7):
        inbox.keep(number, body(number), NOW)
    inbox.handled(6, NOW)
    for expected in ([5, 7], []):
        async with Started(address, log) as bot:
            pass
        assert bot.seen == expected


async def test_what_a_process_may_have_died_of_comes_first_and_alone(address: str, log: CaseLog, inbox: Inbox) -> None:
    for number in (5, 6, 7, 8):
        inbox.keep(number, body(number, chat=number), NOW)
    inbox.begin(6)
    inbox.begin(8)
    running: set[int] = set()
    beside: dict[int, set[int]] = {}

    async def handle(update: Update, context: Context) -> None:
        beside[update.update_id] = set(running)
        running.add(update.update_id)
        await asyncio.sleep(0.05)
        running.discard(update.update_id)

    async with Started(address, log, handle) as bot:
        pass
    assert bot.seen[:2] == [6, 8]
    assert beside[6] == beside[8] == set()
    assert {5, 7} == set(bot.seen[2:])


async def test_what_hangs_is_not_waited_for(
    address: str, log: CaseLog, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.inbox.ALONE_SECONDS", 0.01)
    inbox.keep(5, body(5), NOW)
    inbox.begin(5)
    hang = asyncio.Event()

    async def handle(update: Update, context: Context) -> None:
        await hang.wait()

    async with Started(address, log, handle):
        hang.set()
    assert ids(inbox) == []


async def test_what_cannot_be_read_any_more_stops_nobody(address: str, log: CaseLog, inbox: Inbox) -> None:
    inbox.keep(5, {"update_id": 5, "message": {"text": "no date"}}, NOW)
    inbox.keep(6, body(6), NOW)
    async with Started(address, log) as bot:
        pass
    assert bot.seen == [6]
    assert ids(inbox) == []


async def test_what_is_abandoned_is_left_for_the_next_start(address: str, log: CaseLog, inbox: Inbox) -> None:
    begun = asyncio.Event()

    async def handle(update: Update, context: Context) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(5), Started(address, log, handle, chats_at_once=1) as bot:
        await bot.put(update(5), update(6), update(7, CHEN))
        await begun.wait()
        await bot.application.abandon()
    assert bot.seen == [5]
    assert ids(inbox) == [5, 6, 7]


# The order


class Turns:
    """Runs updates through a processor; each waits in its handler until `release` is called for it."""

    def __init__(self, chats_at_once: int) -> None:
        self.processor = PerChatProcessor(chats_at_once)
        self.begun: list[int] = []
        self.work: dict[int, Coroutine[Any, Any, None]] = {}
        self._doors: dict[int, asyncio.Event] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def enter(self, *updates: Update) -> None:
        for each in updates:
            self._doors[each.update_id] = asyncio.Event()
            self.work[each.update_id] = self._handle(each.update_id)
            work = self.processor.process_update(each, self.work[each.update_id])
            self._tasks[each.update_id] = asyncio.create_task(work)
        await self.settle()

    async def release(self, update_id: int) -> None:
        self._doors[update_id].set()
        await self.settle()

    async def cancel(self, update_id: int) -> None:
        self._tasks[update_id].cancel()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(10):  # no time passes here: what can run has run after a few turns of the loop
            await asyncio.sleep(0)

    async def _handle(self, update_id: int) -> None:
        self.begun.append(update_id)
        await self._doors[update_id].wait()


async def test_one_chat_in_order_others_beside_it() -> None:
    turns = Turns(chats_at_once=8)
    await turns.enter(update(1), update(2), update(3), update(4, CHEN), update(5, CHEN))
    assert turns.begun == [1, 4]
    await turns.release(1)
    assert turns.begun == [1, 4, 2]
    await turns.release(2)
    await turns.release(4)
    assert turns.begun == [1, 4, 2, 3, 5]


async def test_a_busy_chat_takes_one_slot_only() -> None:
    turns = Turns(chats_at_once=2)
    await turns.enter(*(update(number) for number in range(1, 50)), update(90, CHEN), update(91, 103))
    assert turns.begun == [1, 90]
    await turns.release(90)
    assert turns.begun == [1, 90, 91]


async def test_one_who_is_cancelled_in_the_line_lets_the_next_pass() -> None:
    turns = Turns(chats_at_once=2)
    await turns.enter(update(1), update(2), update(3))
    await turns.cancel(2)
    await turns.release(1)
    assert turns.begun == [1, 3]
    await turns.release(3)
    assert not turns.processor._lines
    assert inspect.getcoroutinestate(turns.work[2]) == inspect.CORO_CLOSED  # else Python warns that it never ran


# A webhook


@pytest.fixture
def app() -> Starlette:
    return create_app([Person(WANG, "王芳"), Person(CHEN, "陈立")])


def answers(world: World, person: int) -> list[str]:
    return [message.text for message in world.messages_in(person) if message.sender_id == world.bot.id]


async def test_a_webhook_is_answered_once_the_update_is_kept(app: Starlette, log: CaseLog, tmp_path: Path) -> None:
    world = app.state.world
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with serve(app) as address:
        async with build(log, echo, address=address) as application:
            await application.start()
            updater = Updater(application.bot, application.update_queue)
            await updater.initialize()
            await updater.start_webhook(port=port, secret_token="s", webhook_url=f"http://127.0.0.1:{port}/")
            with opened(tmp_path / "case-log.db") as other, other.transaction():
                people.say(world, WANG, "停业怎么办")
                await eventually(lambda: bool(world.settings.webhook.last_error))
                assert answers(world, WANG) == []
            await world.until(lambda: answers(world, WANG), 15)
            await updater.stop()
            await application.stop()
    assert answers(world, WANG) == ["回:停业怎么办"]
    assert ids(Inbox(log)) == []


# A process that is killed


@contextmanager
def process(address: str, tmp_path: Path, conduct: str) -> Iterator[subprocess.Popen[str]]:
    """`killed_bot.py` over the sandbox; killed at the end of the block."""
    command = [sys.executable, "-m", "tests.bot.killed_bot", address, str(tmp_path / "case-log.db"), conduct]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as bot:
        try:
            yield bot
        finally:
            bot.kill()


async def said(bot: subprocess.Popen[str], word: str) -> None:
    def listen() -> bool:
        assert bot.stdout
        return any(line.startswith(word) for line in bot.stdout)

    assert await asyncio.to_thread(listen)


async def test_killed_while_handling_it_is_redone_at_the_next_start_once(app: Starlette, tmp_path: Path) -> None:
    world = app.state.world
    with serve(app) as address:
        with process(address, tmp_path, "wait") as bot:
            await said(bot, "ready")
            people.say(world, WANG, "停业怎么办")
            people.say(world, WANG, "还在吗")
            await said(bot, "handling")
            await eventually(lambda: not len(world.updates))  # all confirmed: Telegram will not offer them again
        assert answers(world, WANG) == []
        with opened(tmp_path / "case-log.db") as log:
            assert ids(Inbox(log)) == [1, 2]
            async with running(build(log, echo, address=address)):
                await world.until(lambda: len(answers(world, WANG)) == 2, 15)
            async with running(build(log, echo, address=address)):
                people.say(world, CHEN, "最后")
                await world.until(lambda: answers(world, CHEN), 15)
    assert answers(world, WANG) == ["回:停业怎么办", "回:还在吗"]
    assert answers(world, CHEN) == ["回:最后"]


async def test_what_kills_the_process_three_times_is_set_aside(app: Starlette, tmp_path: Path) -> None:
    world = app.state.world
    with serve(app) as address:
        people.say(world, WANG, "毒")
        people.say(world, CHEN, "还在吗")
        for _ in range(3):
            with process(address, tmp_path, "die") as bot:
                assert await asyncio.to_thread(bot.wait, 15) == 3
        with opened(tmp_path / "case-log.db") as log:
            async with running(build(log, echo, address=address)):
                await world.until(lambda: answers(world, CHEN), 15)
            assert log.rows("select verb, subject from events") == [{"verb": "set_aside", "subject": "update:1"}]
            assert ids(Inbox(log)) == []
    assert answers(world, WANG) == []
