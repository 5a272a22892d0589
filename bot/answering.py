"""From a question to its answer: in the light of the conversation, and in a chat model's words where there is one."""

from actions.conversations import Exchange
from actions.errors import CaseLogUnavailable
from bot.services import Services, aside
from retrieval.followups import Turn
from retrieval.model import Answer

FOLLOW_UP_CHARACTERS = 40
"""A longer question says itself what it is about: no model is asked to complete it."""


class Answering:
    """What is asked in one chat by one officer."""

    def __init__(self, services: Services) -> None:
        self._library, self._rewording = services.library, services.rewording
        self._conversations, self._now = services.conversations, services.now

    @property
    def has_model(self) -> bool:
        """Whether an answer may come in other words than the playbook's."""
        return self._rewording is not None

    async def quoted(self, question: str, officer_id: int, chat_id: int, update_id: int) -> Answer:
        """The answer in the playbook's own sentences, or the refusal: at once, whatever a model would say."""
        turns = await aside(self._turns, officer_id, chat_id, update_id)
        meant = await self._understood(question, turns) if turns else ""
        return await aside(self._library.ask, question, meant)

    async def reworded(self, answer: Answer) -> Answer | None:
        """The same in a model's words; None where there is no model, or what it said does not hold."""
        if self._rewording is None or answer.refused:
            return None
        return await self._rewording.answer(answer)

    async def _understood(self, question: str, turns: list[Turn]) -> str:
        """The question as it stands by itself."""
        if self._rewording and len(question) <= FOLLOW_UP_CHARACTERS:
            rewritten = await self._rewording.question(question, turns)
            if rewritten:
                return rewritten
        return await aside(self._library.understood, question, turns)

    def _turns(self, officer_id: int, chat_id: int, update_id: int) -> list[Turn]:
        """The conversation so far; none while the case log cannot be read."""
        try:
            exchanges = self._conversations.turns(officer_id, chat_id, now=self._now(), update_id=update_id)
        except CaseLogUnavailable:
            return []
        return list(map(_turn, exchanges))


def _turn(exchange: Exchange) -> Turn:
    return Turn(exchange.question, () if exchange.refused else exchange.titles)
