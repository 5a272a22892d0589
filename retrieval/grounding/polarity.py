"""What a sentence says is so, is not so, may be and must be; and whether its source says the opposite. Pure.

A 「不」 put in or left out changes nothing that likeness sees. So each verb that sentence and source share is looked up
in the clause of the source that is nearest, and is to be denied in both or in neither.
"""

import re
from functools import lru_cache

from retrieval.grounding.evidence import Evidence, clauses, near, terms
from retrieval.normalise import CACHED

_WIDE = re.compile(
    r"不得|不能|不可(?!抗)|不要|不宜|不应|不许|不准|禁止|严禁|无须|无需|不需要|不必|不用|不再|不会|避免|拒绝|也不|并不|不由|不是"
    r"|不因.{1,12}?而|不在(?=.*(?:之列|之内|范围|情形))|劝停|而不|免得|(?<!可)以免|否则|不然|不[把将让被给]"
)
_NEAR = re.compile(
    r"(?<!得)不(?![到足满同少久仅只论管断因善良清明符]|动产|达标|规范|一样|相同)|未(?!来|了事)|没有|没(?!收)|无(?!形|论|偿|担保|主|息|害|固定)|并非|免于|(?<!不)免除|非(?=法定)"
)
_UNABLE = re.compile(r"不[了到上起成着](?!位|案|任|\d)")
_WHETHER = re.compile(r"(.)不\1|有没有|有无|是否|能否|没有(?=、|吗|$)")
_RELATIVE = re.compile(
    r"(?:没有?|未|不|无)[^,的]{1,8}的|没有?[^,]{1,8}[以之]前|无(?:担保|偿|主|息|害|固定期限)|[未无不][^,的]{2}(?=事项|清单|债务|款|义务|部分|奖励|地块)"
)
_TITLE = re.compile(r"《[^》]*》")
_OBJECT = re.compile("[把将][^的]*$")
_BEFORE = re.compile(r".{0,8}(?:之前|以前|(?<!提)前)(?:$|就|应|须|要|先)")
_REACH = 6
"""Characters after a plain 「不」 in which the word stands that it denies."""
_VERB = ("v", "a")
_LIGHT = frozenset(
    [
        "需要",
        "应该",
        "应当",
        "可以",
        "必须",
        "能够",
        "进行",
        "予以",
        "作为",
        "成为",
        "用来",
        "包括",
        "以前",
        "以后",
        "停业",
        "企业",
    ]
)
_FIXED = frozenset(
    [
        "不足",
        "不到",
        "不满",
        "不同",
        "不少",
        "不断",
        "不仅",
        "不管",
        "不论",
        "不动产",
        "不良",
        "不久",
        "不止",
        "不得",
        "不能",
        "不可",
        "不要",
        "不宜",
        "不应",
        "不必",
        "不用",
        "未来",
        "未经",
    ]
)
_SHORT = frozenset("受做管交赔卖租投")
_ADVERBS = frozenset(["单独", "自行", "直接", "擅自", "私下", "继续", "自动"])
_STRONG = re.compile(r"必须|务必|一律|强制|一定要|自动|当然|立即(?=被)")
_MAY = re.compile(r"可以|(?<!不)(?:应当|必须|需要)|无须|无需|不必|不用|不得|不能")
_MILD = re.compile(r"可以|可能|(?<![不])可(?=被|由|依|用|在|先|作|录)|宜|最好|「可以」")
_THERE = re.compile(r"(?<!成)已经?(?:正式|全面)?(?:建成|成立|建立|上线|启用|开通)")
_PLANNED = re.compile(r"设想|展望|计划建立|建议|探索")
_OPPOSITES = (
    ("高于", "低于"), ("公开", "私下"), ("增加", "减少"), ("上升", "下降"), ("提前", "推迟"),
    ("本地", "外地"), ("免费", "收费"), ("免费", "付费"), ("免费", "交费"), ("全部", "部分"), ("全部", "一部分"),
    ("买家", "卖家"), ("出让方", "受让方"), ("口头", "书面"), ("合理", "不合理"), ("单独", "联合"),
    ("自行", "委托"), ("自己", "第3方"), ("自行", "第3方"),
    ("指定", "自己挑"), ("继续", "撤销"), ("统一", "单独"), ("债权人", "债务人"),
)  # fmt: skip
_MARGIN = 0.1
"""By how much the opposite must be nearer than what agrees."""
_FLAT, _FLAT_MARGIN = 0.6, 0.2
"""The same for whole clauses of which only one has a 「不」."""
_LEAST = 0.32
"""How near a clause of the source must be to say the opposite of anything."""


def contrary(sentence: str, evidence: Evidence) -> bool:
    """Whether the sentence denies what its source says, or the other way round, or says 「must」 for 「may」."""
    sources = evidence.clauses()
    return (
        _flatly(sentence, sources)
        or _not_yet(sentence, evidence.text)
        or any(
            _denied_otherwise(each, sources) or _stronger(each, sources) or _opposite(each, sources)
            for each in clauses(sentence)
        )
    )


