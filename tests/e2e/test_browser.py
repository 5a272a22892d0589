"""`closure-bot demo` as a person meets it: a real process, a real browser, no network."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from bot import messages
from bot.demo import CAST
from bot.render.answers import answer_messages
from bot.sandbox.entities import parse_html
from retrieval.library import Library
from tests.e2e.process import Process

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on PATH")]

OFFICER, COLLEAGUE, LEAD, ADMIN, STRANGER = (person.id for person, _ in CAST)
DESKTOP, PHONE = (1280, 800), (390, 844)
PATIENCE = 20_000
"""Milliseconds for what takes a tenth of a second on an idle machine."""


@pytest.fixture(scope="module")
def demo(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that the demo prints."""
    data = Path(shutil.copytree(data_dir, tmp_path_factory.mktemp("demo") / "data"))
    process = Process(data / "out", "demo", "--port", 0, "--data-dir", data)
    try:
        yield process.prints(r"http://127\.0\.0\.1:\d+", 90)[0]
    finally:
        process.end()
    assert "an update failed" not in process.stderr


@asynccontextmanager
async def browsing(address: str, size: tuple[int, int] = DESKTOP) -> AsyncIterator[Page]:
    """A page in a window of that size; a narrow one is touched. What goes wrong in it fails the test."""
    troubles: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        context = await browser.new_context(
            locale="zh-CN",
            viewport={"width": size[0], "height": size[1]},
            has_touch=size == PHONE,
            is_mobile=size == PHONE,
        )
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"threw {error}"))
        page.on("console", lambda entry: troubles.append(entry.text) if entry.type in ("error", "warning") else None)
        context.on("request", lambda request: troubles.append(request.url) if leaves(request.url, address) else None)
        yield page
        assert troubles == []
        await browser.close()


def leaves(url: str, address: str) -> bool:
    """Whether a request goes elsewhere than to the page's own server."""
    target, home = urlsplit(url), urlsplit(address)
    return target.scheme not in ("data", "blob", "about") and (target.scheme, target.netloc) != (
        home.scheme,
        home.netloc,
    )


def said(page: Page) -> Locator:
    """The bot's messages."""
    return page.locator("[data-testid=message][data-from=bot]")


def button(message: Locator, label: str) -> Locator:
    return message.get_by_test_id("inline-button").filter(has_text=label)


def expected(library: Library, question: str) -> str:
    [html] = answer_messages(library.ask(question))
    return parse_html(html)[0].strip()


@pytest.mark.parametrize(
    ("size", "person"), [(DESKTOP, OFFICER), (PHONE, COLLEAGUE)], ids=["on a desktop", "on a phone"]
)
async def test_the_first_minute(demo: str, library: Library, size: tuple[int, int], person: int) -> None:
    async with browsing(demo, size) as page:
        touched = size == PHONE

        async def push(target: Locator) -> None:
            await (target.tap() if touched else target.click())

        await page.goto(demo)
        for member, _ in CAST:
            await expect(page.get_by_test_id(f"person-{member.id}")).to_contain_text(member.name)
        await push(page.get_by_test_id(f"person-{person}"))
        await expect(page.get_by_test_id(f"person-{OFFICER}")).to_be_visible(visible=not touched)
        await expect(page.get_by_test_id("suggestion")).to_have_text(list(messages.SUGGESTIONS))

        await push(page.get_by_test_id("suggestion").first)
        answer = said(page).first
        await expect(answer).to_contain_text("[1]", timeout=PATIENCE)
        text = answer.get_by_test_id("message-text")
        assert await text.inner_text() == expected(library, messages.SUGGESTIONS[0])
        await expect(text.locator("strong")).to_have_count(1)

        await push(button(answer, "看[1]"))
        source = said(page).nth(1)
        await expect(source).to_contain_text(await text.locator("strong").inner_text(), timeout=PATIENCE)

        await push(button(answer, "👍"))
        await expect(page.get_by_test_id("toast")).to_have_text(messages.RATED_GOOD, timeout=PATIENCE)
        await expect(button(answer, "👍 ✓")).to_be_visible(timeout=PATIENCE)
        await expect(said(page)).to_have_count(2)

        assert await page.evaluate("document.documentElement.scrollWidth") == size[0]
        for key in await page.get_by_test_id("inline-button").all():
            box = await key.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= size[0]
            assert box["height"] >= 36
        assert "停业管家" in await page.title()


