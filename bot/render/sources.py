"""Own sources as HTML. Titles and texts are other people's, and are escaped wherever they stand."""

from collections.abc import Callable, Sequence
from datetime import date

from actions.calendar import local_day
from actions.sources import DISABLED, REPLACED, OwnSource
from bot.holdings import Holding
from bot.messages import sources as wording
from bot.render.text import escape
from retrieval.model import Passage

SHOWN = 8
"""Sources on a page of the list."""
PREVIEW_LINES = 4
PREVIEW_CHARACTERS = 240

Names = Callable[[int], str]


def pages_of(holdings: Sequence[Holding]) -> int:
    """How many pages the list has."""
    return -(-len(holdings) // SHOWN)


def list_text(holdings: Sequence[Holding], page: int, name: Names) -> str:
    """A page of the list."""
    if not holdings:
        return escape(wording.NONE)
    active = sum(each.active for each in holdings)
    shown = holdings[page * SHOWN : (page + 1) * SHOWN]
    lines = [
        f"{number}. {escape(each.title)}\n   <i>{escape(_about(each, name))}</i>"
        for number, each in enumerate(shown, page * SHOWN + 1)
    ]
    head = [f"<b>{wording.TITLE}</b>", wording.counts(active, len(holdings) - active)]
    return "\n".join([*head, "", *lines, "", wording.HOW])


def card_text(holding: Holding, passages: Sequence[Passage], name: Names) -> str:
    """One source, and how it begins."""
    about = f"{_about(holding, name)} · {wording.passages(len(passages))}"
    return "\n".join([f"<b>{escape(holding.title)}</b>", f"<i>{escape(about)}</i>", "", *_beginning(passages)])


def offer_text(title: str, kind: str, size: int, passages: Sequence[Passage], remark: str) -> str:
    """A file that was sent: what it would give, how it begins, and what there is of the same name."""
    marked = {passage.locator for passage in passages if passage.locator}
    pages = [wording.pages(len(marked))] if kind == "PDF" else []
    about = " · ".join([kind, wording.size(size), *pages, wording.passages(len(passages))])
    tail = [wording.WHAT_IT_DOES, *([remark] if remark else [])]
    head = [f"📎 <b>{escape(title)}</b>", f"<i>{escape(about)}</i>", ""]
    return "\n".join([*head, *_beginning(passages), "", *map(escape, tail)])


def versions_text(versions: Sequence[OwnSource], name: Names) -> str:
    """Every version, the newest first."""
    lines = [wording.old_version(each.version, name(each.by_id), _day(each), _state(each.state)) for each in versions]
    return "\n".join([f"<b>{escape(versions[0].title)}</b>", *map(escape, lines)])


def _about(holding: Holding, name: Names) -> str:
    own = holding.own
    if own is None:
        return " · ".join([wording.KINDS["document"], wording.BY_COMMAND, wording.state(holding.active)])
    who = wording.since(name(own.by_id), _day(own))
    return " · ".join([wording.KINDS[own.kind], wording.version(own.version), wording.state(own.active), who])


def _beginning(passages: Sequence[Passage]) -> list[str]:
    text = " ".join(passage.text for passage in passages[:PREVIEW_LINES])
    lines = [line.strip() for line in "\n".join(each.text for each in passages[:PREVIEW_LINES]).splitlines()]
    kept = "\n".join([line for line in lines if line][:PREVIEW_LINES])[:PREVIEW_CHARACTERS]
    if not kept:
        return [wording.NO_TEXT]
    return [f"{wording.BEGINS}{escape(kept)}{'……' if len(text) > len(kept) else ''}"]


def _state(state: str) -> str:
    return wording.REPLACED if state == REPLACED else wording.state(state != DISABLED)


def _day(source: OwnSource) -> date:
    return local_day(source.at)
