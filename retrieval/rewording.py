"""What a chat model may do for an answer: say in its own words what was found, and complete a follow-up question.

The model is given the passages that an answer cites and nothing else; what comes back is checked sentence by sentence
(`retrieval.grounding`), and what does not hold is not said. Whether there is an answer at all was retrieval's decision
before. Contact data is taken out of everything that leaves for the model.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from playbook.masking import without_contacts
from retrieval.chat import ChatModel, ChatModelFailed, ChatSettings, Spoken, prompt
from retrieval.followups import Turn
from retrieval.grounding import Similarity, ground
from retrieval.model import Answer
from retrieval.normalise import normalise, nouns

log = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
QUESTION_SECONDS = 2.0
"""Together with finding and sending they leave the officer with the last word within eight seconds."""
QUESTION_CHARACTERS = 100
_FIGURES = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Reworded:
    """An answer in a model's words, and what it said in all; `cut` are the sentences that did not hold."""

    answer: Answer
    spoken: Spoken
    cut: tuple[str, ...]


class Rewording:
    """Over one chat model. `similarity` embeds sentences (see `grounding.ground`); it blocks for some milliseconds."""

    def __init__(self, chat: ChatModel, similarity: Similarity) -> None:
        self._chat, self._similarity = chat, similarity
        self._answer, self._rewrite = prompt("answer"), prompt("rewrite")

    async def answer(self, answer: Answer, *, within: float = ANSWER_SECONDS) -> Answer | None:
        """The answer in the model's words; None, and why in the log, where the quoted one must stand."""
        try:
            reworded = await self.reworded(answer, within=within)
        except ChatModelFailed as failed:
            log.warning("the quoted answer stands: %s", failed)
            return None
        return reworded.answer if reworded else None

    async def reworded(self, answer: Answer, *, within: float = ANSWER_SECONDS) -> Reworded | None:
        """The same with all that the model said; None where too little of it holds. Raises ChatModelFailed."""
        if answer.refused:
            return None
        passages = [hit.passage for hit in answer.citations]
        spoken = await self._chat.say(self._answer, _material(answer), within=within)
        grounded = await asyncio.to_thread(ground, spoken.text, passages, self._similarity)
        cut = tuple(f"{sentence} ({reason})" for sentence, reason in grounded.cut)
        if cut:
            log.info("cut from what the model said: %s", "; ".join(cut))
        if not grounded.enough:
            log.warning("the quoted answer stands: too little holds of what the model said")
            return None
        worded = replace(answer, statements=grounded.kept, engine=f"{answer.engine}+{self._chat.name}")
        return Reworded(worded, spoken, cut)

    async def question(self, question: str, earlier: Sequence[Turn], *, within: float = QUESTION_SECONDS) -> str | None:
        """`question` as it stands by itself after these turns; None where the model cannot tell, or makes things up."""
        said = "\n".join([*(f"专员：{turn.question}" for turn in earlier), f"新问题：{question}"])
        try:
            spoken = await self._chat.say(self._rewrite, without_contacts(said), within=within)
        except ChatModelFailed as failed:
            log.warning("a follow-up is not rewritten: %s", failed)
            return None
        text = spoken.text.strip("「」“”\"' ")
        known = normalise("\n".join([question, *(each for turn in earlier for each in (turn.question, *turn.titles))]))
        if "\n" in text or len(text) > QUESTION_CHARACTERS or not _says_nothing_new(normalise(text), known):
            log.warning("a follow-up is not rewritten: the model said something else")
            return None
        return text


def rewording(chat: ChatSettings | None, similarity: Similarity) -> Rewording | None:
    """Over the chat model that the settings name, opened; None where they name none. Raises ChatModelUnusable."""
    return Rewording(ChatModel(chat).open(), similarity) if chat else None


def _material(answer: Answer) -> str:
    """What the model is given: the question, and the passages under their marks."""
    passages = [f"[{mark}] {hit.passage.title}\n{hit.passage.text}" for mark, hit in enumerate(answer.citations, 1)]
    return without_contacts("\n\n".join([f"问题：{answer.meant or answer.question}", "材料：", *passages]))


def _says_nothing_new(text: str, known: str) -> bool:
    return all(word in known for word in (*nouns(text), *_FIGURES.findall(text)))
