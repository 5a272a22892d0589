"""The clock that people set forward: by the page's control, and what becomes of messages and presses meanwhile."""

from datetime import datetime

import httpx
import pytest
from playwright.async_api import Page, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox import people
from bot.sandbox.clock import ZONE, Clock
from bot.sandbox.world import World
from tests.bot.sandbox.conftest import WANG
from tests.bot.sandbox.test_sandbox_page import page as page

DAY = 86400.0
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("看", callback_data="see:1")]])


def test_it_goes_on_from_where_it_was_moved_to_and_never_back() -> None:
    clock = Clock()
    before = clock()
    assert before + DAY <= clock.move(DAY) <= clock() < before + DAY + 60
    with pytest.raises(ValueError, match="cannot be moved"):
        clock.move(-1)
    with pytest.raises(ValueError, match="cannot be moved"):
        clock.move(11 * 366 * DAY)
    assert clock() < before + 2 * DAY


def test_a_moment_without_a_zone_is_one_in_shanghai() -> None:
    clock = Clock()
    tomorrow = datetime.fromtimestamp(clock() + DAY, ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
    assert clock.move_to(tomorrow.replace(tzinfo=None)) == pytest.approx(tomorrow.timestamp(), abs=1)


async def test_the_page_moves_it(address: str, world: World) -> None:
    before = world.clock()
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        moved = await http.post("/sandbox/clock", json={"days": 7, "hours": 1})
        assert moved.json()["now"] == pytest.approx(before + 7 * DAY + 3600, abs=5)
        back = await http.post("/sandbox/clock", json={"until": "2020-01-01T09:00"})
        assert (back.status_code, back.json()) == (409, {"error": "clock_back"})
        assert (await http.post("/sandbox/clock", json={"days": "morgen"})).status_code in (400, 409)
    assert world.journal.changes[-1].kind == "clock"


async def test_messages_bear_its_date_and_presses_outlive_a_jump(bot: Bot, world: World) -> None:
    sent = await bot.send_message(WANG, "看看", reply_markup=KEYS)
    query_id = people.press(world, WANG, sent.message_id, "see:1")
    assert isinstance(world.clock, Clock)
    world.clock.move(30 * DAY)
    assert await bot.answer_callback_query(query_id)
    later = await bot.send_message(WANG, "一个月后")
    assert (later.date - sent.date).days == 30


@pytest.mark.browser
async def test_people_move_it_on_the_page(page: Page, address: str, world: World) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{address}/?as={WANG}")
    await page.get_by_test_id("clock-toggle").click()
    await page.get_by_test_id("clock-morning").click()
    await expect(page.get_by_test_id("clock")).to_contain_text("09:0")
    shown = datetime.fromtimestamp(world.clock(), ZONE)
    assert (shown.hour, shown.minute) == (9, 0)
    before = world.clock()
    await page.get_by_test_id("clock-toggle").click()
    await page.get_by_test_id("clock-month").click()
    month_later = datetime.fromtimestamp(before + 30 * DAY, ZONE)
    await expect(page.get_by_test_id("clock")).to_contain_text(f"{month_later.month}/{month_later.day}")
