"""The figures in a Chinese sentence, in one spelling: dates, money, shares, spans of time, counts, articles. Pure.

「三十万元」 and 「30万」 are one figure, so are 「七成」 and 「70%」, 「半年」 and 「6个月」; 「30日内」 and
「提前30日」 are not.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from retrieval.normalise import CACHED, HAN, simplify

_GAP = re.compile(rf"(?<=[{HAN}\d])\s+(?=[{HAN}\d])")
_COUNTER = (
    r"个工作日|工作日|个月|个季度|季度|小时|分钟|星期|周岁|方面|平方米|公里|元|年|月|周|天|日|号|岁|成|折|倍|家|人|名|位|户|间|所"
    r"|次|回|趟|台|套|辆|项|件|条|种|类|样|点|步|级|亩|吨|批|笔|份|处|层|部|期|代|个"
)
_NUMERAL = re.compile(
    rf"(?<![统唯进])(?P<digits>[零〇一二两三四五六七八九十百千万亿]+)(?=[余多来几]?(?:{_COUNTER}))|(?<=第)[一二三四五六七八九十]+"
)
_PARTS = re.compile(r"(百|[一二三四五六七八九十]+|\d+)分之([一二两三四五六七八九十百]+|\d+(?:\.\d+)?)")
_ONE_OF = frozenset("个家人次台名户项件条种类样点步位份笔批处所间套部代期层级号")
"""Counters before which 一 is no figure but 「a」."""
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_CODE = re.compile(r"[a-z]{2,}[a-z/ ]{0,3}\d[\d.-]*|[〔\[(【]\d{4}[〕\])】]\d+号")
_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?:年(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号])?)?"
    r"|[-./](?P<m2>\d{1,2})[-./](?P<d2>\d{1,2})(?!\d))"
    r"|(?<!\d)(?P<m3>\d{1,2})月(?P<d3>\d{1,2})[日号]|(?<![\d-])(?P<m4>\d{1,2})月(?!份额)"
)
_ARTICLES = re.compile(r"第(\d+(?:[-、,和至到]\d+)*)条")
_ORDINAL = re.compile(r"第(\d+)(次|季度|年|天|名|批|期|顺位|步)?")
_FIGURE = re.compile(
    rf"(?P<low>{_NUMBER})(?:(?:-|~|至|到|—)(?P<high>{_NUMBER}))?(?P<scale>[十百千]?[万亿]?)(?P<about>[+余多来几])?"
    rf"(?P<unit>%|{_COUNTER})?"
)
_EVERY = re.compile(
    r"每个?(半年|两周|季度?|[年月周天日])|([季月年])度(?!假)|按(季|月|年|周)(?!度)|([当次翌][年月日])(?!的确)"
)
_CLAUSE_END = re.compile(r"[;:。！？!?\n]|,(?!\d{3})|(?<!\d)、(?!\d)|(?<=[年月日天家个])、(?=\d)")
_HALF = re.compile(r"半数|过半|一半")
_SCALES = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_SPANS = {
    "年": ("月", 12),
    "个月": ("月", 1),
    "季度": ("月", 3),
    "个季度": ("月", 3),
    "周": ("日", 7),
    "星期": ("日", 7),
}
_DAYS = {"天": "日", "日": "日", "号": "日", "个工作日": "工作日", "工作日": "工作日", "小时": "小时", "分钟": "分钟"}
_ALIKE = ("人名位", "家户间所", "次回趟", "项件条种类样点方面", "台套辆", "岁周岁")
_NOT = r"(?<!不)(?<!不[得能会可应])"
_AT_LEAST = re.compile(
    rf"(?:至少|最少|起码|不[得能会可应]?(?:少于|低于|短于)|{_NOT}(?:超过|高于|多于|大于)|(?<![不未期届])满(?!后))[^\d，。]{{0,2}}$"
)
_AT_MOST = re.compile(
    rf"(?:最多|至多|最长|最迟|不[得能会可应]?(?:超过|高于|多于)|不到|不足|不满|未满|{_NOT}(?:低于|少于))[^\d，。]{{0,3}}$"
)
_AFTERWARDS = re.compile(r"^(?:的)?(以上|及以上|以内|之内|内|以下|之前|以前|前|之后|以后|后)")
_LEADING = re.compile(r"(提前|前|后)(?:的)?$")


@dataclass(frozen=True, slots=True)
class Figure:
    """`kind` and `value` are what is compared; `at` is where it stands in the spelled text; `cues` what bounds it."""

    kind: str
    value: tuple[float | str | None, ...]
    at: tuple[int, int] = field(compare=False)
    cues: frozenset[str] = field(default=frozenset(), compare=False)

    def same(self, other: "Figure") -> bool:
        """Whether both are one figure, whatever bounds them."""
        if self.kind != other.kind:
            return (
                {self.kind, other.kind} <= {"count", "money"}
                and "" in (self.value[1], other.value[1])
                and (self.value[0] == other.value[0])
            )
        if self.kind == "date":
            return all(mine in (None, its) for mine, its in zip(self.value, other.value, strict=True))
        if self.kind != "count":
            return self.value == other.value
        return self.value[0] == other.value[0] and _alike(str(self.value[1]), str(other.value[1]))


@lru_cache(maxsize=CACHED)
def spelled(text: str) -> str:
    """`text` in half width and simplified characters with Arabic numerals: where figures are looked for."""
    text = _GAP.sub("", simplify(unicodedata.normalize("NFKC", text)).lower())
    return _NUMERAL.sub(
        _arabic, _PARTS.sub(_share, _HALF.sub("50%", text.replace("半年", "6个月").replace("半个月", "0.5个月")))
    )


@lru_cache(maxsize=CACHED)
def figures(text: str) -> tuple[Figure, ...]:
    """The figures of `text` in no particular order."""
    whole = spelled(text)
    rest, found = whole, list[Figure]()
    for pattern, read in _READERS:
        taken = list(pattern.finditer(rest))
        for match in taken:
            found += read(match, whole)
        for match in reversed(taken):
            rest = rest[: match.start()] + "\0" * (match.end() - match.start()) + rest[match.end() :]
    return tuple(found)


@lru_cache(maxsize=CACHED)
def clauses_with(sentence: str) -> tuple[tuple[str, Figure], ...]:
    """Each figure of a sentence with the clause that it stands in."""
    whole, found = spelled(sentence), list[tuple[str, Figure]]()
    for figure in figures(sentence):
        start = max((match.end() for match in _CLAUSE_END.finditer(whole[: figure.at[0]])), default=0)
        end = _CLAUSE_END.search(whole, figure.at[1])
        found.append((whole[start : end.start() if end else len(whole)], figure))
    return tuple(found)


def contradicted(figure: Figure, others: list[Figure]) -> bool:
    """Whether `figure` is bounded the other way wherever it stands: 「至少」 and 「最多」, 前 and 后."""
    for one, other in _OPPOSED:
        for mine, its in ((one, other), (other, one)):
            if mine in figure.cues and others and all(its in each.cues and mine not in each.cues for each in others):
                return True
    return False


_OPPOSED = (("least", "most"), ("before", "after"), ("until", "since"), ("until", "most"))


def _arabic(match: re.Match[str]) -> str:
    import cn2an

    digits = match.group().replace("〇", "零")
    before, after = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 2]
    if digits == "一" and after[:1] in _ONE_OF and after != "个月" and before != "第":
        return match.group()
    try:
        return f"{cn2an.cn2an(digits, 'smart'):g}" if len(digits) < 8 else match.group()
    except (ValueError, KeyError):  # 百, 千 alone: words, no numerals
        return match.group()


def _share(match: re.Match[str]) -> str:
    import cn2an

    whole, part = (str(cn2an.cn2an("一百" if each == "百" else each, "smart")) for each in match.groups())
    return f"{part}%" if whole == "100" else f"{float(part) / float(whole) * 100:.2f}%"


def _codes(match: re.Match[str], whole: str) -> Iterator[Figure]:
    yield Figure("code", (re.sub(r"[^a-z0-9]", "", match.group()),), match.span())


def _dates(match: re.Match[str], whole: str) -> Iterator[Figure]:
    given = {name: int(value) for name, value in match.groupdict().items() if value}
    month = given.get("m") or given.get("m2") or given.get("m3") or given.get("m4")
    day = given.get("d") or given.get("d2") or given.get("d3")
    yield Figure("date", (given.get("y"), month, day), match.span(), _cues(match.span(), whole))


def _articles(match: re.Match[str], whole: str) -> Iterator[Figure]:
    for part in re.split("[、,和]", match[1]):
        low, *high = re.split("[-至到]", part)
        for number in range(int(low), int(high[0] if high else low) + 1):
            yield Figure("article", (float(number),), match.span())


def _ordinals(match: re.Match[str], whole: str) -> Iterator[Figure]:
    if match[2]:
        yield Figure("ordinal", (float(match[1]), match[2]), match.span())


def _frequencies(match: re.Match[str], whole: str) -> Iterator[Figure]:
    every = (match[1] or match[2] or match[3] or match[4]).replace("季度", "季").replace("天", "日")
    yield Figure("every", (every,), match.span())


def _amounts(match: re.Match[str], whole: str) -> Iterator[Figure]:
    scale = 1
    for sign in match["scale"]:
        scale *= _SCALES[sign]
    for given in (match["low"], match["high"]):
        if given:
            yield _amount(float(given.replace(",", "")) * scale, match["unit"] or "", match.span(), whole)


def _amount(number: float, unit: str, at: tuple[int, int], whole: str) -> Figure:
    cues = _cues(at, whole)
    if unit in ("%", "成", "折") and (unit != "成" or whole[at[1] : at[1] + 1] not in tuple("本员立交为功果绩都")):
        return Figure("share", (round(number * (1 if unit == "%" else 10), 1),), at, cues)
    if unit in _SPANS:
        named, factor = _SPANS[unit]
        return Figure("span", (number * factor, named), at, cues)
    if unit in _DAYS:
        return Figure("span", (number, _DAYS[unit]), at, cues)
    return Figure("money" if unit == "元" else "count", (number, unit), at, cues)


def _cues(at: tuple[int, int], whole: str) -> frozenset[str]:
    before, after = whole[max(0, at[0] - 8) : at[0]], whole[at[1] : at[1] + 4]
    cues = set[str]()
    follows, leads = _AFTERWARDS.match(after), _LEADING.search(before)
    if _AT_LEAST.search(before) or (follows and follows[1].endswith("以上")):
        cues.add("least")
    if _AT_MOST.search(before) or (follows and follows[1] in ("以内", "之内", "内", "以下")):
        cues.add("most")
    if leads:
        cues.add({"提前": "until", "前": "before", "后": "after"}[leads[1]])
    if follows and follows[1] in ("之前", "以前", "前"):
        cues.add("until")
    if follows and follows[1] in ("之后", "以后", "后"):
        cues.add("since")
    return frozenset(cues)


def _alike(one: str, other: str) -> bool:
    return one == other or {one, other} & {"", "个"} != set() or any(one in each and other in each for each in _ALIKE)


_READERS = (
    (_CODE, _codes),
    (_DATE, _dates),
    (_ARTICLES, _articles),
    (_ORDINAL, _ordinals),
    (_EVERY, _frequencies),
    (_FIGURE, _amounts),
)
