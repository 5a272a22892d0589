"""The chat page in a real browser, the bot played by the real python-telegram-bot."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, async_playwright, expect
from starlette.applications import Starlette
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox import people
from bot.sandbox.model import GROUP_ID
from bot.sandbox.server import serve
from bot.sandbox.world import World

from .conftest import CHEN, WANG
from .test_sandbox_formats import png

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on PATH")]

KEYS = InlineKeyboardMarkup(
    [[InlineKeyboardButton("好", callback_data="ok"), InlineKeyboardButton("否", callback_data="no")]]
)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page that fails the test if its script throws or its policy is broken."""
    problems: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        page = await browser.new_page(locale="zh-CN", viewport={"width": 1280, "height": 800})
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda entry: problems.append(entry.text) if "Content Security" in entry.text else None)
        yield page
        await browser.close()
    assert problems == []


async def test_one_writes_and_the_bot_answers(page: Page, address: str, bot: Bot, world: World) -> None:
    await bot.set_my_description("手册问答")
    await page.goto(f"{address}/?as={WANG}")
    await expect(page.get_by_test_id("welcome")).to_contain_text("不连接 Telegram")
    await expect(page.get_by_test_id("suggestion")).to_have_count(3)
    await page.get_by_test_id("suggestion").first.click()
    [update] = await bot.get_updates(timeout=5)
    assert update.message
    assert update.message.text == "职工工资怎么发?"
    await bot.send_chat_action(WANG, "typing")
    await expect(page.get_by_test_id("typing")).to_be_visible()
    await update.message.reply_text(
        "<b>先</b>结<u>清</u>\n<blockquote expandable>" + "依据\n" * 9 + "</blockquote>\n完", parse_mode="HTML"
    )
    answer = page.locator("[data-testid=message][data-from=bot]")
    await expect(answer.locator("strong")).to_have_text("先")
    await expect(page.get_by_test_id("typing")).to_be_hidden()
    folded = await answer.bounding_box()
    await answer.get_by_role("button", name="展开全文").click()
    unfolded = await answer.bounding_box()
    assert folded
    assert unfolded
    assert unfolded["height"] > folded["height"] + 50


async def test_what_people_write_never_becomes_markup(page: Page, address: str, bot: Bot) -> None:
    await page.goto(f"{address}/?as={WANG}")
    wicked = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    await page.get_by_test_id("input").fill(wicked)
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("message-text")).to_have_text(wicked)
    await bot.send_message(WANG, '<a href="tg://x">y</a>', parse_mode="HTML")
    await expect(page.get_by_test_id("message")).to_have_count(2)
    assert await page.locator("[data-testid=chat] .text img").count() == 0


async def test_enter_sends_but_not_while_an_input_method_composes(page: Page, address: str, world: World) -> None:
    await page.goto(f"{address}/?as={WANG}")
    field = page.get_by_test_id("input")
    await field.fill("第一行")
    await field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await field.press("Shift+Enter")
    await field.type("第二行")
    assert world.messages_in(WANG) == []
    await field.press("Enter")
    await expect(page.get_by_test_id("message-text")).to_have_text("第一行\n第二行")
    await expect(field).to_have_value("")


async def test_a_button_spins_until_it_is_answered(page: Page, address: str, bot: Bot) -> None:
    await page.goto(f"{address}/?as={WANG}")
    sent = await bot.send_message(WANG, "确认?", reply_markup=KEYS)
    button = page.get_by_test_id("inline-button").first
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    [update] = await bot.get_updates(timeout=5)
    assert update.callback_query
    await update.callback_query.answer("已记下")
    await expect(page.get_by_test_id("toast")).to_have_text("已记下")
    await expect(button).not_to_have_attribute("aria-busy", "true")
    await page.get_by_test_id("inline-button").last.click()
    [update] = await bot.get_updates(offset=update.update_id + 1, timeout=5)
    assert update.callback_query
    await update.callback_query.answer("这一步不能撤销", show_alert=True)
    await expect(page.get_by_test_id("alert")).to_contain_text("这一步不能撤销")
    await page.get_by_role("button", name="知道了").click()
    await bot.edit_message_text("已确认", WANG, sent.message_id)
    await expect(page.get_by_test_id("message")).to_contain_text("已编辑")
    await expect(page.get_by_test_id("inline-button")).to_have_count(0)
    await bot.delete_message(WANG, sent.message_id)
    await expect(page.get_by_test_id("message")).to_have_count(0)


async def test_an_answer_may_overtake_the_query_id(page: Page, address: str, bot: Bot) -> None:
    async def answer_first(route: Route) -> None:
        pressed = await route.fetch()
        await bot.answer_callback_query((await pressed.json())["query_id"], "快")
        await expect(page.get_by_test_id("toast")).to_have_text("快")
        await expect(button).to_have_attribute("aria-busy", "true")
        await route.fulfill(response=pressed)

    button = page.get_by_test_id("inline-button").first
    await page.route("**/sandbox/press", answer_first)
    await page.goto(f"{address}/?as={WANG}")
    await bot.send_message(WANG, "确认?", reply_markup=KEYS)
    async with page.expect_response("**/sandbox/press"):
        await button.click()
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_commands_are_offered(page: Page, address: str, bot: Bot, world: World) -> None:
    await bot.set_my_commands([("new", "新建案件"), ("next", "下一步"), ("tasks", "待办")])
    await page.goto(f"{address}/?as={WANG}")
    await page.get_by_test_id("commands").click()
    await expect(page.get_by_test_id("command")).to_have_count(3)
    await page.get_by_test_id("input").fill("/ne")
    await expect(page.get_by_test_id("command")).to_have_count(2)
    await page.get_by_test_id("input").press("ArrowDown")
    await page.get_by_test_id("input").press("ArrowDown")
    await page.get_by_test_id("input").press("Enter")
    await expect(page.get_by_test_id("message-text")).to_have_text("/next")


