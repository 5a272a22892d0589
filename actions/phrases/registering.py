"""Phrases that begin an intake: a company and what is said of it, each part put to a question of the checklist."""

import re

from actions.ahead import DAY
from actions.phrases.spelling import Said
from actions.phrases.words import LEAD, TRAIL
from actions.proposals import WORDS_CHARACTERS, Arguments, Intake

_KIND = r"(?:停业|关停|关闭|歇业|停产|要关|关门)"
_FIRM = r"(?:企业|公司|单位|厂子|厂家|案件|案子)"
_ONE = r"(?:一下|一家|一个|一户|个|家|新的?)*"
_STATE = r"(?:要|准备|已经|刚刚?|打算|马上)*"
_NAMED = r"[:,]?(?:名字?叫|叫|是)?"
_BEGIN = (
    re.compile(rf"^{LEAD}(?:登记|新增|录入|新建|建档|添加|报){_ONE}{_STATE}{_KIND}的?{_FIRM}?{_NAMED}(?P<rest>.+)$"),
    re.compile(
        rf"^{LEAD}新?(?:登记|新增|录入|新建|添加)(?:一下)?(?:一家|一个|一户|个|家)(?:新的?)?{_FIRM}?{_NAMED}(?P<rest>.+)$"
    ),
    re.compile(
        rf"^{LEAD}(?:新来|来了?|又来|又有|新到|有)了?(?:一家|一个|家|个){_STATE}{_KIND}的?{_FIRM}?[:,]{_NAMED}(?P<rest>.+)$"
    ),
    re.compile(r"^(?=.*(?:帮我|麻烦|请|我要|我想))" + rf"{LEAD}登记(?:一下)?[:,]?(?P<rest>.+)$"),
)
_IS = r"(?:是|叫|为|有|:)?"
_WHO = r"(?:负责人|联系人|法人代表|法人|老板)"
_CALLED = r"(?:[\u4e00-\u9fff]{1,4}(?:先生|女士|总|厂长|经理|社长)|[\u4e00-\u9fff]{2,3})"
_WORKERS = r"(?:员工|职工|工人)"
_COUNT = r"[\d零一二两三四五六七八九十百]+"
_ABOUT = r"(?:前|就|正式|要|左右|开始)*"
_WHEN = r"(?:预计|计划|准备|打算|大概|定在|将于|于)"
_STAGES = r"(?:预警|已决定|已决定停业|决定停业|已停业|已经停业|已停产|已经停产|停产了|停了|破产程序|破产中|清算中?)"
_CAUSES = r"(?:环保|破产|战略|健康|传承|市场|技术|政策|经营不善|没订单|生病|病了|去世|搬走|资不抵债|不做了|不干了)"
_PARTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("uscc", re.compile(rf"^(?:统一社会)?(?:信用)?(?:代码)?{_IS}([0-9A-HJ-NP-Y]{{18}})$", re.IGNORECASE)),
    ("phone", re.compile(rf"^(?:联系|负责人|老板)?的?(?:电话|手机)?(?:号码?)?{_IS}(\+?\d[\d-]{{6,14}})$")),
    ("contact", re.compile(rf"^{_WHO}{_IS}(?:姓)?({_CALLED})$")),
    ("staff", re.compile(rf"^(?:现有|共有|还有|有|共)?{_WORKERS}?(?:有|共)?({_COUNT})多?[个名位]?(?:{_WORKERS}|人)?$")),
    ("closure_date", re.compile(rf"^(?:(?:停业)?日期)?{_IS}{_WHEN}?({DAY}){_ABOUT}{_KIND}?停?了?$")),
    ("stage", re.compile(rf"^(?:阶段)?{_IS}({_STAGES})了?$")),
    ("reason", re.compile(rf"^(?:停业)?(?:原因|理由){_IS}(.+)$")),
    ("reason", re.compile(rf"^(?:因为|由于|因|是因为)(.+?){_KIND}?$")),
    ("reason", re.compile(rf"^(.+?)(?:的?原因|原因{_KIND}|{_KIND})$")),
    ("industry", re.compile(rf"^行业{_IS}(.+)$")),
    ("industry", re.compile(r"^(?:是|主要)?(?:做|搞|干|从事|生产)(.+?)(?:的|生意)?$")),
    ("place", re.compile(r"^(?:地址|经营场所|场所|位于|在)(?:是|在|:)?(.{3,})$")),
    ("reason", re.compile(rf"^(.*{_CAUSES}.*)$")),
)  # fmt: skip
_ANYTHING = re.compile(r"^(.{2,10})$")
_COMPANY = re.compile(rf"^(?:叫|是)?(?P<company>.{{2,40}}?)(?:要|已经|准备)?{_KIND}?了?$")


def read_registering(said: Said) -> Arguments | None:
    """An intake with what was said already."""
    found = next((match for pattern in _BEGIN if (match := pattern.match(said.plain))), None)
    parts = [part for part in re.split(r"[,.;]", re.sub(rf"{TRAIL}$", "", found["rest"])) if part] if found else []
    company = _COMPANY.match(parts[0]) if parts else None
    if company is None:
        return None
    fields = {"company": company["company"].strip('「」“”"')}
    for part in parts[1:]:
        for name, pattern in (*_PARTS, ("industry", _ANYTHING)):
            if name not in fields and (value := pattern.match(part)):
                fields[name] = value[1]
                break
    return Intake(**{name: value[:WORDS_CHARACTERS] for name, value in fields.items()})
