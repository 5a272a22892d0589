"""Free speech as an act, by grammar alone: the forms that officers use most, and nothing that asks the playbook.

A pure function of the text: names and days are words still. Precision comes first: what is not plainly one of the forms
is none. `certain` says whether to speak up where no case has such a name; the other forms (今天回访了…, 看看…) may well
be about something else, and are then left to the playbook.
"""

from dataclasses import dataclass

from pydantic import ValidationError

from actions.phrases.keeping import read_keeping
from actions.phrases.looking import read_looking
from actions.phrases.moving import read_moving
from actions.phrases.registering import read_registering
from actions.phrases.spelling import Said
from actions.phrases.telling import read_telling
from actions.phrases.words import asks
from actions.proposals import Act, Arguments

LONGEST = 300
"""Characters. What is longer is told by the buttons of a case, or asked."""
_UNCERTAIN = (Act.VISIT, Act.FINISH, Act.FIND)
_FREE = (Act.NOTE, Act.TASK)
"""Acts whose form is plain enough for their words to ask what they like."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a text was read as."""

    arguments: Arguments

    @property
    def certain(self) -> bool:
        """Whether it can hardly mean anything else, even where it names no case that there is."""
        return self.arguments.act not in _UNCERTAIN


def read_phrase(text: str) -> Phrase | None:
    """The act that a text plainly asks for; None for any other text."""
    if len(text) > LONGEST or "\n" in text.strip():
        return None
    for said in (Said.of(text, ","), Said.of(text)):
        try:
            found = _read(said)
        except ValidationError:  # longer than an argument may be
            return None
        if found is not None:
            return Phrase(found)
    return None


def _read(said: Said) -> Arguments | None:
    if looked := read_looking(said):
        return looked
    kept = read_keeping(said)
    if kept and kept.act in _FREE and not asks(said.plain.partition(":")[0].partition(",")[0]):
        return kept
    if asks(said.plain):
        return None
    for read in (read_registering, read_moving, read_telling):
        if found := read(said):
            return found
    return None
