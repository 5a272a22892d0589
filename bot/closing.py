"""Closing a gap: what was settled goes into the library at once, and it is seen whether that has helped."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from actions.calendar import local_day
from actions.drafts import Draft
from actions.gaps import Gaps, How
from actions.source_errors import SourcesUnwritable
from bot.messages import gaps as wording
from bot.services import Services
from playbook.front_matter import file_text
from playbook.learned import write_learned
from playbook.loader import Problem, read_playbook
from playbook.masking import without_contacts
from playbook.model import Pillar, Section
from playbook.written import Frame, read_section

DRAFT = Path("draft")
UNPUBLISHED = "own-draft"
"""The id of a section while it has none."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What was done: the source that answers now, for which question, how many askers are told."""

    source_id: str
    title: str
    question: str
    told: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a question is answered as was meant; else what comes first, empty where it is refused."""

    right: bool
    first: str


class Closing:
    """Blocks; called aside. Each method may be called again after a crash, and does what was left undone."""

    def __init__(self, services: Services) -> None:
        self._at = services

    def read(self, said: str, question_ids: Sequence[int], pillar: Pillar) -> tuple[Section | None, list[Problem]]:
        """What a lead wrote for these questions as a section, or what is to be mended in it."""
        said = said.strip()
        lines = said.split("\n")
        contacts = [n for n, line in enumerate(lines, 1) if without_contacts(line) != line]
        frame = self._frame(question_ids, pillar, wording.TITLE)
        section, problems = read_section(said, frame, self._known(), DRAFT)
        problems += [Problem(DRAFT, line, wording.CONTACT) for line in contacts]
        return (None if contacts else section), sorted(problems)

    def publish(self, draft: Draft, by: int) -> Closed | list[Problem]:
        """Publishes a draft as a source, and settles its questions; problems where the playbook has moved on since."""
        now = self._at.now()
        said_by = wording.source(self._at.officers.name(draft.officer_id), local_day(draft.at))
        frame = self._frame(draft.questions, Pillar(draft.pillar), said_by)
        section, problems = read_section(draft.said, frame, self._known(), DRAFT)
        if section is None:
            return problems
        source_id = self._at.drafts.publishing(draft.id, by=by, now=now)
        section = section.model_copy(update={"id": source_id})
        if self._at.sources.current(source_id) is None:  # else it is there, and perhaps replaced since
            data = file_text(section).encode()
            self._at.sources.put(source_id, "section", section.title, data, ".md", by=by, now=now)
        told = self._settle(draft.questions, How.WRITTEN, source_id, section.title, by)
        return Closed(source_id, section.title, self._question(draft.questions), told)

    def mark(self, question_ids: Sequence[int], source_id: str, by: int) -> Closed:
        """A source is the one that answers these questions."""
        title = self._at.library.source(source_id)[0].title
        told = self._settle(question_ids, How.MARKED, source_id, title, by)
        return Closed(source_id, title, self._question(question_ids), told)

    def take_back(self, question_id: int, by: int) -> list[int]:
        """What was settled together with a question is open again; `take_up` has it forgotten."""
        return self._at.gaps.take_back(question_id, by=by, now=self._at.now())

    def take_up(self) -> bool:
        """Hands to the library what was learnt and published; False where another process is indexing just now."""
        write_down(self._at.gaps, self._at.learned)
        return self._at.library.refresh()

    def prove(self, closed: Closed) -> Proof:
        """Asks the question again."""
        answer = self._at.library.ask(closed.question)
        first = answer.citations[0].passage if answer.citations and not answer.refused else None
        right = first is not None and first.source_id == closed.source_id
        return Proof(right, first.title if first else "")

    def _settle(self, question_ids: Sequence[int], how: How, source_id: str, title: str, by: int) -> int:
        settle = self._at.gaps.settle
        done = settle(question_ids, how, source_id=source_id, title=title, by=by, now=self._at.now())
        return len({gap.officer_id for gap in self._at.gaps.get(done)} - {by})

    def _question(self, question_ids: Sequence[int]) -> str:
        """The question that speaks for these."""
        texts = [gap.text for gap in self._at.gaps.get(question_ids)]
        return texts[self._at.library.grouped(texts)[0][0]]

    def _frame(self, question_ids: Sequence[int], pillar: Pillar, source: str) -> Frame:
        asks = tuple(gap.text for gap in self._at.gaps.get(question_ids))
        return Frame(UNPUBLISHED, pillar, asks, source)

    def _known(self) -> set[str]:
        playbook, _ = read_playbook(self._at.playbook)
        return set(playbook.entries)


def write_down(gaps: Gaps, learned: Path) -> None:
    """Makes the file of what was learnt of the case log: at every start, and after every change. SourcesUnwritable."""
    try:
        write_learned(learned, gaps.learned())
    except OSError as error:
        raise SourcesUnwritable(reason=error.strerror or error) from error
