"""`make picture`: starts the demo, asks two questions in a real browser, and keeps what it shows as `docs/chat.png`."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from bot import messages

PICTURE = Path(__file__).parent.parent / "docs" / "chat.png"
BROWSER_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main() -> None:
    """Takes the picture; needs `chromium` on PATH."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--data-dir", folder]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert demo.stdout is not None
        try:
            address = next(found[0] for line in demo.stdout if (found := re.search(r"http://\S+", line)))
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER_OPTIONS)
                page = chromium.new_page(viewport={"width": 1180, "height": 1010}, device_scale_factor=2)
                _talk(page, address)
                PICTURE.parent.mkdir(exist_ok=True)
                page.screenshot(path=PICTURE)
                chromium.close()
        finally:
            demo.terminate()
            demo.wait()


def _talk(page: Page, address: str) -> None:
    page.goto(f"{address}/?as=1001")
    for question in (messages.SUGGESTIONS[1], "外资企业设立登记要哪些材料？"):
        answers = page.get_by_test_id("message").count()
        page.get_by_test_id("input").fill(question)
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("message")).to_have_count(answers + 2)
    page.get_by_test_id("inline-button").filter(has_text=messages.BUTTON_GOOD).first.click()
    expect(page.get_by_test_id("inline-button").filter(has_text="✓")).to_have_count(1)
    expect(page.get_by_test_id("toast")).to_be_hidden()  # it covers what it praises


if __name__ == "__main__":
    main()
