"""Button data that the bot has never shown, and commands as nobody would write them: every verb, odd arguments."""

from collections.abc import Mapping, Sequence
from random import Random

from bot.acts import BUTTONS, COMMANDS
from tests.bot.mute import BOT

SHAPES: Mapping[str, str] = {
    "try": "number",
    "case": "source number",
    "source": "question number",
    "page": "question number number",
    "similar": "question",
    "rate": "question number",
    "none": "question",
    "join": "question number case",
    "walk": "step act word number",
    "edit": "case word number",
    "list": "scope case",
    "find": "case word",
    "part": "case part number",
    "file": "file",
    "task": "task",
    "tell": "contact word number",
    "untell": "contact",
    "visited": "task",
    "unreached": "task",
    "follow": "case word",
    "snooze": "task number number",
    "due": "when scope number",
    "agenda": "number",
    "pass": "case person",
    "take": "handover",
    "deputy": "person day day",
    "hour": "number",
    "digest": "switch",
    "officers": "",
    "drop": "",
    "person": "person",
    "role": "person post",
    "remove": "person switch",
    "invite": "post",
    "do:finish": "task",
    "do:reopen": "task",
    "ask:evidence": "task",
    "ask:remark": "task",
    "ask:reason": "task",
    "ask:date": "task",
    "ask:title": "task",
    "ask:decline": "handover",
    "ask:person": "post",
    "ask:source": "key",
    "sources": "number",
    "own": "key does number",
    "offer": "number does",
    "again": "question",
    "agree": "proposal",
    "decline": "proposal",
    "choose": "proposal case",
    "gaps": "number",
    "gap": "question",
    "mark": "question mark word",
    "aside": "question",
    "takeback": "question",
    "ask:section": "question",
    "ask:answered_by": "question",
    "draft": "number draft",
}
"""What the arguments of a verb name; of any that is not here, a case."""
WORDS: Mapping[str, Sequence[str]] = {
    "source": ("revisit-mechanism", "full-archive", "law-personal-data", "no-such", "x" * 50),
    "act": (
        "skip", "pick", "chosen", "yes", "today", "day", "back", "keep", "go", "another", "pause", "cancel", "giveup",
        "save", "ok", "drop", "edit", "why", "like", "page", "month", "nosuch",
    ),
    "word": (
        "company", "phone", "contact", "owner", "needs", "mood", "visit-children", "2026-03", "9999-12", "now", "蟹田",
        "🏭" * 12,
    ),
    "scope": ("mine", "all", "drafts", "archived"),
    "part": ("tasks", "answers", "timeline", "papers", "history"),
    "when": ("today", "overdue", "week"),
    "key": ("0123456789ab", "KEY", "4179add01893", "04fbd737797c"),
    "does": ("text", "on", "off", "old", "file", "add", "swap", "no"),
    "switch": ("on", "off", "yes"),
    "mark": ("0123456789ab", "e3b0c44298fc", "ZZZ"),
    "draft": ("publish", "rewrite", "drop", "policy", "ecology", "nosuch"),
    "post": ("officer", "lead", "admin", "both"),
    "day": ("20260301", "20260705", "20991231", "00010101", "99991231", "20260230", "99999999", "２０２６０７０１"),
}  # fmt: skip
ODD = (
    "", "-1", "-", "0", "9999", "999999999999999999", "9223372036854775808", "1" * 40, "١٢", "２", "1.5", "ok", "\n",
    "1\n", "CM-2026-9999", "CM-9999-999999999", "CM-0000-0", "cm-2026-0001", "CM-２０２６-0001", "'; --", "x", "🏭",
    "2026-13", "9999-12",
)  # fmt: skip
NUMBERS = (0, 1, 2, 3, 7, 12, 20, 99, 9999)
SEPARATORS = (*(" ",) * 8, "\n", "\t", "  ", "\u00a0", "\u3000", "，", "。", "：", ":", "-", ".", " -- ", " \n")
"""What stands between a command and what it is about: a full stop ends a command for Telegram as well as a space."""
NAMES = (*COMMANDS, "cases", "officers", "forget", "history", "CASE", "Officers", "nosuch", "settings", "case_")


class Known:
    """What there is by now, by what an argument names: ids of the log's."""

    def __init__(self) -> None:
        self.ids: dict[str, list[str]] = {}

    def argument(self, name: str, dice: Random) -> str:
        """Something of that name: that is there, that might be, or that cannot."""
        chance = dice.random()
        if chance < 0.15:
            return dice.choice(ODD)
        if name in WORDS:
            return dice.choice(WORDS[name])
        if chance < 0.85 and self.ids.get(name):
            return dice.choice(self.ids[name])
        return str(dice.choice(NUMBERS))


def data(dice: Random, known: Known) -> str:
    """What a button might carry: mostly as many arguments as its verb has, sometimes fewer or more."""
    verb = dice.choice(tuple(BUTTONS))
    names = SHAPES.get(verb, "case").split()
    many = len(names) if dice.random() < 0.6 else dice.randint(0, len(names) + 1)
    arguments = [known.argument((names[at:] or ["number"])[0], dice) for at in range(many)]
    return ":".join([verb, *arguments])


def command(dice: Random, known: Known, text: str) -> str:
    """A command with something behind it."""
    name, chance = dice.choice(NAMES), dice.random()
    to = f"@{BOT['username']}" if chance < 0.15 else "@another_bot" if chance < 0.2 else ""
    argument = dice.choice((known.argument("case", dice), known.argument("day", dice), text, "", text[:40]))
    more = f" {dice.choice(('7月5日', text[:10], 'CM-2026-0002'))}" if dice.random() < 0.2 else ""
    return f"/{name}{to}{dice.choice(SEPARATORS)}{argument}{more}"