async def test_start_offers_the_same_questions_under_a_message(demo: str, library: Library) -> None:
    async with browsing(demo) as page:
        await page.goto(f"{demo}/?as={LEAD}")
        await page.get_by_test_id("start").click()
        first = said(page).first
        await expect(first.get_by_test_id("inline-button")).to_have_text(list(messages.SUGGESTIONS), timeout=PATIENCE)
        await button(first, messages.SUGGESTIONS[2]).click()
        text = said(page).nth(1).get_by_test_id("message-text")
        await expect(text).to_contain_text("[1]", timeout=PATIENCE)
        assert await text.inner_text() == expected(library, messages.SUGGESTIONS[2])


async def test_what_the_playbook_does_not_hold_is_refused_and_can_be_reported(demo: str) -> None:
    async with browsing(demo) as page:
        await page.goto(f"{demo}/?as={OFFICER}")
        await page.get_by_test_id("input").fill("食堂 <b>今天</b> 中午吃什么？")
        await page.get_by_test_id("input").press("Enter")
        refusal = said(page).last
        await expect(refusal).to_contain_text("「食堂 <b>今天</b> 中午吃什么？」", timeout=PATIENCE)
        await button(refusal, "都不是").click()
        await expect(page.get_by_test_id("toast")).to_have_text(messages.NONE_OF_THESE, timeout=PATIENCE)


async def test_a_stranger_is_turned_away(demo: str) -> None:
    async with browsing(demo) as page:
        await page.goto(f"{demo}/?as={STRANGER}")
        await page.get_by_test_id("suggestion").first.click()
        await expect(said(page).get_by_test_id("message-text")).to_have_text(
            messages.stranger(STRANGER), timeout=PATIENCE
        )
        await expect(page.get_by_test_id("inline-button")).to_have_count(0)


async def test_the_commands_of_the_bot_are_in_the_menu(demo: str) -> None:
    async with browsing(demo) as page:
        await page.goto(f"{demo}/?as={OFFICER}")
        await page.get_by_test_id("commands").click()
        offered = [*messages.COMMANDS, messages.COMMAND_JUMP]
        await expect(page.get_by_test_id("command")).to_have_count(len(offered))
        for name, description in offered:
            await expect(page.get_by_test_id("command-list")).to_contain_text(f"/{name}{description}")


async def test_a_question_that_follows_on_and_a_wish_in_free_words(demo: str) -> None:
    async with browsing(demo, PHONE) as page:
        await page.goto(f"{demo}/?as={COLLEAGUE}")
        await say(page, messages.SUGGESTIONS[1])
        await expect(said(page).last).to_contain_text("依据（手册", timeout=PATIENCE)
        await say(page, "那由谁来牵头？")
        await expect(said(page).last).to_contain_text("按「", timeout=PATIENCE)
        await say(page, "登记一家停业企业：绿源农业，养殖，环保原因")
        card = said(page).last
        await expect(card).to_contain_text("绿源农业", timeout=PATIENCE)
        await button(card, "确认").tap()
        await expect(said(page).last).to_contain_text("统一社会信用代码", timeout=PATIENCE)


async def test_a_gap_is_closed_and_who_had_asked_is_told(demo: str) -> None:
    async with browsing(demo) as page:
        await page.goto(f"{demo}/?as={OFFICER}")
        await say(page, "停业企业的锅炉停用要怎么申报？")
        await expect(said(page).last).to_contain_text("我不猜", timeout=PATIENCE)
        await page.get_by_test_id(f"person-{LEAD}").click()
        await say(page, "/gaps")
        await button(said(page).last, "锅炉").click()
        await button(said(page).last, "写一节").click()
        await expect(said(page).last).to_contain_text("第一行写标题", timeout=PATIENCE)
        await say(page, "锅炉停用申报\n停业企业停用锅炉前，应当向区市场监管局办理停用手续，并说明停用日期。")
        await button(said(page).last, "发布").click()
        await expect(said(page).last).to_contain_text("已发布", timeout=PATIENCE)
        await page.get_by_test_id(f"person-{OFFICER}").click()
        told = said(page).last
        await expect(told).to_contain_text("手册补上了", timeout=PATIENCE)
        await button(told, "看新的回答").click()
        await expect(said(page).last).to_contain_text("区市场监管局办理停用手续", timeout=PATIENCE)


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("input").fill(text)
    await page.get_by_test_id("send").click()
