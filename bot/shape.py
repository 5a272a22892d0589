"""What the bot reads of an update, and what Telegram says that is; PTB takes a number for a name, and a list for an id.

Whatever else an update holds is not looked at, and not checked.
"""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

LARGEST = 2**52
"""«At most 52 significant bits», as the Bot API says of ids. SQLite holds 63."""


def _written(text: str) -> str:
    """UTF-8, as Telegram's texts are: half a surrogate pair can neither be kept nor sent back. UnicodeEncodeError."""
    text.encode()
    return text


Id = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Text = Annotated[str, AfterValidator(_written)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class _User(_Part):
    id: Id
    is_bot: bool
    first_name: Text
    last_name: Text | None = None
    username: Text | None = None


class _Chat(_Part):
    id: Id
    type: Text

    @model_validator(mode="after")
    def _people_and_groups_have_numbers_of_their_own(self) -> Self:
        if (self.type == "private") != (self.id > 0):
            raise ValueError("groups have negative numbers, people positive ones")
        return self


class _Entity(_Part):
    type: Text
    offset: Count
    length: Count


class _Button(_Part):
    text: Text
    callback_data: Text | None = None


class _Keyboard(_Part):
    inline_keyboard: list[list[_Button]]


class _File(_Part):
    file_id: Text
    file_unique_id: Text
    file_size: Count | None = None
    file_name: Text | None = None


class _Message(_Part):
    message_id: Id
    date: Count
    chat: _Chat
    sender: Annotated[_User | None, Field(alias="from")] = None
    text: Text | None = None
    caption: Text | None = None
    entities: list[_Entity] = []
    caption_entities: list[_Entity] = []
    photo: list[_File] = []
    document: _File | None = None
    reply_markup: _Keyboard | None = None
    reply_to_message: "_Message | None" = None

    @model_validator(mode="after")
    def _entities_are_in_the_text(self) -> Self:
        for text, entities in ((self.text, self.entities), (self.caption, self.caption_entities)):
            units = (text or "").encode("utf-16-le")
            for each in entities:
                units[2 * each.offset : 2 * (each.offset + each.length)].decode("utf-16-le")
                if each.offset + each.length > len(units) // 2:
                    raise ValueError("an entity lies in its text")
        return self


class _Press(_Part):
    id: Text
    sender: Annotated[_User, Field(alias="from")]
    data: Annotated[Text, Field(min_length=1)]
    message: _Message | None = None


class _Membership(_Part):
    chat: _Chat
    sender: Annotated[_User, Field(alias="from")]


class _Update(_Part):
    update_id: Count
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _Membership | None = None

    @model_validator(mode="after")
    def _private_is_ones_own(self) -> Self:
        pressed = self.callback_query
        said = [(each, each.sender) for each in (self.message, self.edited_message) if each]
        if pressed and pressed.message:
            said.append((pressed.message, pressed.sender))
        for message, sender in said:
            if message.chat.type == "private" and (sender is None or sender.id != message.chat.id):
                raise ValueError("a private chat is its sender's")
        return self


def check_shape(update: Any) -> None:
    """Raises a ValueError where an update is none as Telegram describes it."""
    _Update.model_validate(update)
