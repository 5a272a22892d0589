"""Faults that a test switches on: the ways in which the real Bot API and the network fail a bot.

Each fault strikes a share of the calls it applies to, by a seeded dice of its own, so that a run can be repeated;
`counts` tells how often each did. Over HTTP: `POST /sandbox/faults` with ``{"set": {"drop_after": {"share": 0.1}}}``,
``{"clear": ["drop_after"]}`` or ``{"clear": "all"}``, ``{"seed": 7}``, ``{"enforce_limits": true}``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from bot.sandbox.limits import SendLimits

KINDS = {
    "rate_limited": "429 with `retry_after`",
    "server_error": "502 with an HTML body, as a proxy in front of the API gives it",
    "drop_before": "the connection is closed and nothing is done",
    "drop_after": "the call is done, then the connection is closed without an answer",
    "duplicate_updates": "an update is delivered once more under the same id in a later poll",
    "unauthorized": "401, for getUpdates unless `methods` says otherwise",
    "blocked_by": "403 for the chats in `chats`, as if these people had blocked the bot",
    "delay": "the answer comes `seconds` later",
}


@dataclass(frozen=True)
class Fault:
    """How one fault strikes: a `share` of the calls of `methods` (None: all of them), at most `limit` times."""

    share: float = 1.0
    methods: frozenset[str] | None = None
    limit: int | None = None
    retry_after: int = 1
    seconds: float = 0.0
    chats: frozenset[int] = frozenset()


class Faults:
    """The faults that are switched on, and how often each has struck (`counts`)."""

    def __init__(self, seed: int = 0) -> None:
        self.active: dict[str, Fault] = {}
        self.counts: Counter[str] = Counter()
        self.enforce_limits = False
        self.send_limits = SendLimits()
        self._left: dict[str, int] = {}
        self._dice: dict[str, Random] = {}
        self.seed(seed)

    def set(
        self,
        kind: str,
        *,
        share: float = 1.0,
        methods: Iterable[str] | None = None,
        limit: int | None = None,
        retry_after: int = 1,
        seconds: float = 0.0,
        chats: Iterable[int] = (),
    ) -> None:
        """Switches a fault on, in place of what was set for it before. ValueError for a kind that does not exist."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(KINDS)}")
        if methods is None and kind == "unauthorized":
            methods = ("getUpdates",)
        chosen = None if methods is None else frozenset(methods)
        self.active[kind] = Fault(share, chosen, limit, retry_after, seconds, frozenset(chats))
        self._left.pop(kind, None)
        if limit is not None:
            self._left[kind] = limit

    def clear(self, *kinds: str) -> None:
        """Switches faults off; without a name all of them. The counts stay."""
        for kind in kinds or tuple(self.active):
            self.active.pop(kind, None)

    def seed(self, seed: int) -> None:
        """Starts the dice anew. Each fault has its own, so one fault does not change when another strikes."""
        self._dice = {kind: Random(f"{seed}:{kind}") for kind in KINDS}

    def strikes(self, kind: str, method: str, chat_id: int | None = None) -> Fault | None:
        """The fault if it strikes this call, which then counts; else None."""
        fault = self.active.get(kind)
        if fault is None or self._left.get(kind) == 0:
            return None
        if fault.methods is not None and method not in fault.methods:
            return None
        if kind == "blocked_by" and chat_id not in fault.chats:
            return None
        if self._dice[kind].random() >= fault.share:
            return None
        self.counts[kind] += 1
        if kind in self._left:
            self._left[kind] -= 1
        return fault

    def apply(self, wishes: Mapping[str, Any]) -> None:
        """What a POST to /sandbox/faults asks for. ValueError or TypeError where it cannot be understood."""
        if "seed" in wishes:
            self.seed(int(wishes["seed"]))
        if "enforce_limits" in wishes:
            self.enforce_limits = bool(wishes["enforce_limits"])
        cleared = wishes.get("clear", [])
        if cleared == "all":
            self.clear()
        elif cleared:
            self.clear(*cleared)
        for kind, options in wishes.get("set", {}).items():
            self.set(kind, **options)

    def report(self) -> dict[str, Any]:
        """What is on and what has struck, as JSON."""
        active = {kind: _plain(fault) for kind, fault in self.active.items()}
        return {"active": active, "counts": dict(self.counts), "enforce_limits": self.enforce_limits}


def _plain(fault: Fault) -> dict[str, Any]:
    options = asdict(fault)
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in options.items()}
