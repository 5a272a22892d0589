"""The real python-telegram-bot against a served sandbox."""

import asyncio
import contextlib
from dataclasses import replace

import httpx
import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError

from bot.sandbox import people
from bot.sandbox.files import DOWNLOAD_LIMIT
from bot.sandbox.world import QUERY_LIFETIME, World

from .conftest import CHEN, WANG, bot_at
from .test_sandbox_formats import png

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("看 [1]", callback_data="see:1")]])


async def test_the_bot_knows_itself(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.first_name, me.username) == (1, True, "停业管家", "closure_sandbox_bot")
    assert me.can_read_all_group_messages is False


async def test_a_wrong_token_is_unauthorized(address: str) -> None:
    with pytest.raises(InvalidToken):
        await bot_at(address, "2:other").initialize()


async def test_an_unknown_method_is_404(web: httpx.AsyncClient) -> None:
    answer = await web.post("/bot1:sandbox/sendLove")
    assert answer.status_code == 404
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


@pytest.mark.parametrize("how", ["query", "json", "form", "multipart"])
async def test_parameters_come_in_any_of_telegrams_ways(web: httpx.AsyncClient, world: World, how: str) -> None:
    values = {"chat_id": str(WANG), "text": "<b>好</b>", "parse_mode": "HTML"}
    ways = {
        "query": {"params": values},
        "json": {"json": values | {"chat_id": WANG}},
        "form": {"data": values},
        "multipart": {"data": values, "files": {"unused": ("空.txt", b"x")}},
    }
    answer = await web.post("/bot1:sandbox/sendmessage", **ways[how])
    assert answer.json()["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 1}]
    assert [message.text for message in world.messages_in(WANG)] == ["好"]


async def test_send_gives_the_message_as_telegram_does(bot: Bot, world: World) -> None:
    people.say(world, WANG, "设备能低价转让吗?")
    [asked] = world.messages_in(WANG)
    sent = await bot.send_message(
        WANG,
        "  <b>先暂停</b>这笔转让 ",
        parse_mode="HTML",
        reply_markup=KEYS,
        reply_parameters=ReplyParameters(asked.id),
        disable_notification=True,
    )
    assert sent.text == "先暂停这笔转让"
    assert sent.parse_entities() == {sent.entities[0]: "先暂停"}
    assert sent.reply_markup == KEYS
    assert sent.reply_to_message
    assert sent.reply_to_message.text == "设备能低价转让吗?"
    assert (sent.chat.id, sent.chat.type, sent.chat.first_name) == (WANG, "private", "王芳")
    assert sent.from_user
    assert sent.from_user.is_bot


async def test_edit_in_place(bot: Bot, world: World) -> None:
    sent = await bot.send_message(WANG, "一", reply_markup=KEYS)
    await bot.edit_message_text("二", WANG, sent.message_id)
    [stored] = world.messages_in(WANG)
    assert (stored.text, stored.keyboard, stored.edited_at is not None) == ("二", None, True)


async def test_new_buttons_are_no_edit(bot: Bot, world: World) -> None:
    sent = await bot.send_message(WANG, "一")
    await bot.edit_message_reply_markup(WANG, sent.message_id, reply_markup=KEYS)
    [stored] = world.messages_in(WANG)
    assert stored.keyboard == KEYS.to_dict()
    assert stored.edited_at is None


async def test_the_same_again_is_not_modified(bot: Bot) -> None:
    sent = await bot.send_message(WANG, "一", reply_markup=KEYS)
    expected = (
        "Message is not modified: specified new message content and reply markup are exactly the same as a current "
        "content and reply markup of the message"
    )
    with pytest.raises(BadRequest, match=expected):
        await bot.edit_message_text("<i></i>一", WANG, sent.message_id, parse_mode="HTML", reply_markup=KEYS)
    with pytest.raises(BadRequest, match=expected):
        await bot.edit_message_reply_markup(WANG, sent.message_id, reply_markup=KEYS)


async def test_length_is_measured_after_parsing_in_utf16_units(bot: Bot) -> None:
    await bot.send_message(WANG, "<b>" + "停" * 4096 + "</b>", parse_mode="HTML")
    await bot.send_message(WANG, "𠀀" * 2048)
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(WANG, "停" * 4097)
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(WANG, "𠀀" * 2049)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda bot: bot.send_message(WANG, " \n"), "Message text is empty"),
        (lambda bot: bot.send_message(WANG, "<b></b>", parse_mode="HTML"), "Message text is empty"),
        (lambda bot: bot.send_message(WANG, "<x>", parse_mode="HTML"), "Can't parse entities: unsupported start tag"),
        (lambda bot: bot.send_message(WANG, "x", parse_mode="MarkdownV2"), "Unsupported parse_mode"),
        (lambda bot: bot.send_message(999, "x"), "Chat not found"),
        (lambda bot: bot.send_message("@someone", "x"), "Chat not found"),
        (lambda bot: bot.send_message(WANG, "x", reply_to_message_id=77), "Message to be replied not found"),
        (lambda bot: bot.edit_message_text("x", WANG, 77), "Message to edit not found"),
        (lambda bot: bot.edit_message_reply_markup(WANG, 77), "Message to edit not found"),
        (lambda bot: bot.delete_message(WANG, 77), "Message to delete not found"),
        (lambda bot: bot.answer_callback_query("77"), "Query is too old and response timeout expired or query id is"),
        (lambda bot: bot.get_file("77"), "Invalid file_id"),
        (lambda bot: bot.send_document(WANG, "no-such-id"), "Wrong file identifier/http url specified"),
        (lambda bot: bot.send_document(WANG, b""), "File must be non-empty"),
        (lambda bot: bot.send_document(WANG, b"x", caption="停" * 1025), "Message caption is too long"),
        (lambda bot: bot.send_photo(WANG, b"no picture"), "Image_process_failed"),
        (lambda bot: bot.send_chat_action(WANG, "sleeping"), "Wrong parameter action in request"),
        (lambda bot: bot.set_my_commands([("New", "x")]), "Bot_command_invalid"),
        (lambda bot: bot.get_chat(999), "Chat not found"),
        (lambda bot: bot.get_chat_member(WANG, CHEN), "User not found"),
        (lambda bot: bot.set_webhook("https://example.com/"), "Bad webhook"),
    ],
)
async def test_refusals_are_in_telegrams_words(bot: Bot, call, expected: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        await call(bot)
    assert refusal.value.message.lower().startswith(expected.lower())


async def test_a_reply_to_something_gone_can_be_allowed(bot: Bot) -> None:
    sent = await bot.send_message(WANG, "x", reply_parameters=ReplyParameters(77, allow_sending_without_reply=True))
    assert sent.reply_to_message is None


async def test_a_person_s_message_cannot_be_edited(bot: Bot, world: World) -> None:
    asked = people.say(world, WANG, "x")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("y", WANG, asked.id)


async def test_delete_one_and_many(bot: Bot, world: World) -> None:
    ids = [(await bot.send_message(WANG, str(number))).message_id for number in range(4)]
    assert await bot.delete_message(WANG, ids[0])
    assert await bot.delete_messages(WANG, [ids[1], ids[2], 999])
    assert [message.id for message in world.messages_in(WANG)] == ids[3:]


async def test_a_press_and_its_answer(bot: Bot, world: World) -> None:
    sent = await bot.send_message(WANG, "看看", reply_markup=KEYS)
    query_id = people.press(world, WANG, sent.message_id, "see:1")
    [update] = await bot.get_updates(timeout=5)
    query = update.callback_query
    assert query
    assert (query.id, query.data, query.from_user.id) == (query_id, "see:1", WANG)
    assert query.message
    assert query.message.message_id == sent.message_id
    assert await query.answer("已记下", show_alert=True)
    answer = world.journal.changes[-1]
    assert (answer.kind, answer.detail["text"], answer.detail["alert"]) == ("answer", "已记下", True)
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()


async def test_a_query_grows_too_old(bot: Bot, world: World) -> None:
    sent = await bot.send_message(WANG, "看看", reply_markup=KEYS)
    query_id = people.press(world, WANG, sent.message_id, "see:1")
    press = world.presses[query_id]
    world.presses[query_id] = replace(press, at=press.at - QUERY_LIFETIME - 1)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(query_id)


async def test_a_button_that_is_gone_cannot_be_pressed(bot: Bot, world: World) -> None:
    sent = await bot.send_message(WANG, "看看", reply_markup=KEYS)
    await bot.edit_message_text("看过了", WANG, sent.message_id)
    with pytest.raises(people.ActRefusedError, match="button_gone"):
        people.press(world, WANG, sent.message_id, "see:1")


async def test_a_document_up_and_down(bot: Bot, world: World) -> None:
    content = bytes(range(256)) * 1000 + b"\r\n--x\r\n"
    sent = await bot.send_document(WANG, content, filename='年报 "终稿".pdf', caption="<b>年报</b>", parse_mode="HTML")
    assert sent.document
    assert (sent.document.file_name, sent.document.file_size) == ('年报 "终稿".pdf', len(content))
    assert sent.document.mime_type == "application/pdf"
    assert sent.parse_caption_entities() == {sent.caption_entities[0]: "年报"}
    file = await bot.get_file(sent.document.file_id)
    assert await file.download_as_bytearray() == content
    again = await bot.send_document(CHEN, sent.document.file_id)
    assert again.document == sent.document


async def test_a_photo_has_sizes_the_best_last(bot: Bot) -> None:
    sent = await bot.send_photo(WANG, png(180, 90), caption="厂房")
    assert [(size.width, size.height) for size in sent.photo] == [(90, 45), (180, 90)]
    file = await bot.get_file(sent.photo[0].file_id)
    assert (await file.download_as_bytearray())[:4] == b"\x89PNG"
    edited = await bot.edit_message_caption(WANG, sent.message_id, caption="厂房(东)")
    assert edited.caption == "厂房(东)"
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", WANG, sent.message_id)


async def test_what_people_send_reaches_the_bot(bot: Bot, world: World) -> None:
    people.say(world, WANG, "/new 绿源 𠀀 @closure_sandbox_bot")
    people.send_file(world, WANG, "清单.docx", b"x", caption="见附件")
    people.send_file(world, WANG, "现场.png", png(8, 4), kind="photo")
    people.send_file(world, WANG, "v.ogg", b"x", kind="voice", mime="audio/ogg")
    people.send_file(world, WANG, "s.webp", b"x", kind="sticker")
    people.send_location(world, WANG, 31.2, 121.5)
    text, document, photo, voice, sticker, location = [
        update.message for update in await bot.get_updates() if update.message
    ]
    assert {entity.type: text.parse_entity(entity) for entity in text.entities} == {
        "bot_command": "/new",
        "mention": "@closure_sandbox_bot",
    }
    assert document.document
    assert (document.document.file_name, document.caption) == ("清单.docx", "见附件")
    assert photo.photo[-1].width == 8
    assert voice.voice
    assert voice.voice.mime_type == "audio/ogg"
    assert sticker.sticker
    assert location.location
    assert location.location.longitude == 121.5


async def test_a_reply_carries_what_it_replies_to(bot: Bot, world: World) -> None:
    reminder = await bot.send_message(WANG, "今天该回访")
    people.say(world, WANG, "已去过", reply_to=reminder.message_id)
    [update] = await bot.get_updates()
    assert update.message
    assert update.message.reply_to_message
    assert update.message.reply_to_message.message_id == reminder.message_id


async def test_a_correction_is_an_edited_message(bot: Bot, world: World) -> None:
    said = people.say(world, WANG, "27 人")
    people.edit(world, WANG, said.id, "28 人")
    people.edit(world, WANG, said.id, "28 人")  # the same again is no edit
    _, edited = await bot.get_updates()
    assert edited.edited_message
    assert edited.edited_message.text == "28 人"
    assert edited.edited_message.edit_date
    assert edited.message is None


async def test_blocking_tells_the_bot_and_stops_it(bot: Bot, world: World) -> None:
    people.block(world, WANG)
    people.block(world, WANG)  # twice is once
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(WANG, "x")
    with pytest.raises(people.ActRefusedError, match="blocked"):
        people.say(world, WANG, "x")
    people.block(world, WANG, False)
    await bot.send_message(WANG, "x")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [change.new_chat_member.status for change in changes if change] == ["kicked", "member"]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("大家好", False),
        ("/tasks", True),
        ("/tasks@closure_sandbox_bot", True),
        ("/tasks@other_bot", False),
        ("@closure_sandbox_bot 请看", True),
        ("@other_bot 请看", False),
    ],
)
async def test_group_privacy(bot: Bot, world: World, text: str, heard: bool) -> None:
    group_id = next(chat.id for chat in world.chats.values() if chat.kind == "supergroup")
    people.say(world, CHEN, text, chat_id=group_id)
    updates = await bot.get_updates()
    assert [update.message.text for update in updates if update.message] == ([text] if heard else [])
    if heard:
        assert updates[0].effective_chat
        assert updates[0].effective_chat.title == "停业服务组"


