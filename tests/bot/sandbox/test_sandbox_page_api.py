"""What the chat page calls, over HTTP and Server-Sent Events."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox import people
from bot.sandbox.model import GROUP_ID
from bot.sandbox.world import World

from .conftest import CHEN, WANG
from .test_sandbox_formats import png

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("好", callback_data="ok")]])


class Stream:
    """The events of one page, decoded."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> tuple[str, dict[str, Any]]:
        event = ""
        async for line in self._lines:
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return event, json.loads(line.removeprefix("data: "))
        raise EOFError

    async def change(self, kind: str) -> dict[str, Any]:
        """The next change of a kind; others are passed over."""
        while True:
            event, body = await self.next()
            if event == "change" and body["kind"] == kind:
                return body


@asynccontextmanager
async def events(web: httpx.AsyncClient) -> AsyncIterator[Stream]:
    async with web.stream("GET", "/sandbox/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response.aiter_lines())


async def test_a_page_starts_with_the_whole_state(web: httpx.AsyncClient, bot: Bot, world: World) -> None:
    people.say(world, WANG, "/start")
    await bot.send_message(WANG, "<b>您好</b>", parse_mode="HTML", reply_markup=KEYS, reply_to_message_id=1)
    await bot.set_my_commands([("new", "新建案件")])
    await bot.set_my_description("手册问答")
    async with events(web) as stream:
        event, state = await stream.next()
    assert event == "state"
    assert state["bot"] == {"id": 1, "name": "停业管家", "username": "closure_sandbox_bot"}
    assert state["people"][0] == {"id": WANG, "name": "王芳", "note": "专员", "blocked": False}
    assert state["group"] == {"id": GROUP_ID, "title": "停业服务组", "size": 3}
    assert state["suggestions"][0] == "职工工资怎么发?"
    assert state["settings"]["description"] == "手册问答"
    assert state["settings"]["commands"][str(WANG)] == [{"command": "new", "description": "新建案件"}]
    assert state["read"] == {f"{WANG}:{WANG}": 1}
    asked, answered = state["chats"][str(WANG)]["messages"]
    assert (asked["bot"], asked["name"], asked["text"]) == (False, "王芳", "/start")
    assert answered["reply"] == {"id": 1, "name": "王芳", "kind": "text", "text": "/start", "file": None}
    assert answered["keyboard"] == [[{"text": "好", "callback_data": "ok"}]]
    assert answered["entities"] == [{"type": "bold", "offset": 0, "length": 2}]


async def test_changes_follow(web: httpx.AsyncClient, bot: Bot, world: World) -> None:
    async with events(web) as stream:
        await stream.next()
        await bot.send_chat_action(WANG, "typing")
        assert (await stream.change("typing"))["seconds"] == 5
        sent = await bot.send_message(WANG, "一", reply_markup=KEYS)
        assert (await stream.change("message"))["message"]["text"] == "一"
        pressed = await web.post("/sandbox/press", json={"as": WANG, "message_id": sent.message_id, "data": "ok"})
        await bot.answer_callback_query(pressed.json()["query_id"], "好的")
        answer = await stream.change("answer")
        assert (answer["query_id"], answer["text"], answer["alert"]) == (pressed.json()["query_id"], "好的", False)
        await bot.edit_message_text("二", WANG, sent.message_id)
        edited = (await stream.change("message"))["message"]
        assert (edited["id"], edited["text"], edited["edited"], edited["keyboard"]) == (sent.message_id, "二", True, [])
        await bot.delete_message(WANG, sent.message_id)
        assert (await stream.change("removed"))["message_id"] == sent.message_id
        await web.post("/sandbox/block", json={"as": WANG, "blocked": True})
        assert (await stream.change("blocked"))["blocked"] is True
        await bot.set_my_commands([("new", "新建案件")])
        assert (await stream.change("settings"))["settings"]["commands"][str(WANG)][0]["command"] == "new"


async def test_saying_replying_and_correcting(web: httpx.AsyncClient, bot: Bot, world: World) -> None:
    reminder = await bot.send_message(WANG, "今天该回访")
    said = await web.post("/sandbox/say", json={"as": WANG, "text": "已去", "reply_to": reminder.message_id})
    await web.post("/sandbox/edit", json={"as": WANG, "message_id": said.json()["message_id"], "text": "已去过"})
    await web.post("/sandbox/say", json={"as": CHEN, "chat": GROUP_ID, "text": "/tasks"})
    await web.post("/sandbox/location", json={"as": WANG, "latitude": 31.2, "longitude": 121.5})
    reply, edited, group, location = await bot.get_updates()
    assert reply.message
    assert reply.message.reply_to_message
    assert edited.edited_message
    assert edited.edited_message.text == "已去过"
    assert group.message
    assert (group.message.chat.id, group.message.from_user.id) == (GROUP_ID, CHEN)  # type: ignore[union-attr]
    assert location.message
    assert location.message.location


async def test_a_file_goes_up_and_comes_down(web: httpx.AsyncClient, bot: Bot) -> None:
    query = {"as": WANG, "name": "年报<1>.html", "caption": "见附件"}
    answer = await web.post("/sandbox/upload", params=query, content=b"<script>alert(1)</script>")
    assert answer.status_code == 200
    [update] = await bot.get_updates()
    assert update.message
    assert update.message.document
    assert (update.message.document.file_name, update.message.caption) == ("年报<1>.html", "见附件")
    async with events(web) as stream:
        _, state = await stream.next()
    [message] = state["chats"][str(WANG)]["messages"]
    assert message["file"]["size"] == 25
    fetched = await web.get(message["file"]["url"])
    assert fetched.content == b"<script>alert(1)</script>"
    assert fetched.headers["content-type"] == "application/octet-stream"  # a page of a person's never runs here
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert fetched.headers["content-security-policy"] == "sandbox"


async def test_a_picture_is_shown_inline(web: httpx.AsyncClient, world: World) -> None:
    query = {"as": WANG, "name": "现场.png", "kind": "photo"}
    await web.post("/sandbox/upload", params=query, content=png(8, 4), headers={"Content-Type": "image/png"})
    [message] = world.messages_in(WANG)
    assert message.file
    fetched = await web.get(f"/sandbox/file/{message.file.id}")
    assert fetched.headers["content-type"] == "image/png"
    assert fetched.headers["content-disposition"].startswith("inline;")


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("say", {"as": WANG, "text": " "}, 409, "empty"),
        ("say", {"as": WANG, "text": "停" * 4097}, 409, "too_long"),
        ("say", {"as": 9, "text": "x"}, 409, "unknown_person"),
        ("say", {"as": WANG, "text": "x", "chat": CHEN}, 409, "unknown_chat"),
        ("say", {"as": WANG, "text": "x", "reply_to": 9}, 409, "message_gone"),
        ("say", {"text": "x"}, 400, "bad_request"),
        ("say", [], 400, "bad_request"),
        ("press", {"as": WANG, "message_id": 9, "data": "x"}, 409, "message_gone"),
        ("edit", {"as": WANG, "message_id": "x", "text": "x"}, 400, "bad_request"),
    ],
)
async def test_what_cannot_be_done_is_said(
    web: httpx.AsyncClient, path: str, body: object, status: int, error: str
) -> None:
    answer = await web.post(f"/sandbox/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("query", "content", "status"),
    [
        ({"as": WANG, "name": "a.txt"}, b"", 409),
        ({"as": WANG, "name": "a.png", "kind": "photo"}, b"no picture", 409),
        ({"as": WANG, "name": "a", "kind": "wish"}, b"x", 400),
        ({"name": "a"}, b"x", 400),
    ],
)
async def test_uploads_that_are_refused(
    web: httpx.AsyncClient, world: World, query: dict[str, Any], content: bytes, status: int
) -> None:
    assert (await web.post("/sandbox/upload", params=query, content=content)).status_code == status
    assert world.messages_in(WANG) == []
    assert world.files == {}


