"""Who does a thing, and whether its source has somebody else do it. Pure."""

import re
from functools import lru_cache

from retrieval.grounding.evidence import Evidence, clauses, near
from retrieval.normalise import CACHED, HAN

_ACTORS = {
    name: re.compile(words)
    for name, words in {
        "招商": "招商部门|招商人员|招商团队|经办人",
        "企业": "(?<!关联)(?<!在营)企业(?!负责人)|公司(?!法)(?!章程)|单位|合作社",
        "负责人": "负责人|老板|(?<!旧)东家",
        "政府": "(?<!政)政府|财政(?!局)",
        "法院": "法院",
        "市场监管": "市场监管局|市监局|市场监管部门",
        "生态环境": "生态环境局|生态环境部门|环保局",
        "农业农村": "农业农村局",
        "文旅": "文旅局",
        "教育": "教育局",
        "科委": "科委",
        "税务": "税务",
        "债权人": "债权人",
        "股东": "股东",
        "董事": "董事",
        "员工": "员工|职工|工人",
        "管理人": "(?<!由)管理人(?!员)|由管理人",
        "保险公司": "保险公司",
        "第三方": "第3方|中介",
        "村民": "村民",
        "使用权人": "使用权人",
        "清算组": "清算组",
        "双方": "双方",
        "法定代表人": "法定代表人",
        "专班": "专班",
        "联席会议": "联席会议",
    }.items()
}
_LEAST = 0.6
"""How near a clause must be, the actors aside, for its actor to be the one."""
_DEEDS = (re.compile("承担|负担|支付|出资|出钱|买单|花费|花了|自己出"), re.compile("牵头|召集"))
_WHEN = re.compile(r"^[^,]{1,14}?(?:停业|破产|解散)?(?:时(?!间|限)|以后|以前|之后|之前|后(?!续)|(?<!提)前(?!期))")
_TOWARDS = re.compile(r"并?(?:为|向|给|对|帮|与|同)")
_WHO = re.compile("|".join(f"(?:{pattern.pattern})" for pattern in _ACTORS.values()))


def by_others(sentence: str, evidence: Evidence) -> bool:
    """Whether a clause has somebody do what the nearest clauses of its source have only others do."""
    sources = [(without(clause), _acting(clause, whole), whole) for clause, whole in evidence.clauses()]
    return any(_by_others(clause, sources) or _borne_by_others(clause, sources) for clause in clauses(sentence))


def _borne_by_others(clause: str, sources: list[tuple[str, frozenset[str], str]]) -> bool:
    """Whether the clause has somebody pay or lead where everybody whom the source has do so is somebody else."""
    for deed in _DEEDS:
        if "由" in clause and deed.search(clause):
            mine = actors(clause[clause.rindex("由") :])
            whose = [its for bare, its, _ in sources if its and deed.search(bare)]
            if mine and whose and all(mine.isdisjoint(its) for its in whose):
                return True
    return False


def _by_others(clause: str, sources: list[tuple[str, frozenset[str], str]]) -> bool:
    clause = _WHEN.sub("", clause)
    mine, bare = actors(clause), without(clause)
    if not mine or len(re.sub(rf"[^{HAN}]", "", bare)) < 4:
        return False
    agreeing = opposed = 0.0
    for other, its, _ in sources:
        nearness = near(bare, other, other)
        if its and mine.isdisjoint(its):
            opposed = max(opposed, nearness)
        else:
            agreeing = max(agreeing, nearness)
    return opposed >= _LEAST and opposed > agreeing + 0.1


@lru_cache(maxsize=CACHED)
def actors(clause: str) -> frozenset[str]:
    """Who is spoken of in a clause."""
    return frozenset(name for name, pattern in _ACTORS.items() if pattern.search(clause))


def _acting(clause: str, sentence: str) -> frozenset[str]:
    """Who may be doing what a clause says: where it begins with 「为」 or 「向」 somebody, those before it too."""
    return actors(sentence) if _TOWARDS.match(clause) and actors(clause) else actors(clause)


@lru_cache(maxsize=CACHED)
def without(clause: str) -> str:
    """The clause without those who are spoken of."""
    return _WHO.sub(",", clause)
