"""Answers as people type them, read as values (their shapes: `playbook.checklist`).

Each reader takes one type of question. What cannot be read raises an `AnswerRefused`, whose one line says what is
wanted; the caller shows it with the question.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from actions.checklist import Value
from actions.dates import read_date
from actions.input_errors import (
    ChoiceAlone,
    CodeCharacters,
    CodeCheckDigit,
    CodeLength,
    FileWanted,
    Negative,
    NotAChoice,
    NotANumber,
    NotAPhone,
    NotMoney,
    NotText,
    NotYesNo,
    OutOfBounds,
    TextTooLong,
    TextTooShort,
)
from playbook.checklist import Kind, Question
from playbook.parts import Choice

TEXT_CHARACTERS = 500
"""The most of a text without a `max` of its own."""
LONGEST_VALUE = 60
"""Characters of anything but text and choices: a longer one is no number, date, code or telephone number."""
YES = frozenset(
    ["是", "有", "对", "是的", "有的", "对的", "嗯", "好", "会", "在", "要", "需要", "存在", "y", "yes", "true", "1"]
)
NO = frozenset(
    [
        "否",
        "没有",
        "无",
        "不",
        "不是",
        "没",
        "不在",
        "不会",
        "不要",
        "不需要",
        "不存在",
        "没签",
        "没签过",
        "n",
        "no",
        "false",
        "0",
    ]
)
_SEPARATOR = re.compile(r"[、,，;；/\s]+|和|及|与")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_COUNT = re.compile(r"([-+]?\d+(?:\.\d+)?)(亿|千万|百万|十万|万|千|百)?")
_MONEY = re.compile(r"([-+]?\d+(?:\.\d+)?)(亿|千万|百万|十万|万|千|百)?元?")
_UNITS = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 10**3, "百": 10**2}
_NUMERALS = re.compile(r"[-负]?[零〇一二两三四五六七八九十百千万亿点壹贰叁肆伍陆柒捌玖拾佰仟]+")
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")


def read_answer(question: Question, text: str, today: date) -> Value:
    """What a text answers to a question; `today` is what «明天» is seen from. Raises an AnswerRefused."""
    plain = text.strip()
    if question.type not in (Kind.text, Kind.choice, Kind.choices) and len(plain) > LONGEST_VALUE:
        raise _TOO_LONG[question.type]()
    return check(question, _READERS[question.type](question, plain, today))


def check(question: Question, value: Value) -> Value:
    """The value, where it keeps the question's bounds."""
    low, high = question.min, question.max
    if question.type is Kind.text:
        high = high or TEXT_CHARACTERS
        measure: float = len(value)
        if measure > high:
            raise _out(question) or TextTooLong(limit=int(high))
        if low and measure < low:
            raise _out(question) or TextTooShort(limit=int(low))
    elif question.type in (Kind.number, Kind.money):
        if value < 0 and (low is None or low >= 0):
            raise _out(question) or Negative
        if (low is not None and value < low) or (high is not None and value > high):
            raise _out(question) or OutOfBounds(advice=f"请写{low or 0:g}到{high or 10**12:g}之间的数")
    return value


def _out(question: Question) -> OutOfBounds | None:
    return OutOfBounds(advice=question.advice.rstrip("。")) if question.advice else None


def _text(question: Question, text: str, today: date) -> str:
    if not any(char.isalnum() for char in text):
        raise NotText
    return text


def _choice(question: Question, text: str, today: date) -> str:
    return _find(question, text).text


def _choices(question: Question, text: str, today: date) -> list[str]:
    """Several choices, in the checklist's order; a text whose parts are none may be one as a whole."""
    parts = [part for part in _SEPARATOR.split(text[:TEXT_CHARACTERS]) if part]
    try:
        found = [_find(question, part) for part in parts]
    except NotAChoice:
        found = [_find(question, text)]
    if not found:
        raise _not_a_choice(question)
    alone = next((choice for choice in found if choice.alone), None)
    if alone and len({choice.text for choice in found}) > 1:
        raise ChoiceAlone(choice=alone.text)
    return [choice.text for choice in question.choices if choice in found]


def _find(question: Question, text: str) -> Choice:
    """The choice that is meant: its words, other words for it, its number, or words that only it has."""
    said = _bare(text)
    exact = [choice for choice in question.choices if said in map(_bare, (choice.text, *choice.also))]
    if exact:
        return exact[0]
    if said.isascii() and said.isdigit() and 1 <= int(said[:3]) <= len(question.choices):
        return question.choices[int(said[:3]) - 1]
    for near in (_holds(said), _is_held_by(said)):
        close = [
            choice for choice in question.choices if any(near(_bare(word)) for word in (choice.text, *choice.also))
        ]
        if len(close) == 1 and len(said) >= 2:
            return close[0]
    raise _not_a_choice(question)


