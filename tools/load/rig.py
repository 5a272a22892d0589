"""What is under load: the sandbox and the bot, processes of their own over a data directory with everybody's papers."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from actions.errors import CaseLogUnavailable
from actions.store import prove_log
from bot import messages
from bot.messages import command_line
from tools.load.desks import fill
from tools.load.sandbox import TOKEN, people

STOPPING = 30.0
"""Seconds that the bot may take to end."""
WRONG = re.compile(r" (?:ERROR|CRITICAL) ")


class Rig:
    """The two processes, the bot listening."""

    def __init__(self, folder: Path, officers: int, stack: ExitStack) -> None:
        self._log, self._stderr = folder / "case-log.db", folder / "stderr"
        self._environment = {**os.environ, "CLOSURE_BOT_DATA_DIR": str(folder), "TELEGRAM_BOT_TOKEN": TOKEN}
        self._stack = stack
        everybody = people(officers)
        fill(self._log, everybody)
        self.officers = [person.id for person in everybody]
        with self._start("bot", "ask", messages.SUGGESTIONS[0]) as indexing:
            indexing.communicate()
        self._sandbox = self._start("tools.load.sandbox", str(officers))
        self.address = self._environment["TELEGRAM_API_BASE_URL"] = _line(self._sandbox)
        self._bot = self._start("bot", "run")
        if _line(self._bot) != command_line.RUNNING:
            raise RuntimeError(self._stderr.read_text("utf-8"))

    def _start(self, module: str, *arguments: str) -> "subprocess.Popen[str]":
        with self._stderr.open("ab") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    @property
    def megabytes(self) -> float:
        """The bot's resident memory now; RuntimeError with what it has logged where it has ended."""
        if self._bot.poll() is not None:
            raise RuntimeError(self._stderr.read_text("utf-8"))
        status = Path(f"/proc/{self._bot.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024

    def end(self) -> list[str]:
        """Stops the bot and tells everything that should not have been, a line each."""
        refused = httpx.get(f"{self.address}/sandbox/faults", trust_env=False).json()["counts"]
        found = [f"{count} calls met {kind} at the sandbox" for kind, count in refused.items()]
        if self._bot.poll() is not None:
            found.append("the bot has ended by itself")
        self._bot.terminate()
        if code := self._bot.wait(STOPPING):
            found.append(f"the bot has ended with {code}")
        found += filter(WRONG.search, self._stderr.read_text("utf-8").splitlines())
        try:
            broken = prove_log(self._log).broken_at
        except CaseLogUnavailable as error:
            return [*found, str(error)]
        return [*found, f"the record is broken at event {broken}"] if broken else found


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def rig(officers: int) -> Iterator[Rig]:
    """Everything up and running, and gone in the end."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        yield Rig(Path(folder), officers, stack)
