"""The Bot API methods that the sandbox knows, by name. getUpdates waits and is therefore `bot.sandbox.polling`'s."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from bot.sandbox import account, files, sending
from bot.sandbox.params import Params
from bot.sandbox.world import World

Method = Callable[[World, Params], Any]

METHODS: MappingProxyType[str, Method] = MappingProxyType(
    {
        "getMe": account.get_me,
        "logOut": account.harmless,
        "close": account.harmless,
        "setWebhook": account.set_webhook,
        "deleteWebhook": account.delete_webhook,
        "getWebhookInfo": account.get_webhook_info,
        "sendMessage": sending.send_message,
        "editMessageText": sending.edit_message_text,
        "editMessageCaption": sending.edit_message_caption,
        "editMessageReplyMarkup": sending.edit_message_reply_markup,
        "deleteMessage": sending.delete_message,
        "deleteMessages": sending.delete_messages,
        "answerCallbackQuery": sending.answer_callback_query,
        "sendChatAction": sending.send_chat_action,
        "sendDocument": files.send_document,
        "sendPhoto": files.send_photo,
        "getFile": files.get_file,
        "setMyCommands": account.set_my_commands,
        "getMyCommands": account.get_my_commands,
        "deleteMyCommands": account.delete_my_commands,
        "setMyName": account.text_setter("name"),
        "getMyName": account.text_getter("name"),
        "setMyDescription": account.text_setter("description"),
        "getMyDescription": account.text_getter("description"),
        "setMyShortDescription": account.text_setter("short_description"),
        "getMyShortDescription": account.text_getter("short_description"),
        "setChatMenuButton": account.harmless,
        "getChat": account.get_chat,
        "getChatMember": account.get_chat_member,
        "pinChatMessage": account.harmless,
        "unpinChatMessage": account.harmless,
        "unpinAllChatMessages": account.harmless,
    }
)

SENDING = frozenset({"sendMessage", "sendDocument", "sendPhoto"})
"""Methods that put a new message into a chat: they count against Telegram's limits and are logged."""

NAMES = MappingProxyType({name.lower(): name for name in (*METHODS, "getUpdates")})
"""Telegram takes method names in any case."""
