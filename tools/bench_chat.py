"""What a chat model makes of answers: the project's own questions, quoted and in the model's words, side by side.

Run with `make bench` where CLOSURE_BOT_CHAT_MODEL is set. CHAT_PRICE, two numbers with a comma between, is what a
million tokens cost, read and written; without it no cost is told.
"""

import asyncio
import os
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.settings import Settings
from retrieval.chat import ChatModelFailed, ChatSettings
from retrieval.library import Library
from retrieval.model import Answer
from retrieval.rewording import ANSWER_SECONDS, Reworded, Rewording, rewording

PER = 1_000_000


class Asked(Protocol):
    """A question of the set; `gold` are expressions, none where the playbook has no answer."""

    @property
    def text(self) -> str:
        """What is asked."""

    @property
    def gold(self) -> Sequence[re.Pattern[str]]:
        """What must be said."""


@dataclass(frozen=True)
class Trial:
    """A question, its quoted answer, and what the model made of it; `failed` where the model gave nothing at all."""

    question: Asked
    quoted: Answer
    reworded: Reworded | None = None
    failed: bool = False


def chat_figures(library: Library, questions: Sequence[Asked]) -> dict[str, float | str] | None:
    """The comparison under the configured model; None where there is none."""
    chat = Settings.load().chat
    if chat is None:
        return None
    return {"model": chat.model, **asyncio.run(compared(library, chat, questions, os.environ.get("CHAT_PRICE", "")))}


async def compared(
    library: Library, chat: ChatSettings, questions: Sequence[Asked], price: str = ""
) -> dict[str, float]:
    """Shares, seconds, tokens for an answer; see `figures`."""
    model = rewording(replace(chat, counts=True), library.embed)
    assert model is not None
    trials = [await _trial(library, model, question) for question in questions]
    return figures(trials, price)


async def _trial(library: Library, model: Rewording, question: Asked) -> Trial:
    quoted = library.ask(question.text)
    if quoted.refused:
        return Trial(question, quoted)
    try:
        return Trial(question, quoted, await model.reworded(quoted, within=ANSWER_SECONDS))
    except ChatModelFailed:
        return Trial(question, quoted, failed=True)


def figures(trials: Sequence[Trial], price: str = "") -> dict[str, float]:
    """Supported sentences, what is asked for said, refusals; seconds, tokens and cost of an answer."""
    inside = [trial for trial in trials if trial.question.gold and not trial.quoted.refused]
    outside = [trial for trial in trials if not trial.question.gold]
    worded = [trial.reworded for trial in trials if trial.reworded]
    shown = [(trial.question, trial.reworded.answer if trial.reworded else trial.quoted) for trial in inside]
    kept = sum(len(each.answer.statements) for each in worded)
    found = {
        "answered in the model's words": len(worded) / max(1, sum(not trial.quoted.refused for trial in trials)),
        "model failed": _share(trial.failed for trial in trials),
        "sentences supported": kept / max(1, kept + sum(len(each.cut) for each in worded)),
        "what is asked for is said: quoted": _share(_said(trial.question, trial.quoted) for trial in inside),
        "what is asked for is said: in the model's words": _share(_said(*each) for each in shown),
        "outside refused": _share(trial.quoted.refused for trial in outside),
        "seconds": statistics.median(each.spoken.seconds for each in worded) if worded else 0.0,
        "tokens read": statistics.mean(each.spoken.tokens_in for each in worded) if worded else 0.0,
        "tokens written": statistics.mean(each.spoken.tokens_out for each in worded) if worded else 0.0,
    }
    if price:
        read, written = map(float, price.split(","))
        found["cost of a thousand answers"] = (
            1000 * (found["tokens read"] * read + found["tokens written"] * written) / PER
        )
    return found


def _said(question: Asked, answer: Answer) -> bool:
    """Whether all that the question asks for stands in the answer's own sentences, under the title of its source."""
    text = "\n".join([answer.citations[0].passage.title, *(each.text for each in answer.statements or answer.quotes)])
    return all(pattern.search(text) for pattern in question.gold)


def _share(truths: Iterable[bool]) -> float:
    known = list(truths)
    return sum(known) / len(known) if known else 0.0
