"""reply_markup: which keyboards Telegram takes, and its words for those it does not.

Source: https://core.telegram.org/bots/api#inlinekeyboardmarkup.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.links import wrong_link
from bot.sandbox.model import Json, bad_request
from bot.sandbox.params import Params

CALLBACK_DATA_BYTES = 64
MAX_BUTTONS = 100

_OTHER_ACTIONS = {
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
}


def inline_keyboard(params: Params) -> Json | None:
    """The inline keyboard of a call, or None where there is none.

    Reply keyboards, their removal and force_reply are accepted and not kept: they change nothing in a message.
    """
    markup = params.structure("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    keyboard = [[_checked_button(button) for button in row] for row in rows if row]
    if sum(map(len, keyboard)) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": keyboard} if keyboard else None


def _checked_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not button["text"].strip():
        raise bad_request("inline keyboard button text is empty")
    if "callback_data" in button:
        if not 1 <= len(str(button["callback_data"]).encode("utf-8", "replace")) <= CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        _check_url(str(button["url"]))
    elif "copy_text" not in button and not _OTHER_ACTIONS & button.keys():
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return button


def _check_url(url: str) -> None:
    if reason := wrong_link(url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {reason}")


def button_data(keyboard: Json | None) -> set[str]:
    """The callback data of all buttons of a keyboard."""
    rows = (keyboard or {}).get("inline_keyboard", [])
    return {button["callback_data"] for row in rows for button in row if "callback_data" in button}
