"""What the bot says about itself and asks about chats: identity, commands, descriptions, webhook, members.

Source: https://core.telegram.org/bots/api#getme, #setwebhook, #setmycommands, #getchat.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from bot.sandbox.model import Json, bad_request
from bot.sandbox.params import Params
from bot.sandbox.settings import Webhook, scope_key
from bot.sandbox.wire import chat_json, user_json
from bot.sandbox.world import World

MAX_COMMANDS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def get_me(world: World, params: Params) -> Json:
    """getMe. Group privacy is on: the bot cannot read all messages of a group."""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    more = {"can_connect_to_business": False, "has_main_web_app": False}
    return user_json(world, world.bot.id) | abilities | more


def harmless(world: World, params: Params) -> bool:
    """logOut, close, pinning: true, and nothing happens."""
    return True


def set_webhook(world: World, params: Params) -> bool:
    """setWebhook, for addresses on this machine alone: the sandbox promises that nothing leaves it."""
    url = params.text("url")
    if url and not _is_local(url):
        raise bad_request("bad webhook: the sandbox delivers updates to this machine only")
    world.settings.webhook = Webhook(url, params.text("secret_token"))
    if (kinds := params.structure("allowed_updates")) is not None:
        world.updates.allow(kinds)
    if params.flag("drop_pending_updates"):
        world.updates.clear()
    world.updates.bell.ring()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """deleteWebhook."""
    world.settings.webhook = Webhook()
    if params.flag("drop_pending_updates"):
        world.updates.clear()
    return True


def get_webhook_info(world: World, params: Params) -> Json:
    """getWebhookInfo."""
    webhook = world.settings.webhook
    info: Json = {"url": webhook.url, "has_custom_certificate": False, "pending_update_count": len(world.updates)}
    if webhook.last_error:
        info |= {"last_error_message": webhook.last_error, "last_error_date": webhook.last_error_at}
    return info


def set_my_commands(world: World, params: Params) -> bool:
    """setMyCommands: at most 100, of lower-case Latin letters, digits and underscores, with a description each."""
    commands = params.structure("commands")
    if not isinstance(commands, list) or not all(isinstance(command, dict) for command in commands):
        raise bad_request("can't parse bot commands JSON object")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.settings.commands[_scope(params)] = commands
    world.journal.add("settings")
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    """getMyCommands, for exactly the scope and the language asked for."""
    return world.settings.commands.get(_scope(params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    """deleteMyCommands."""
    world.settings.commands.pop(_scope(params), None)
    world.journal.add("settings")
    return True


def text_setter(name: str) -> Callable[[World, Params], bool]:
    """setMyName, setMyDescription and setMyShortDescription, by the parameter they set."""

    def set_text(world: World, params: Params) -> bool:
        world.settings.texts[name, params.text("language_code")] = params.text(name)
        world.journal.add("settings")
        return True

    return set_text


def text_getter(name: str) -> Callable[[World, Params], Json]:
    """getMyName and its like: the text for the language, or the one for all languages."""

    def get_text(world: World, params: Params) -> Json:
        texts = world.settings.texts
        return {name: texts.get((name, params.text("language_code"))) or texts.get((name, ""), "")}

    return get_text


def get_chat(world: World, params: Params) -> Json:
    """getChat: a ChatFullInfo with the fields that every chat has."""
    chat = world.chats.get(params.integer("chat_id") or 0)
    if chat is None:
        raise bad_request("chat not found")
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return chat_json(chat) | {
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def get_chat_member(world: World, params: Params) -> Json:
    """getChatMember: people and the bot are plain members; in a private chat only its person and the bot are."""
    chat = world.chats.get(params.integer("chat_id") or 0)
    user_id = params.integer("user_id")
    if chat is None:
        raise bad_request("chat not found")
    inside = {world.bot.id} | (set(world.people) if chat.kind == "supergroup" else {chat.id})
    if user_id not in inside:
        raise bad_request("user not found")
    return {"status": "member", "user": user_json(world, user_id)}


def _scope(params: Params) -> tuple[str, str]:
    scope = params.structure("scope")
    if scope is not None and not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: expected an Object")
    return scope_key(scope), params.text("language_code")


def _is_local(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
