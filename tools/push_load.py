"""Ten thousand notifications due at once, through a failing Bot API and kill -9: what is lost, doubled, too fast, slow.

The real process (`closure-bot push --once`, started again after each kill) over HTTP against the sandbox. Every message
names its company, so that each is recognised. A message that came twice is explained where the answer to its first copy
was cut off, or the first copy was taken in the last second before a kill: nobody can tell these from lost ones.
"""

import os
import subprocess
import sys
import time
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from actions.officers import Officers
from actions.reminders import day_in_force
from actions.store import CaseLog
from bot.sandbox.model import Person, StoredMessage
from bot.sandbox.server import create_app, serve
from bot.sandbox.world import World

FAULTS = {"rate_limited": 0.05, "server_error": 0.02, "drop_before": 0.02, "drop_after": 0.02}
PER_SECOND = 30
IN_FLIGHT = 1.5
"""Seconds before a kill in which a message may have been taken without the process having noted it."""
_SEQUENCE = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) "


@dataclass(frozen=True)
class Outcome:
    """What came of it. `slower` is the time taken by what the limit alone asks for."""

    due: int
    sent: int
    lost: int
    doubled: int
    explained: int
    fastest_second: int
    fastest_chat: int
    slower: float
    kills: int

    @property
    def unexplained(self) -> int:
        """Messages that came twice without a reason."""
        return self.doubled - self.explained


def run(data_dir: Path, *, officers: int, visits: int, kills: int, seed: int = 7) -> Outcome:
    """`visits` that are due for each officer."""
    people = [Person(1000 + number, f"专员{number}") for number in range(officers)]
    app = create_app(people, token="1:sandbox", group_title=None)
    app.state.faults.seed(seed)
    for kind, share in FAULTS.items():
        app.state.faults.set(kind, share=share, methods=["sendMessage"])
    log = CaseLog(data_dir / "case-log.db")
    fill(log, people, visits)
    due = officers * visits
    with serve(app) as address:
        started, killed = time.time(), list[float]()
        deadline = started + 10 * due / PER_SECOND + 60 + 15 * kills
        while time.time() < deadline:
            process = _start(data_dir, address)
            goal = due * (len(killed) + 1) // (kills + 1) if len(killed) < kills else None
            while process.poll() is None and (goal is None or len(app.state.world.sends) < goal):
                time.sleep(0.02)
            if goal is None:
                if not left(log):
                    break
                time.sleep(0.5)  # some were put off: the next round is a minute's in `run`, here at once
                continue
            process.kill()
            process.wait()
            killed.append(time.time())
        elapsed = time.time() - started
    outcome = _outcome(app.state.world, log, due, killed, elapsed)
    log.close()
    return outcome


def _start(data_dir: Path, address: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "CLOSURE_BOT_DATA_DIR": str(data_dir),
        "TELEGRAM_BOT_TOKEN": "1:sandbox",
        "TELEGRAM_API_BASE_URL": address,
    }
    command = [sys.executable, "-m", "bot", "push", "--once"]
    with (data_dir / "push.log").open("ab") as output:
        return subprocess.Popen(command, env=environment, stdout=output, stderr=output)


def fill(log: CaseLog, people: list[Person], visits: int) -> None:
    """A company for each visit, named by its number, and its visit due on the day that is in force.

    Without overviews: whether there are any depends on the hour, and what is counted must not.
    """
    now = datetime.now(UTC)
    for person in people:
        Officers(log).add(person.id, person.name, by=None, now=now)
    day, count = day_in_force(now, 9).isoformat(), len(people) * visits
    with log.transaction() as db:
        db.execute("update officers set digest = 0")
        db.execute(
            _SEQUENCE + "insert into cases (id, company, officer_id, status, opened_on, closure_date)"
            " select printf('CM-2026-%05d', i), printf('第%05d号企业', i), 1000 + (i - 1) / ?, 'follow_up',"
            " '2026-01-05', '2026-01-05' from n",
            [count, visits],
        )
        db.execute(
            _SEQUENCE + "insert into tasks (case_id, pillar, kind, title, due_on, status, assignee_id)"
            " select printf('CM-2026-%05d', i), 'relationship', 'revisit', '回访', ?, 'open', 1000 + (i - 1) / ?"
            " from n",
            [count, day, visits],
        )


def left(log: CaseLog) -> bool:
    """Whether anything is still to be sent."""
    sql = "select 1 from notifications where sent_at is null and ended is null and within is null limit 1"
    return log.row(sql) is not None


def _outcome(world: World, log: CaseLog, due: int, killed: list[float], elapsed: float) -> Outcome:
    copies: defaultdict[tuple[int, str], list[StoredMessage]] = defaultdict(list)
    for chat_id, messages in world.messages.items():
        for message in messages.values():
            copies[chat_id, message.text.partition("\n")[0]].append(message)
    at = {(send.chat_id, send.message_id): send.at for send in world.sends}
    doubled = explained = 0
    for (chat_id, _), same in copies.items():
        for message in same[:-1]:
            key = chat_id, message.id
            doubled += 1
            explained += key in world.unanswered or any(0 <= kill - at[key] < IN_FLIGHT for kill in killed)
    moments = [send.at for send in world.sends]
    by_chat: defaultdict[int, list[float]] = defaultdict(list)
    for send in world.sends:
        by_chat[send.chat_id].append(send.at)
    return Outcome(
        due=due,
        sent=len(moments),
        lost=due - len(copies),
        doubled=doubled,
        explained=explained,
        fastest_second=_fastest(moments),
        fastest_chat=max(map(_fastest, by_chat.values())),
        slower=elapsed / (due / PER_SECOND),
        kills=len(killed),
    )


def _fastest(moments: list[float]) -> int:
    """The most messages in any one second."""
    return max(number + 1 - bisect_left(moments, moment - 1.0) for number, moment in enumerate(moments))
