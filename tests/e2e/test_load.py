"""`python -m tools.load` for a quarter of a minute: that it drives everything it says, not how fast that is."""

import json
import subprocess
import sys
from pathlib import Path


def test_ten_officers_do_everything_and_nothing_fails(tmp_path: Path) -> None:
    output = tmp_path / "load.json"
    options = ["--officers", "10", "--minutes", "0.25", "--thinking", "1.5", "--output", output]
    done = subprocess.run([sys.executable, "-m", "tools.load", *options], check=True, capture_output=True, text=True)
    outcome = json.loads(output.read_text("utf-8"))
    assert outcome["wrong"] == []
    assert all(times["acts"] > 0 and times["errors"] == 0 for times in outcome["kinds"].values())
    assert outcome["kinds"].keys() == {"press", "question", "written"}
    assert outcome["acts"].keys() >= {"ask", "/cases", "/new", "go", "choose", "answer"}
    assert sum(outcome["acts"].values()) == sum(times["acts"] for times in outcome["kinds"].values())
    assert all(megabytes > 50 for megabytes in outcome["megabytes"])
    assert "growth: " in done.stdout
