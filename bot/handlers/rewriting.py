"""A new version of a section that a lead wrote: checked as the playbook's files are, then kept."""

from actions.calendar import local_day
from actions.prompts import Prompt
from actions.source_errors import SourceDamaged, SourceUnknown
from actions.sources import OwnSource
from bot.messages import gaps
from bot.messages import sources as wording
from bot.services import Services
from playbook.front_matter import file_text
from playbook.loader import Problem, read_entries
from playbook.masking import without_contacts
from playbook.model import Section
from playbook.written import Frame, read_section


class Rewriting:
    """Blocks; called aside."""

    def __init__(self, services: Services) -> None:
        self._at = services

    def write(self, prompt: Prompt, said: str, *, update_id: int) -> tuple[OwnSource | None, list[str]]:
        """The version that was made of what was said, or what is to be mended in it. SourceUnknown.

        Its id, its pillar and the questions that it is known to answer stay.
        """
        at, now = self._at, self._at.now()
        source = at.sources.current(prompt.subject)
        if source is None:
            raise SourceUnknown(source=prompt.subject)
        before = self._before(source)
        by = gaps.source(at.officers.name(prompt.officer_id), local_day(now))
        frame = Frame(source.id, before.pillar, before.asks, by)
        section, problems = read_section(said, frame, at.library.sources())
        if section is None or _private(said):
            return None, [_line(each) for each in problems] + _private(said)
        data = file_text(section).encode()
        kept = at.sources.put(source.id, "section", section.title, data, ".md", by=prompt.officer_id, now=now)
        at.prompts.settle(prompt.officer_id, source.id, update_id=update_id, now=now)
        return kept, []

    def _before(self, source: OwnSource) -> Section:
        path = self._at.sources.path(source)
        entries, _ = read_entries([path] if path.is_file() else [], Section)
        if not entries or not isinstance(entries[0], Section):
            raise SourceDamaged(title=source.title)
        return entries[0]


def _private(said: str) -> list[str]:
    """Lines with contact data in them."""
    return [
        gaps.problem(number, wording.CONTACT)
        for number, line in enumerate(said.splitlines(), 1)
        if without_contacts(line) != line
    ]


def _line(problem: Problem) -> str:
    return gaps.problem(problem.line, problem.advice)
