"""Names in a sentence: quoted terms and titles, public bodies, places, codes. Pure."""

import re
from itertools import pairwise

from retrieval.grounding.evidence import Evidence
from retrieval.grounding.figures import spelled
from retrieval.normalise import HAN

_QUOTED = re.compile(r"[「『《“\"]([^「」『』《》“”\"]{2,40})[」』》”\"]")
_BODY = re.compile(
    rf"[{HAN}]{{2}}(?:局|委(?![托员派])|厅(?!级)|署|法院|检察院|仲裁院|交易所|集团|银行|协会|公园|大学|督察组|管委会|街道办|工会|沙龙)"
)
_DEPARTMENT = re.compile(
    r"(税务|公安|消防|住建|人社|环保|财政|审计|城管|市监|海关|民政|司法|教育|科技|应急管理)(?:部门|机关)?"
)
_OFFICES = re.compile(
    r"法院|检察院|公安|工会|政府|财政(?!局)|保险公司|第3方|股东|董事|法定代表人|管理人|清算组|村民|债权人|债务人|买家|律师|仲裁"
)
_BY = re.compile("(?<![理事])由(?!于|此)")
_COMPANIES = frozenset(["企业", "公司", "工厂", "农场", "园区", "部门", "机关", "机构"])
_WEIGHTY = re.compile(
    r"平均|所有|任何|保证|肯定|唯一|首次|最高|最低|罚款|罚金|收费|缴纳|交费|服务费|手续费|赔偿|冻结|扣押|拘留|刑事|追究|失信|黑名单|自动"
    r"|津贴|奖金|审批|报批|签字|备案|公证|全部|全额|减免|免缴|强制"
)
"""Words that lay something on somebody or speak for all: they come from the source or not at all."""
_ALIASES = (("股东", "投资人"), ("政府", "财政"), ("买家", "受让方", "买方", "接手"))


def unnamed(sentence: str, evidence: Evidence) -> bool:
    """Whether the sentence names what its sources do not."""
    text, sources = spelled(sentence), evidence.text
    bare = _bare(sources)
    if any(_bare(name) not in bare for name in _QUOTED.findall(sentence)):
        return True
    if any(body.group() not in sources for body in _BODY.finditer(text)):
        return True
    if any(match[1] not in sources for match in _DEPARTMENT.finditer(text)):
        return True
    if any(not _told(match.group(), sources) for match in _OFFICES.finditer(text)):
        return True
    if any(word.group() not in sources for word in _WEIGHTY.finditer(text)):
        return True
    if any(kind not in sources for kind in _kinds(text)) or any(agent not in sources for agent in _agents(text)):
        return True
    return any(place not in sources for place in places(text))


def _kinds(text: str) -> list[str]:
    """What kind of company, works or farm is spoken of: 汽车企业."""
    import rjieba

    return [
        word
        for (word, tag), (after, _) in pairwise(rjieba.tag(text))
        if tag.startswith("n") and len(word) > 1 and after in _COMPANIES
    ]


def _agents(text: str) -> list[str]:
    """The words for somebody right behind 「由」."""
    import rjieba

    found = list[str]()
    for match in _BY.finditer(text):
        word, tag = next(iter(rjieba.tag(text[match.end() :])), ("", ""))
        found += [word] if tag.startswith("n") and len(word) > 1 else []
    return found


def places(text: str) -> set[str]:
    """The names of places in a text."""
    import rjieba

    return {word for word, tag in rjieba.tag(text) if tag in ("ns", "nt") and len(word) > 1 and word[0] != "之"}


def _told(office: str, sources: str) -> bool:
    others = next((group for group in _ALIASES if office in group), (office,))
    return any(each in sources for each in others)


def _bare(text: str) -> str:
    return re.sub(rf"[^{HAN}a-z0-9%]", "", spelled(text))
