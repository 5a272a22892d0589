"""Phrases that only look: at a case, at what is due."""

import re

from actions.phrases.spelling import Said
from actions.phrases.words import LEAD, NAME, SIDE, TRAIL, name
from actions.proposals import Arguments, Due, Find

_CASE = rf"(?P<case>{NAME})"
_PAPERS = r"(?:案子|案件|档案|进度|进展|卷宗|卡片|情况)"
_LOOK = r"(?:看一看|看看|看|查看|查查|查|打开|调出|找找|找|搜|翻)(?:一下|下)?"
_HOW = r"(?:怎么样|怎样|如何|咋样|什么情况|啥情况|什么进展|啥进展|有什么进展)"
_FIND = (
    re.compile(rf"^{LEAD}{_LOOK}{_CASE}{SIDE}(?:的|这个)?{_PAPERS}{TRAIL}$"),
    re.compile(
        rf"^{_CASE}{SIDE}(?:的案[子件])?(?:现在|目前)?(?:到|走到|办到|进行到|做到|推进到)了?哪(?:一?步|里|儿|一环|个阶段){TRAIL}$"
    ),
    re.compile(rf"^{_CASE}{SIDE}(?:的案[子件])?(?:现在|目前|最近)?(?:办得|办|处理得|进展|情况)?{_HOW}{TRAIL}$"),
    re.compile(rf"^{_CASE}的(?:情况|进展|进度){_HOW}{TRAIL}$"),
    re.compile(rf"^{LEAD}{_LOOK}(?P<case>[^的,.:;?!]{{2,12}}?){TRAIL}$"),
    re.compile(rf"^{_CASE}的{_PAPERS}{TRAIL}$"),
)
_WHEN = {"今": "today", "本": "week", "这": "week"}
_OPEN = r"(?:任务|待办|回访|走访|事情|事|活|安排|工作|到期|企业|提醒|什么|哪些|哪几[家件项]|哪家|谁|啥)"
_DUE = re.compile(
    rf"^{LEAD}(?:我的?|看看|看|列一下|列出|查一下|查|有没有|有哪些|还有)*"
    r"(?P<when>今天|今日|本周|这周|这个?星期|这个?礼拜|逾期|超期|过期|拖期)"
    r"(?:的|了|还|都|里|内|我|要|该|没办|未办)*(?:还有|有没有|有)?(?:什么|哪些|哪几[家件项]|哪家|谁|啥|多少|几[家件项个])*(?:是|事)?(?:要|该|得|需要)*"
    rf"(?P<what>[没未]?(?:办|做|处理|回访|走访|跟进|完成|联系)?的?{_OPEN}{{0,2}})(?:都|还)?(?:给我)?(?:看看|看一下|列出来|列一下|有哪些|有没有|有什么|是哪些|是什么|有几个|要做|要办|没办)?{TRAIL}$"
)


def read_looking(said: Said) -> Arguments | None:
    """A case that somebody wants to see, or what is due."""
    if found := _DUE.match(said.plain):
        late = found["when"][0] not in _WHEN
        if found["what"].strip("的") or late:
            return Due.model_validate({"when": "overdue" if late else _WHEN[found["when"][0]]})
    for pattern in _FIND:
        if (found := pattern.match(said.plain)) and (case := name(found["case"])):
            return Find(name=case)
    return None