def _holds(said: str) -> Callable[[str], bool]:
    return lambda word: said in word


def _is_held_by(said: str) -> Callable[[str], bool]:
    """A word of at least two characters in a short text; in a long one it may stand for anything."""
    return lambda word: len(word) >= 2 and word in said and len(said) <= len(word) + 4


def _not_a_choice(question: Question) -> NotAChoice:
    return NotAChoice(choices="、".join(choice.text for choice in question.choices))


def _yes_no(question: Question, text: str, today: date) -> bool:
    said = _bare(text)
    if said in YES:
        return True
    if said in NO:
        return False
    raise NotYesNo


def _number(question: Question, text: str, today: date) -> int | float:
    """A number, with or without its unit; 10万 too."""
    said = _bare(text).replace(",", "").removeprefix("大约").removeprefix("约").removesuffix("左右").rstrip("+多余")
    for unit in (_bare(question.unit or ""), "人", "名", "个", "多"):
        said = said.removesuffix(unit)
    found = _COUNT.fullmatch(said)
    if found:
        return _whole(round(float(found[1]) * _UNITS.get(found[2] or "", 1), 4))
    found = _NUMBER.fullmatch(_arabic(said))
    if found is None:
        raise NotANumber
    return _whole(float(found[0]))


def _money(question: Question, text: str, today: date) -> int | float:
    """Yuan. A bare number is so many 万元, as the question says."""
    said = _bare(text).replace(",", "")
    said = f"{said.lstrip('¥')}元" if said.startswith("¥") and said[-1].isdigit() else said.lstrip("¥")
    said = said.removeprefix("大约").removeprefix("约").removesuffix("左右")
    said = said.removeprefix("人民币").replace("块", "元").replace("圆", "元").replace("元钱", "元")
    found = _MONEY.fullmatch(said)
    if found:
        in_yuan = said.endswith("元") and not found[2]
        return _whole(round(float(found[1]) * (1 if in_yuan else _UNITS.get(found[2] or "", 10**4)), 2))
    if _NUMERALS.fullmatch(said.removesuffix("元")):
        number = _NUMBER.fullmatch(_arabic(said.removesuffix("元")))
        if number:
            bare = not said.endswith("元") and not any(unit in said for unit in "万亿千百")
            return _whole(float(number[0]) * (10**4 if bare else 1))
    raise NotMoney


def _date(question: Question, text: str, today: date) -> str:
    return read_date(text, today).isoformat()


def _phone(question: Question, text: str, today: date) -> str:
    """National digits of a number in China, international form of any other."""
    import phonenumbers

    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), "CN")
    except phonenumbers.NumberParseException as error:
        raise NotAPhone from error
    if not phonenumbers.is_valid_number(number):
        raise NotAPhone
    if number.country_code != phonenumbers.country_code_for_region("CN"):
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(char for char in national if char.isdigit())


def _uscc(question: Question, text: str, today: date) -> str:
    from stdnum.cn import uscc
    from stdnum.exceptions import InvalidChecksum, ValidationError

    code = uscc.compact(unicodedata.normalize("NFKC", text).upper().strip())
    if len(code) != 18:
        raise CodeLength(count=len(code))
    if not _CODE.fullmatch(code):
        raise CodeCharacters
    try:
        return str(uscc.validate(code))
    except InvalidChecksum as error:
        raise CodeCheckDigit from error
    except ValidationError as error:
        raise CodeCharacters from error


def _file(question: Question, text: str, today: date) -> Value:
    raise FileWanted


_READERS: Mapping[Kind, Callable[[Question, str, date], Any]] = {
    Kind.text: _text,
    Kind.choice: _choice,
    Kind.choices: _choices,
    Kind.yes_no: _yes_no,
    Kind.number: _number,
    Kind.money: _money,
    Kind.date: _date,
    Kind.phone: _phone,
    Kind.uscc: _uscc,
    Kind.file: _file,
}
_TOO_LONG: Mapping[Kind, Any] = {
    Kind.yes_no: NotYesNo,
    Kind.number: NotANumber,
    Kind.money: NotMoney,
    Kind.date: lambda: TextTooLong(limit=LONGEST_VALUE),
    Kind.phone: NotAPhone,
    Kind.uscc: lambda: TextTooLong(limit=LONGEST_VALUE),
    Kind.file: FileWanted,
}


def _bare(text: str) -> str:
    """Without spaces and final stops, in half width and small letters: how two texts are compared."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split()).rstrip("。.!！")


def _arabic(text: str) -> str:
    """Chinese numerals as digits; any other text as it stands."""
    if not _NUMERALS.fullmatch(text):
        return text
    import cn2an

    try:
        return str(cn2an.cn2an(text.replace("〇", "零").replace("两", "二"), "smart"))
    except ValueError:
        return text


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number