async def test_nobody_corrects_what_others_said(web: httpx.AsyncClient, bot: Bot) -> None:
    sent = await bot.send_message(WANG, "一")
    answer = await web.post("/sandbox/edit", json={"as": WANG, "message_id": sent.message_id, "text": "二"})
    assert answer.json() == {"error": "not_yours"}


async def test_what_was_read_is_kept_for_the_next_page(web: httpx.AsyncClient, bot: Bot) -> None:
    sent = await bot.send_message(WANG, "一")
    body = {"as": WANG, "chat": WANG, "message_id": sent.message_id}
    await web.post("/sandbox/read", json=body)
    await web.post("/sandbox/read", json=body | {"message_id": sent.message_id - 1})  # never backwards
    async with events(web) as stream:
        _, state = await stream.next()
    assert state["read"] == {f"{WANG}:{WANG}": sent.message_id}


async def test_the_log_lists_sends(web: httpx.AsyncClient, bot: Bot) -> None:
    sent = await bot.send_message(WANG, "一")
    document = await bot.send_document(CHEN, b"x")
    await bot.edit_message_text("二", WANG, sent.message_id)
    sends = (await web.get("/sandbox/log")).json()["sends"]
    assert [(send["chat_id"], send["method"], send["message_id"]) for send in sends] == [
        (WANG, "sendMessage", sent.message_id),
        (CHEN, "sendDocument", document.message_id),
    ]
    assert sends[0]["at"] <= sends[1]["at"]
