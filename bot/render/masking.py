"""Contact data taken out of what people wrote: telephone and identity numbers, addresses of mail, known names."""

import re
from collections.abc import Iterable

HIDDEN = "＊＊＊"
_IDENTITY = re.compile(r"(?<!\w)\d{17}[\dXx](?!\w)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DIGITS = re.compile(r"\d[\d\s()+-]{5,}\d")
"""A run that may be a telephone number: worth loading the library for."""


def masked(phone: str) -> str:
    """A number of which the middle is hidden."""
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}" if len(phone) > 7 else phone


def without_contacts(text: str, names: Iterable[str] = ()) -> str:
    """The text with numbers hidden that lead to a person, and these names."""
    for name in names:
        text = text.replace(name, HIDDEN) if name else text
    text = _MAIL.sub(HIDDEN, _IDENTITY.sub(HIDDEN, text))
    if not _DIGITS.search(text):
        return text
    from phonenumbers import Leniency, PhoneNumberMatcher

    for found in reversed(list(PhoneNumberMatcher(text, "CN", leniency=Leniency.VALID))):
        text = text[: found.start] + HIDDEN + text[found.end :]
    return text
