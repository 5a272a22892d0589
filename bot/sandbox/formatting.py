"""Texts and captions of a call: parsed, trimmed, measured, with their entities.

Source: https://core.telegram.org/bots/api#formatting-options and the limits in #sendmessage and #sendphoto, which hold
after parsing and count UTF-16 code units.
"""

from __future__ import annotations

from bot.sandbox.detect import detect_entities, in_order, utf16_length
from bot.sandbox.entities import parse_html
from bot.sandbox.model import Json, bad_request
from bot.sandbox.params import Params

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


def message_text(params: Params) -> tuple[str, list[Json]]:
    """Text of a message and its entities; it may not be empty."""
    text, entities = _formatted(params, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def caption(params: Params) -> tuple[str, list[Json]]:
    """Caption and its entities; empty where there is none."""
    text, entities = _formatted(params, "caption", "caption_entities")
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return text, entities


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Text without space around it, entities moved and cut to match: Telegram does so before it measures."""
    lead = utf16_length(text) - utf16_length(text.lstrip())
    text = text.strip()
    end = utf16_length(text)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        stop = min(end, entity["offset"] + entity["length"] - lead)
        if start < stop:
            kept.append(entity | {"offset": start, "length": stop - start})
    return text, in_order(kept)


def _formatted(params: Params, name: str, entities_name: str) -> tuple[str, list[Json]]:
    text, entities = params.text(name), _given_entities(params, entities_name)
    mode = params.text("parse_mode").lower()
    if mode == "html":
        text, entities = parse_html(text)
    elif mode and mode != "none":
        raise bad_request("unsupported parse_mode")  # Markdown is out of this sandbox's scope
    text, entities = trimmed(text, entities)
    return text, detect_entities(text, entities)


def _given_entities(params: Params, name: str) -> list[Json]:
    given = params.structure(name) or []
    whole = isinstance(given, list) and all(
        isinstance(entity, dict)
        and isinstance(entity.get("type"), str)
        and isinstance(entity.get("offset"), int)
        and isinstance(entity.get("length"), int)
        for entity in given
    )
    if not whole:
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    return given
