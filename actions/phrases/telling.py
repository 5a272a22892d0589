"""Phrases that tell what was done: a visit, an attempt at one, a task that is finished."""

import re

from actions.phrases.spelling import Said
from actions.phrases.words import LEAD, NAME, OWNER, SIDE, TIME, TRAIL, name
from actions.proposals import Arguments, Finish, Visit

_STOP = r"[,.:;]"
_NOTE = rf"(?:{_STOP}(?P<note>.+))?$"
_CASE = rf"(?P<case>{NAME}){SIDE}"
_OVER = r"(?:过了|完了|好了|过|完|了)"
_TALKED = (
    r"(?:通了|通过|打了|打过|打通了?|打完|聊完|谈完|聊了|聊过|谈了|谈过|见了|见过|碰了|碰过|说上话|联系上"
    r"|联系过|联系到)"
)
_VISITED = (
    re.compile(
        rf"^{LEAD}(?:记|登记|记录|写)(?:一下|一次|个|一笔|下|一条)?回访(?:记录)?{_STOP}{_CASE}{_STOP}(?P<note>.+)$"
    ),
    re.compile(
        rf"^{TIME}(?:跟|和|与|同|给){_CASE}{OWNER}?{_TALKED}(?:个|一个|一次|一下)?(?:电话|微信|面|头|视频|天)?了?"
        rf"(?:{_STOP}(?P<note>.+)|$)"
    ),
    re.compile(
        rf"^{TIME}(?:去|到)?(?:(?:回访|走访|拜访|探访|看望|见|约见|约谈){_OVER}|(?:联系上|联系到|见到|见着)了?){_CASE}{OWNER}?了?{_NOTE}"
    ),
    re.compile(rf"^{TIME}{_CASE}{OWNER}(?:今天|已经)?(?:见到|联系上|见过面|见过|找到)了?{_STOP}(?P<note>.+)$"),
    re.compile(rf"^{TIME}从{_CASE}回来了?{_NOTE}"),
    re.compile(rf"^{TIME}(?:去|到){_CASE}(?:现场)?(?:看|走|跑|转|坐|回访|走访)(?:{_OVER}|了?一?[趟圈下])+{_NOTE}"),
    re.compile(rf"^{TIME}{_CASE}{TIME}(?:的)?(?:(?:回访|走访)(?:做|办|弄|搞)?|拜访|去|看|联系){_OVER}{_NOTE}"),
)
_NOBODY = (
    r"(?:联系不上人?|联系不到人?|没有?联系上|没有?联系到|打不通|没打通|没有?人接(?:电话|手机)?|不接电话|没接电话|不接|关机|停机|是?空号|找不到人?|没有?找到人?"
    r"|人不在|不在家|不在厂里|没有?见[到着]人?|没碰到人?|不回微信|没回微信|不回消息|不回|没回|失联)"
)
_EMPTY = r"(?:扑了?个?空|没人|没有?见[到着]人?|没有?找到人?|没碰到人?|门锁着|大门紧锁|吃了?闭门羹|人不在)"
_STILL = r"(?:还是|一直|又|都|也|总是|今天|仍然|,)*"
_CALLS = r"(?:打?了?(?:[一二两三四五六七八九十几好\d]+[个次通遍]+)?)"
_MISSED = (
    re.compile(
        rf"^{TIME}(?:给|打){_CASE}{OWNER}?(?:发了?(?:微信|短信|消息))?{_CALLS}的?(?:电话|手机)?{_STILL}{_NOBODY}.{{0,12}}$"
    ),
    re.compile(rf"^{TIME}(?:(?:去|到)了?一?趟?|上门){_CASE}(?:(?:看|跑|走)了?一?[趟圈下])?{_STILL}{_EMPTY}.{{0,12}}$"),
    re.compile(
        rf"^{TIME}(?:(?:没有?|没能|未能|未)(?:联系上|联系到|找到|见到|见着|碰到|打通)|找不到|联系不上|联系不到|打不通){_CASE}{OWNER}?(?:的?电话)?{TRAIL}$"
    ),
    re.compile(
        rf"^{TIME}{_CASE}{OWNER}?的?(?:电话|手机)?{_CALLS}(?:电话|手机|微信)?{_STILL}{_NOBODY}(?:{_STOP}.{{0,20}}|了)?$"
    ),
)
_TASK = r"的(?P<task>[^,.:;?的]{2,20}?)"
_DONE = (
    r"(?:(?:办|做|弄|报|送|报送|交|递|批|签|谈|编|清|落实|处理|整理|清理|登记|对接|验收)(?:完|好|妥|成|掉|上去|下来|到位|过)"
    r"|全?完成|办结|了结|搞定|可以结|提交|交|通过)"
)
_FINISHED = (
    re.compile(rf"^{LEAD}(?:把|将)?{_CASE}{_TASK}(?:已经|已|都|也|今天|刚刚?|总算|终于|全部)*{_DONE}(?:了|啦){_NOTE}"),
    re.compile(
        rf"^{LEAD}(?:把|将){_CASE}{_TASK}(?:(?:标成|标为|标记成|标记为|标记|设为|设成|改成|改为|记为)(?:已)?(?:完成|办结|办完|做完)"
        rf"|勾掉|划掉|勾了|结掉|办结|完结|关掉){TRAIL}{_NOTE}"
    ),
    re.compile(rf"^{LEAD}(?:完成|办结|勾掉|划掉){_CASE}{_TASK}{TRAIL}$"),
)


def read_telling(said: Said) -> Arguments | None:
    """A visit, made or in vain, or a task that is finished."""
    for pattern in _MISSED:
        if (found := pattern.match(said.plain)) and (case := _company(found)):
            return Visit.model_validate({"case": case, "reached": False})
    for pattern in _VISITED:
        if (found := pattern.match(said.plain)) and (case := _company(found)):
            return Visit.model_validate({"case": case, "note": said.words(found, "note")})
    for pattern in _FINISHED:
        if (found := pattern.match(said.plain)) and (case := _company(found)):
            note = said.words(found, "note") if "note" in found.groupdict() else ""
            return Finish(case=case, task=found["task"], note=note)
    return None


def _company(found: re.Match[str]) -> str:
    """The name without a person's behind it: 绿源陈总 is 绿源."""
    return name(re.sub(rf"{OWNER}的?(?:手机|电话)?$", "", found["case"]))