async def test_in_the_group_a_reply_to_the_bot_is_heard(bot: Bot, world: World) -> None:
    group_id = next(chat.id for chat in world.chats.values() if chat.kind == "supergroup")
    sent = await bot.send_message(group_id, "逾期 1 项")
    said = people.say(world, CHEN, "我来", chat_id=group_id, reply_to=sent.message_id)
    people.say(world, WANG, "好", chat_id=group_id, reply_to=said.id)
    assert [update.message.text for update in await bot.get_updates() if update.message] == ["我来"]


async def test_updates_stay_until_confirmed(bot: Bot, world: World) -> None:
    for number in range(3):
        people.say(world, WANG, str(number))
    first, second, third = await bot.get_updates()
    assert [first, second, third] == list(await bot.get_updates())
    assert list(await bot.get_updates(limit=1)) == [first]
    assert list(await bot.get_updates(offset=second.update_id)) == [second, third]
    assert list(await bot.get_updates(offset=-1)) == [third]
    assert list(await bot.get_updates(offset=third.update_id + 1)) == []


async def test_a_long_poll_ends_when_something_is_said(bot: Bot, world: World) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await _polling(world)
    people.say(world, WANG, "在吗")
    [update] = await asyncio.wait_for(poll, 5)
    assert update.message
    assert update.message.text == "在吗"