def _denied_otherwise(clause: str, sources: list[tuple[str, str]]) -> bool:
    for verb, denied in verbs(clause).items():
        agreeing = opposed = 0.0
        for other, whole in sources:
            its = verbs(other).get(verb)
            if its is None:
                continue
            nearness = near(clause, other, whole)
            agrees = its == denied or (denied and any(verbs(each).get(verb) for each in clauses(whole)))
            agreeing = max(agreeing, nearness if agrees else 0.0)
            opposed = max(opposed, nearness if its != denied else 0.0)
        if opposed >= _LEAST and opposed > agreeing + _MARGIN:
            return True
    return False


@lru_cache(maxsize=CACHED)
def verbs(clause: str) -> dict[str, bool]:
    """The verbs and adjectives of a clause, each with whether it is denied."""
    clause = _TITLE.sub("《》", _WHETHER.sub(lambda match: match[1] or "", clause))
    spans, used, found = _denied(clause), set[int](), dict[str, bool]()
    for word, start in _claiming(clause):
        if _BEFORE.match(clause, start + len(word)):  # what is still to come is neither so nor not so
            continue
        if any(wide and "的" in clause[low:start] for low, _, wide in spans):  # 「不免除企业的治理责任」
            continue
        if clause.startswith("的", start + len(word)) and _OBJECT.search(clause[:start]):  # 「把拆下的石棉瓦当垃圾」
            continue
        reached = [n for n, (low, high, wide) in enumerate(spans) if low <= start < high and (wide or n not in used)]
        if len(word) > 1:
            used.update(reached)
        found[word] = bool(reached) or bool(_UNABLE.match(clause, start + len(word)))
    return found


def _claiming(clause: str) -> list[tuple[str, int]]:
    """The words that say what is so, each with its place: 不合理 is 合理, denied; 写 and 进 are one."""
    import rjieba

    words, place = list[tuple[str, int, str]](), 0
    for word, tag in rjieba.tag(clause):
        if len(word) > 1 and word[0] in "不未" and word not in _FIXED:
            words.append((word[1:], place + 1, "v"))
        elif words and len(word) == len(words[-1][0]) == 1 and tag == words[-1][2] == "v" and words[-1][1] == place - 1:
            words[-1] = (words[-1][0] + word, words[-1][1], "v")
        else:
            words.append((word, place, tag))
        place += len(word)
    return [(word, start) for word, start, tag in words if _claims(word, tag)]


def _claims(word: str, tag: str) -> bool:
    if word in _ADVERBS or word in _SHORT:
        return True
    return len(word) > 1 and tag.startswith(_VERB) and word not in _LIGHT and not _WIDE.fullmatch(word)


def _denied(clause: str) -> list[tuple[int, int, bool]]:
    """Where denials reach: from, to, and whether they cover all of that or only the first verb."""
    wide = [
        (match.start() if match.group() == "劝停" else match.end(), len(clause), True)
        for match in _WIDE.finditer(clause)
    ]
    plain = [(match.end(), match.end() + _REACH, False) for match in _NEAR.finditer(clause)]
    return wide + plain


def _not_yet(sentence: str, text: str) -> bool:
    """Whether something is there already of which the source speaks as of a plan."""
    done = _THERE.search(sentence)
    return done is not None and done.group() not in text and _PLANNED.search(text) is not None


def _flatly(sentence: str, sources: list[tuple[str, str]]) -> bool:
    """Whether a clause without any 「不」 is near only to such as have one, or the reverse."""
    for clause in clauses(sentence):
        denies = _denies(clause)
        alike = opposed = 0.0
        for other, whole in sources:
            nearness = near(clause, other, whole)
            if _denies(other) == denies or (denies and any(map(_denies, clauses(whole)))):
                alike = max(alike, nearness)
            else:
                opposed = max(opposed, nearness)
        tells = len(terms(clause)) > 3 and verbs(clause)
        if (
            (tells or _MAY.search(clause))
            and len(terms(clause)) > 1
            and opposed >= _FLAT
            and opposed > alike + _FLAT_MARGIN
        ):
            return True
    return False


@lru_cache(maxsize=CACHED)
def _denies(clause: str) -> bool:
    return bool(_denied(_RELATIVE.sub("", _WHETHER.sub("", clause))))


def _stronger(clause: str, sources: list[tuple[str, str]]) -> bool:
    """Whether the sentence says that something must be, or comes by itself, which by its source may be."""
    if not _STRONG.search(clause) or not sources:
        return False
    other, whole = max(sources, key=lambda source: near(clause, *source))
    return bool(_MILD.search(other)) and not _STRONG.search(other) and near(clause, other, whole) >= _LEAST


def _opposite(clause: str, sources: list[tuple[str, str]]) -> bool:
    """Whether the clause has one of two opposites where the nearest of its source has the other."""
    if not sources:
        return False
    other, whole = max(sources, key=lambda source: near(clause, *source))
    if near(clause, other, whole) < _LEAST:
        return False
    for pair in _OPPOSITES:
        for mine, its in (pair, pair[::-1]):
            if mine in clause and its not in clause.replace(mine, "") and mine not in whole and its in whole:
                return True
    return False