async def test_files_go_both_ways(page: Page, address: str, bot: Bot, world: World, tmp_path: Path) -> None:
    picture = tmp_path / "现场.png"
    picture.write_bytes(png(64, 48))
    await page.goto(f"{address}/?as={WANG}")
    await page.get_by_test_id("file-input").set_input_files(picture)
    await page.get_by_test_id("caption").fill("三号车间")
    await page.get_by_test_id("upload-send").click()
    await expect(page.get_by_test_id("photo")).to_be_visible()
    [update] = await bot.get_updates(timeout=5)
    assert update.message
    assert (update.message.photo[-1].width, update.message.caption) == (64, "三号车间")
    await bot.send_document(WANG, b"x" * 2048, filename="清单.docx")
    async with page.expect_download() as download:
        await page.get_by_test_id("file").click()
    assert (await download.value).suggested_filename == "清单.docx"
    assert await page.get_by_test_id("photo").evaluate("image => image.naturalWidth") == 64


async def test_reply_and_correct(page: Page, address: str, bot: Bot, world: World) -> None:
    await page.goto(f"{address}/?as={WANG}")
    await bot.send_message(WANG, "今天该回访")
    await page.get_by_test_id("message").hover()
    await page.get_by_test_id("reply").click()
    await page.get_by_test_id("input").fill("去过了")
    await page.get_by_test_id("send").click()
    mine = page.locator("[data-testid=message][data-from=me]")
    await expect(mine.locator(".quote")).to_contain_text("今天该回访")
    await mine.hover()
    await mine.get_by_test_id("edit").click()
    await page.get_by_test_id("input").fill("上午去过了")
    await page.get_by_test_id("input").press("Enter")
    await expect(mine.get_by_test_id("message-text")).to_have_text("上午去过了")
    reply, edited = await bot.get_updates(timeout=5)
    assert reply.message
    assert reply.message.reply_to_message
    assert edited.edited_message


async def test_unread_counts_for_whom_one_is_not(page: Page, address: str, bot: Bot) -> None:
    await page.goto(f"{address}/?as={WANG}")
    for text in ("一", "二"):
        await bot.send_message(CHEN, text)
    await bot.send_message(GROUP_ID, "三")
    await expect(page.get_by_test_id(f"person-{CHEN}").get_by_test_id("unread")).to_have_text("2")
    await expect(page.get_by_test_id("group").get_by_test_id("unread")).to_have_text("1")
    await page.reload()
    await expect(page.get_by_test_id(f"person-{CHEN}").get_by_test_id("unread")).to_have_text("2")
    await page.get_by_test_id(f"person-{CHEN}").click()
    await expect(page.get_by_test_id("message")).to_have_count(2)
    await expect(page.get_by_test_id(f"person-{CHEN}").get_by_test_id("unread")).to_have_count(0)
    await page.get_by_test_id("group").click()
    await expect(page.get_by_test_id("message")).to_contain_text("停业管家")
    assert f"as={CHEN}&chat={GROUP_ID}" in page.url


async def test_block_and_unblock(page: Page, address: str, bot: Bot) -> None:
    await page.goto(f"{address}/?as={WANG}")
    await page.get_by_test_id("menu").click()
    await page.get_by_test_id("block").click()
    await expect(page.get_by_test_id("input")).to_be_hidden()
    [update] = await bot.get_updates(timeout=5)
    assert update.my_chat_member
    assert update.my_chat_member.new_chat_member.status == "kicked"
    await page.get_by_test_id("unblock").click()
    await expect(page.get_by_test_id("input")).to_be_visible()


async def test_on_a_phone_one_pane_at_a_time(page: Page, address: str, world: World) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    people.say(world, WANG, "x" * 400)
    await page.goto(address)
    await expect(page.get_by_test_id("chat")).to_be_hidden()
    await page.get_by_test_id(f"person-{WANG}").click()
    await expect(page.get_by_test_id(f"person-{WANG}")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.go_back()
    await expect(page.get_by_test_id(f"person-{WANG}")).to_be_visible()


async def test_it_says_when_the_server_is_away_and_comes_back(page: Page, app: Starlette, world: World) -> None:
    with serve(app) as address:
        people.say(world, WANG, "在吗")
        await page.goto(f"{address}/?as={WANG}")
        await expect(page.get_by_test_id("message")).to_have_count(1)
    await expect(page.get_by_test_id("offline")).to_be_visible()
    await page.get_by_test_id("input").fill("还没发出去")
    await page.get_by_test_id("input").press("Enter")
    await expect(page.get_by_test_id("toast")).to_contain_text("没有发出去")
    await expect(page.get_by_test_id("input")).to_have_value("还没发出去")
    people.say(world, WANG, "回来了")
    with serve(app, port=int(address.rpartition(":")[2])):
        await expect(page.get_by_test_id("offline")).to_be_hidden(timeout=15000)
        await expect(page.get_by_test_id("message")).to_have_count(2)
        await expect(page.get_by_test_id("input")).to_have_value("还没发出去")
        await page.goto("about:blank")
