"""closure-bot in a process of its own, as an administrator runs it."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

CLOSURE_BOT = Path(sys.executable).with_name("closure-bot")


class Process:
    """A running command. What it prints goes to files, so that it never waits for a reader."""

    def __init__(self, place: Path, *arguments: object, **environment: str) -> None:
        """`place` is where its output is kept; `environment` is added to what a clean shell has."""
        place.mkdir(parents=True, exist_ok=True)
        self._stdout, self._stderr = place / "stdout", place / "stderr"
        ours = ("CLOSURE_BOT_", "TELEGRAM_")
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(ours) and not name.lower().endswith("_proxy")
        }
        with self._stdout.open("ab") as stdout, self._stderr.open("ab") as stderr:
            self._popen = subprocess.Popen(
                [CLOSURE_BOT, *map(str, arguments)], env=inherited | environment, stdout=stdout, stderr=stderr
            )

    @property
    def stdout(self) -> str:
        """What it has printed so far."""
        return self._stdout.read_text("utf-8")

    @property
    def stderr(self) -> str:
        """What it has logged so far."""
        return self._stderr.read_text("utf-8")

    @property
    def ended(self) -> bool:
        """Whether it has ended, by itself or not."""
        return self._popen.poll() is not None

    @property
    def peak_megabytes(self) -> float:
        """The most memory that it has held at once, as Linux counts it."""
        status = Path(f"/proc/{self._popen.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024

    def prints(self, pattern: str, seconds: float) -> re.Match[str]:
        """Waits until it has printed something of that form; TimeoutError, with what it has said, where it does not."""
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.stdout)):
            if self.ended or time.monotonic() > deadline:
                raise TimeoutError(f"{pattern!r} in {self.stdout!r}, {self.stderr!r}")
            time.sleep(0.05)
        return found

    async def send(self, number: signal.Signals, seconds: float = 10.0) -> int:
        """Sends a signal and gives the exit code; TimeoutExpired where it does not end within `seconds`."""
        self._popen.send_signal(number)
        return await asyncio.to_thread(self._popen.wait, seconds)

    def end(self) -> None:
        """Ends it whatever its state."""
        self._popen.kill()
        self._popen.wait(10)
