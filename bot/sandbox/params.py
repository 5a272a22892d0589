"""The parameters of a Bot API call, however they came: query string, JSON, form or multipart.

Source: https://core.telegram.org/bots/api#making-requests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from bot.sandbox.body import limited_stream, read_body
from bot.sandbox.model import bad_request


@dataclass(frozen=True)
class Upload:
    """One file part of a multipart request."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Params:
    """Typed reading of parameters: all are strings in a form, numbers and objects in JSON, and both are accepted."""

    values: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string parameter, '' where it is absent; lone surrogates are refused as Telegram refuses them."""
        value = self.values.get(name)
        text = "" if value is None else str(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
        return text

    def integer(self, name: str) -> int | None:
        """A whole number, or None where it is absent or is none: Telegram then takes its default as well."""
        return whole_number(self.values.get(name))

    def flag(self, name: str) -> bool:
        """A Boolean: JSON true, or one of the words that forms carry."""
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> Any:
        """An object or an array, parsed where it came as a string; None where it is absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


def whole_number(value: Any) -> int | None:
    """The number that a JSON value or a form's string stands for, or None."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


async def read_params(request: Request, limit: int) -> Params:
    """Parameters of one request; what the body says wins over the query string.

    `BodyTooLargeError` for a body of more than `limit` bytes.
    """
    values: dict[str, Any] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        values |= _json_object(await read_body(request, limit))
    elif kind == "application/x-www-form-urlencoded":
        body = await read_body(request, limit)
        values |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    elif kind == "multipart/form-data":
        for name, content in (await _multipart(request, limit)).items():
            if isinstance(content, Upload):
                uploads[name] = content
            else:
                values[name] = content
    return Params(values, uploads)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(parsed, dict):
        raise bad_request("expected an Object")
    return parsed


async def _multipart(request: Request, limit: int) -> dict[str, str | Upload]:
    """The parts by name. The parser is Starlette's; `Request.form` would read without a limit."""
    try:
        form = await MultiPartParser(request.headers, limited_stream(request, limit)).parse()
    except MultiPartException as error:
        raise bad_request(error.message) from None
    parts: dict[str, str | Upload] = {}
    for name, part in form.multi_items():
        if isinstance(part, str):
            parts[name] = part
        else:
            # clients write a quote in a file name as %22 (WHATWG, multipart/form-data encoding)
            file_name = (part.filename or name).replace("%22", '"')
            parts[name] = Upload(file_name, await part.read())
    await form.close()
    return parts
