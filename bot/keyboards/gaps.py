"""The buttons of /gaps. A group is known by the newest of its questions, and made anew when a button is pressed.

gaps:PAGE                 the list                   gap:QUESTION         one group
ask:section:QUESTION      write a section for it     mark:QUESTION        which source answers?
mark:QUESTION:SOURCE      look at one                mark:QUESTION:SOURCE:yes   that one
ask:answered_by:QUESTION  look for another           aside:QUESTION       no matter of the playbook's
takeback:QUESTION         open it again              again:QUESTION       whoever had asked: ask again
draft:DRAFT:PILLAR        under another pillar       draft:DRAFT:publish|rewrite|drop
A source is known by the beginning of its id's SHA-256: documents go by their paths.
"""

import hashlib
from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from actions.drafts import Draft
from actions.gaps import Settled
from actions.prompts import Wanted
from bot import messages
from bot.gap_groups import Group
from bot.keyboards.buttons import button, rows, ticked
from bot.messages import gaps as wording
from playbook.model import Pillar
from retrieval.model import Hit

LISTED = 6
"""Groups on a page."""
HASH = 12


def source_mark(source_id: str) -> str:
    """What a source is called in a button."""
    return hashlib.sha256(source_id.encode("utf-8", "surrogateescape")).hexdigest()[:HASH]


def list_keyboard(
    groups: Sequence[Group], page: int, pages: int, last: Sequence[tuple[Settled, str]] = ()
) -> InlineKeyboardMarkup | None:
    """Opens each of a page's groups; what was settled last can be looked at."""
    opens = [
        [button(f"{number}. {group.typical.text}", "gap", group.id)]
        for number, group in enumerate(groups, page * LISTED + 1)
    ]
    turns = [
        button(label, "gaps", to)
        for label, to in ((messages.BUTTON_PREVIOUS, page - 1), (messages.BUTTON_NEXT, page + 1))
        if 0 <= to < pages
    ]
    undo = [[button(f"{wording.BUTTON_TAKE_BACK}：{text}", "gap", each.question_id)] for each, text in last]
    keyboard = rows(*opens, turns, *undo)
    return keyboard if keyboard.inline_keyboard else None


def group_keyboard(question_id: int) -> InlineKeyboardMarkup:
    """What can be done about a group."""
    return rows(
        [
            button(wording.BUTTON_WRITE, "ask", Wanted.SECTION, question_id),
            button(wording.BUTTON_MARK, "mark", question_id),
        ],
        [button(wording.BUTTON_ASIDE, "aside", question_id), _to_list()],
    )


def candidates_keyboard(question_id: int, hits: Sequence[Hit]) -> InlineKeyboardMarkup:
    """Which source answers."""
    each = [[button(hit.passage.title, "mark", question_id, source_mark(hit.passage.source_id))] for hit in hits]
    seek = button(wording.BUTTON_SEEK, "ask", Wanted.ANSWERED_BY, question_id)
    return rows(*each, [seek, button(wording.BUTTON_BACK, "gap", question_id)])


def candidate_keyboard(question_id: int, source_id: str) -> InlineKeyboardMarkup:
    """Under a source that may be the one."""
    yes = button(wording.BUTTON_IT_IS, "mark", question_id, source_mark(source_id), "yes")
    return rows([yes, button(wording.BUTTON_OTHER, "mark", question_id)])


def settled_keyboard(question_id: int, *, undo: bool) -> InlineKeyboardMarkup:
    """Under what was done; `undo`: it can be taken back."""
    back = [button(wording.BUTTON_TAKE_BACK, "takeback", question_id)] if undo else []
    return rows([*back, _to_list()])


def draft_keyboard(draft: Draft) -> InlineKeyboardMarkup:
    """Under a section that is to be published."""
    pillars = [
        button(ticked(pillar.label, pillar == draft.pillar), "draft", draft.id, pillar.value) for pillar in Pillar
    ]
    return rows(
        pillars[:3],
        pillars[3:],
        [
            button(wording.BUTTON_PUBLISH, "draft", draft.id, "publish"),
            button(wording.BUTTON_REWRITE, "draft", draft.id, "rewrite"),
            button(wording.BUTTON_DROP, "draft", draft.id, "drop"),
        ],
    )


def again_keyboard(question_id: int) -> InlineKeyboardMarkup:
    """For whoever had asked."""
    return rows([button(wording.BUTTON_AGAIN, "again", question_id)])


def _to_list() -> InlineKeyboardButton:
    return button(wording.BUTTON_LIST, "gaps", 0)
