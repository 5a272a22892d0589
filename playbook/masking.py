"""Contact data taken out of what people wrote: telephone and identity numbers, addresses of mail, known names."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

HIDDEN = "＊＊＊"
_PLAIN = str.maketrans("０１２３４５６７８９－＋．（）＠", "0123456789-+.()@")
"""As people type with a Chinese keyboard; sign for sign, so that places stay."""
_FOUND = re.compile(
    r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"  # mail
    r"|(?<!\d)\d{17}[\dXx](?![\dA-Za-z])"  # an identity number; a company's code has letters as well
    r"|(?<![\d.])(?:(?:\+|00)86[ -]?)?1[3-9]\d(?:[ .-]?\d){8}(?!\d)"  # mobile
    r"|(?<![\d.])(?:\(0\d{2,3}\) ?|0\d{2,3}[ -]?)[2-9]\d{6,7}(?!\d)"  # landline, with its area
    r"|(?<!\d)[48]00[ -]?\d{3}[ -]?\d{4}(?!\d)"
)
_DIGITS = re.compile(r"\d[\d\s()+-]{5,}\d")
"""A run that may be a telephone number of another country: worth loading the library for."""


def masked(phone: str) -> str:
    """A number of which the middle is hidden."""
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}" if len(phone) > 7 else phone


def set_aside(text: str) -> tuple[str, dict[str, str]]:
    """The text with a name in the place of each contact datum, and what each name stands for; see `put_back`."""
    kept = dict[str, str]()
    for start, end in reversed(_spans(text)):
        name = f"〔联系方式{len(kept) + 1}〕"
        kept[name] = text[start:end]
        text = text[:start] + name + text[end:]
    return text, kept


def put_back(values: dict[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
    """The values with the contact data that were set aside where their names stand."""
    back = dict(values)
    for name, datum in kept.items():
        back = {key: value.replace(name, datum) if isinstance(value, str) else value for key, value in back.items()}
    return back


def without_contacts(text: str, names: Iterable[str] = ()) -> str:
    """The text with numbers hidden that lead to a person, and these names."""
    for name in names:
        text = text.replace(name, HIDDEN) if name else text
    for start, end in reversed(_spans(text)):
        text = text[:start] + HIDDEN + text[end:]
    return text


def _spans(text: str) -> list[tuple[int, int]]:
    """Where contact data stand, in order; none within another."""
    spans = [found.span() for found in _FOUND.finditer(text.translate(_PLAIN))]
    rest = text
    for start, end in spans:
        rest = rest[:start] + HIDDEN[0] * (end - start) + rest[end:]
    if not _DIGITS.search(rest):
        return spans
    from phonenumbers import Leniency, PhoneNumberMatcher

    numbers = PhoneNumberMatcher(rest, "CN", leniency=Leniency.VALID)
    return sorted([*spans, *((found.start, found.end) for found in numbers)])
