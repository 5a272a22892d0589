"""What the bot takes for an update: as Telegram describes it, and nothing that PTB merely lets pass."""

from copy import deepcopy
from typing import Any

import pytest

from bot.listening import PollRequest, readable

USER = {"id": 101, "is_bot": False, "first_name": "陈晓"}
CHAT = {"id": 101, "type": "private", "first_name": "陈晓"}
MESSAGE = {"message_id": 7, "date": 1, "chat": CHAT, "from": USER, "text": "在吗"}
BOTS = {
    "message_id": 6,
    "date": 1,
    "chat": CHAT,
    "from": {"id": 1, "is_bot": True, "first_name": "停业管家"},
    "text": "…",
}
PRESS = {"id": "1", "from": USER, "chat_instance": "1", "data": "drop", "message": BOTS}
BARE = {"update_id": 5}
GOOD: list[dict[str, Any]] = [
    {"message": MESSAGE},
    {"message": {**MESSAGE, "text": "/case 1", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}},
    {"message": {**MESSAGE, "chat": {"id": -100, "type": "supergroup", "title": "群"}, "text": "🏭 @x"}},
    {"message": {**MESSAGE, "text": None, "document": {"file_id": "a", "file_unique_id": "b"}, "caption": "凭据"}},
    {"message": {**MESSAGE, "reply_to_message": BOTS}},
    {"edited_message": {**MESSAGE, "edit_date": 2}},
    {"callback_query": PRESS},
    {"callback_query": {**PRESS, "message": {"message_id": 6, "date": 0, "chat": CHAT}}},
    {"my_chat_member": {"chat": CHAT, "from": USER, "date": 1, "old_chat_member": {"user": USER, "status": "member"},
                        "new_chat_member": {"user": USER, "status": "kicked", "until_date": 0}}},
]  # fmt: skip
WRONG: list[tuple[str, Any]] = [
    ("message.text", 101),
    ("message.text", "半个\ud83c"),
    ("message.from.id", [101]),
    ("message.from.id", 2**63),
    ("message.from.id", "101"),
    ("message.chat.id", 102),
    ("message.chat.type", "supergroup"),
    ("message.message_id", None),
    ("message.entities", [{"type": "bot_command", "offset": 0, "length": 900}]),
    ("message.reply_to_message", "none"),
    ("callback_query.data", ""),
    ("callback_query.data", 1),
    ("callback_query.id", 7),
    ("callback_query.message.reply_markup", {"inline_keyboard": "x"}),
]


@pytest.mark.parametrize("update", GOOD, ids=lambda update: next(iter(update)))
def test_what_telegram_sends_is_read(update: dict[str, Any]) -> None:
    assert readable({**BARE, **update}) == {**BARE, **update}


@pytest.mark.parametrize(("where", "value"), WRONG)
def test_what_is_of_another_type_is_passed_over(where: str, value: object) -> None:
    update: dict[str, Any] = deepcopy({**BARE, "message": MESSAGE, "callback_query": PRESS})
    *path, last = where.split(".")
    part = update
    for name in path:
        part = part[name]
    part[last] = value
    assert readable({**BARE, path[0]: update[path[0]]}) == BARE


def test_kinds_that_were_not_asked_for_are_left_out() -> None:
    assert readable({**BARE, "channel_post": MESSAGE}) == BARE


@pytest.mark.parametrize("number", [None, "5", -1, 2**63, True, [5]])
def test_without_a_number_it_is_none(number: object) -> None:
    with pytest.raises(ValueError, match="number"):
        readable({"update_id": number, "message": MESSAGE})


def test_one_without_a_number_takes_none_of_the_others_along() -> None:
    answer = PollRequest.parse_json_payload(b'{"ok": true, "result": [{"update_id": []}, 7, {"update_id": 5}]}')
    assert answer["result"] == [BARE]