async def test_a_long_poll_ends_empty_after_its_timeout(bot: Bot) -> None:
    started = asyncio.get_running_loop().time()
    assert await bot.get_updates(timeout=1) == ()
    assert asyncio.get_running_loop().time() - started >= 0.9


async def test_a_second_poller_gets_409(address: str, bot: Bot, world: World) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await _polling(world)
    async with bot_at(address) as other:
        with pytest.raises(Conflict, match="make sure that only one bot instance is running"):
            await other.get_updates()
    people.say(world, WANG, "x")
    assert len(await poll) == 1


async def test_a_poller_that_left_is_no_second_one(bot: Bot, world: World) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await _polling(world)
    poll.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await poll
    await world.updates.bell.until(lambda: not world.updates.polled, 5)
    people.say(world, WANG, "x")
    assert len(await bot.get_updates()) == 1


async def test_only_the_kinds_asked_for_are_queued(bot: Bot, world: World) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    people.say(world, WANG, "x")
    await bot.get_updates()  # holds until it is said anew
    people.say(world, WANG, "y")
    await bot.get_updates(allowed_updates=[])
    people.say(world, WANG, "z")
    assert [update.message.text for update in await bot.get_updates() if update.message] == ["z"]


async def test_commands_by_scope_and_language(bot: Bot, world: World) -> None:
    await bot.set_my_commands([BotCommand("new", "新建案件")])
    await bot.set_my_commands([BotCommand("team", "全组任务")], scope=BotCommandScopeChat(CHEN))
    assert [command.command for command in await bot.get_my_commands()] == ["new"]
    seen = {
        chat_id: [command["command"] for command in world.settings.commands_in(world.chats[chat_id])]
        for chat_id in (WANG, CHEN)
    }
    assert seen == {WANG: ["new"], CHEN: ["team"]}
    await bot.delete_my_commands(scope=BotCommandScopeChat(CHEN))
    assert world.settings.commands_in(world.chats[CHEN])[0]["command"] == "new"


