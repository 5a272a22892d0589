"""Files that the bot sends and fetches.

Source: https://core.telegram.org/bots/api#sending-files and #getfile. Limits of the hosted Bot API: 50 MB up (10 MB for
photos), 20 MB down.
"""

from __future__ import annotations

from bot.sandbox.formatting import caption
from bot.sandbox.markup import inline_keyboard
from bot.sandbox.model import FileKind, Json, StoredFile, bad_request
from bot.sandbox.params import Params
from bot.sandbox.sending import reply_target, target_chat
from bot.sandbox.wire import file_json, message_json
from bot.sandbox.world import World

MEGABYTE = 1024 * 1024
UPLOAD_LIMIT = 50 * MEGABYTE
PHOTO_LIMIT = 10 * MEGABYTE
DOWNLOAD_LIMIT = 20 * MEGABYTE


def send_document(world: World, params: Params) -> Json:
    """sendDocument: an upload or the file id of a file that was sent before."""
    return _send(world, params, "document")


def send_photo(world: World, params: Params) -> Json:
    """sendPhoto: the same for a picture; what is no picture is refused as Telegram refuses it."""
    return _send(world, params, "photo")


def get_file(world: World, params: Params) -> Json:
    """getFile: where the bytes can be fetched under ``/file/bot<token>/``."""
    file = known_file(world, params.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.data) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return file_json(file) | {"file_path": file.path}


def known_file(world: World, file_id: str) -> StoredFile | None:
    """The file of an id; the small size of a photo has an id of its own and the same bytes."""
    return world.files.get(file_id.removesuffix("-s"))


def _send(world: World, params: Params, kind: FileKind) -> Json:
    chat = target_chat(world, params)
    text, entities = caption(params)
    reply_to = reply_target(world, chat, params)
    keyboard = inline_keyboard(params)
    file = _outgoing(world, params, kind)
    message = world.post(
        chat.id,
        world.bot.id,
        kind=kind,
        file=file,
        text=text,
        entities=entities,
        keyboard=keyboard,
        reply_to=reply_to,
    )
    return message_json(world, message)


def _outgoing(world: World, params: Params, kind: FileKind) -> StoredFile:
    named = params.text(kind)
    upload = params.uploads.get(named.removeprefix("attach://") if named.startswith("attach://") else kind)
    if upload is None:
        if not named:
            raise bad_request(f"there is no {kind} in the request")
        file = known_file(world, named)
        if file is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return file
    if not upload.data:
        raise bad_request("file must be non-empty")
    if kind == "photo" and len(upload.data) > PHOTO_LIMIT:
        raise bad_request("file is too big")
    file = world.store(upload.name, upload.data, kind=kind)
    if kind == "photo" and not file.width:
        del world.files[file.id]
        raise bad_request("IMAGE_PROCESS_FAILED")
    return file
