"""What somebody wrote, as patterns read it: simplified, half width, without gaps; and how to get the words back."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

_MARKS = str.maketrans("。、～", ".,~")


@dataclass(frozen=True, slots=True)
class Said:
    """`plain` is what patterns read. Each of its letters comes from one place in `text`."""

    text: str
    plain: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str, gap: str = "") -> "Said":
        """A message; `gap` is what spaces are read as: nothing, or a comma."""
        letters = list[tuple[int, str]]()
        for place, char in enumerate(text.strip()):
            letter = unicodedata.normalize("NFKC", char)
            if letter.isspace():
                letters += [(place, gap)] if gap and letters and letters[-1][1] != gap else []
            elif len(letter) == 1:
                letters.append((place, letter))
        gapless = "".join(letter for _, letter in letters).translate(_MARKS)
        simple = str(_simplifier().convert(gapless))
        plain = simple if len(simple) == len(gapless) else gapless
        return cls(text.strip(), plain, tuple(place for place, _ in letters))

    def words(self, found: re.Match[str], group: str) -> str:
        """What a group of a match on `plain` was as it was written, without stops; empty where there is none."""
        start, end = found.span(group)
        if end <= start:
            return ""
        return self.text[self.places[start] : self.places[end - 1] + 1].strip(" 　，,。.；;：:")


@cache
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")