async def test_what_the_bot_says_of_itself_is_kept(bot: Bot) -> None:
    await bot.set_my_description("手册问答与回访")
    assert (await bot.get_my_description()).description == "手册问答与回访"
    assert (await bot.get_my_description(language_code="en")).description == "手册问答与回访"
    assert (await bot.get_my_short_description()).short_description == ""


async def test_chats_and_members(bot: Bot) -> None:
    assert (await bot.get_chat(WANG)).first_name == "王芳"
    assert (await bot.get_chat_member(WANG, WANG)).status == "member"
    assert await bot.pin_chat_message(WANG, 1)
    assert await bot.delete_webhook()


async def test_a_file_over_20_mb_is_too_big_to_fetch(bot: Bot, world: World) -> None:
    message = people.send_file(world, WANG, "large.bin", bytes(DOWNLOAD_LIMIT + 1))
    assert message.file
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(message.file.id)


async def test_an_upload_over_50_mb_is_refused(bot: Bot, world: World) -> None:
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(WANG, bytes(52 * 1024 * 1024))
    assert world.messages_in(WANG) == []


async def test_nonsense_is_a_400_not_a_crash(web: httpx.AsyncClient) -> None:
    nonsense = [
        ("sendMessage", {"chat_id": WANG, "text": "x", "entities": [{"type": "bold"}]}),
        ("sendMessage", {"chat_id": WANG, "text": "x", "reply_parameters": "7"}),
        ("sendMessage", {"chat_id": {}, "text": "x"}),
        ("deleteMessages", {"chat_id": WANG, "message_ids": "x"}),
        ("setMyCommands", {"commands": [1]}),
        ("setMyCommands", {"commands": [], "scope": [1]}),
        ("getChatMember", {"chat_id": WANG}),
    ]
    for method, values in nonsense:
        answer = await web.post(f"/bot1:sandbox/{method}", json=values)
        assert answer.status_code == 400, (method, values, answer.text)
    for body in (b"{", b"[]", b"\xff"):
        answer = await web.post("/bot1:sandbox/sendMessage", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
    answer = await web.post("/bot1:sandbox/sendMessage", content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert answer.status_code == 400


async def test_a_download_needs_token_and_path(web: httpx.AsyncClient, world: World) -> None:
    message = people.send_file(world, WANG, "a.txt", b"x")
    assert message.file
    assert (await web.get(f"/file/bot1:sandbox/{message.file.path}")).content == b"x"
    assert (await web.get(f"/file/bot2:other/{message.file.path}")).status_code == 401
    assert (await web.get("/file/bot1:sandbox/documents/none")).status_code == 404


async def _polling(world: World) -> None:
    """Returns once a long poll waits at the server."""
    await world.updates.bell.until(lambda: world.updates.polled, 5)
