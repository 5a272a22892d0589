"""An archived case becomes a past case that answers may cite: a lead reads it first, then releases it."""

from bot.messages import cases as wording
from bot.render.released import past_case
from bot.render.text import escape
from bot.services import Services
from playbook.released import write_case


class Releasing:
    """Blocks; called aside. Who may do it is the door's business. Raises CaseNotArchived."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def preview(self, case_id: str) -> str:
        """What would be cited, as HTML."""
        self._services.cases.need_archived(case_id)
        case = past_case(self._services.dossiers.read(case_id), self._services.procedure)
        return f"{wording.RELEASE_HOW}\n\n<b>{escape(case.title)}</b>\n{escape(case.body)}"

    def publish(self, case_id: str, by: int) -> None:
        """Writes the past case and takes it up; again writes it again, the same."""
        services = self._services
        services.cases.released(case_id, by=by, now=services.now())
        write_case(services.released, past_case(services.dossiers.read(case_id), services.procedure))
        services.library.refresh()
