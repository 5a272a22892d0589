"""What a run has done, and what came of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tools.fuzz.findings import Findings, Sort
from tools.fuzz.watch import Event

UPDATES, MALFORMED, PRESSES, REFUSED = "updates", "malformed", "presses", "refused"
BY_OTHERS = "presses by those who may not, refused"
TOLD = "told why, with a number"
"""Errors made for people that came as far as the error handler."""
COUNTED = (UPDATES, MALFORMED, PRESSES, REFUSED, BY_OTHERS, TOLD)


@dataclass(slots=True)
class Report:
    """Of all rounds."""

    done: Counter[str] = field(default_factory=Counter)
    verbs: Counter[str] = field(default_factory=Counter)
    findings: Findings = field(default_factory=Findings)

    def count(self, events: Iterable[Event], *, pressed: bool) -> None:
        """Counts what an update has been recorded as."""
        verbs = [event.verb for event in events]
        self.verbs.update(verbs)
        self.done[REFUSED] += "refuse" in verbs
        self.done[BY_OTHERS] += pressed and "refuse" in verbs

    def figures(self) -> dict[str, Any]:
        """By name: what was done, how often each thing was done to the log, what was found."""
        return {
            **{name: self.done[name] for name in COUNTED},
            "recorded": dict(self.verbs.most_common()),
            **{sort.value: self.findings.count(sort) for sort in Sort},
        }
