"""The words that phrases are made of, as parts of patterns; and names of companies out of what was said."""

import re

from actions.ahead import DAY, SHIFT, VAGUE

NAME = r"[^的,.:;?!]{2,20}?"
"""Of a company, as short as the rest of a pattern allows."""
SIDE = r"(?:那边|那家|这边|这家|他们|家)?"
LEAD = (
    r"(?:你好|您好|管家|小助手|请你?|麻烦你?|劳驾|帮我|帮忙|给我|替我|能不能|能否|可不可以|可以|能|我想要?|我要|我得|我们?"
    r"|想要?|需要|先|那就|那|嗯|好的?|,)*+"
)
"""Politeness before what is wanted, and in its midst. Not given back once taken: else texts of it take seconds."""
TRAIL = r"(?:一下|吧|啊|哈|哦|呗|了|谢谢|多谢|辛苦了?|(?:可以|好|行|成)(?:吗|不|么)?|吗|么|[.!~,?])*"
TIME = (
    r"(?:今天|今日|今早|昨天|昨日|前天|刚刚|刚才|刚|上午|下午|早上|早晨|中午|晚上|傍晚|我们|我|已经"
    r"|已|又|也|都|才|再次|,)*+"
)
OWNER = (
    r"(?:的?(?:负责人|联系人|老板娘|老板|法人|老总|股东|会计|家属|儿子|女儿|理事长|[\u4e00-\u9fff](?:总|老板|先生|女士|厂长|经理|师傅|主任|社长))"
    r"(?:本人)?)"
)
VISIT = r"(?:第?[一二两三四1-4]次)?(?:季度|上门)?(?:回访|走访)"
ANY_DAY = rf"(?:{DAY}|{VAGUE})"
BEFORE = r"(?:之前|以前|前|上午|下午|早上|晚上)?"
"""After a day: it stays that day."""
OF_TASK = rf"(?P<case>{NAME}){SIDE}(?:的(?P<task>[^,.:;?的]{{2,20}}?)|(?P<visit>{VISIT}))"
"""A case and one of its tasks: 绿源的修复方案, 绿源回访."""
SAID_WHY = r"(?:[,.;](?P<reason>.+))?"
SHIFTED = SHIFT

_ASKS = re.compile(
    r"怎么|怎样|如何|多[久少长快大高]|什么|哪|谁|是否|要不要|该不该|能不能|可不可以|为啥|为何|几[天次年个家]|[啥咋]|算不算|行不行|合不合|有没有"
)
_ASKS_AT_END = re.compile(r"(?:[?]|吗|呢|么)[.!~]*$")
_POLITE = re.compile(r"帮我|帮忙|麻烦|请|劳驾|替我|^(?:能不能|可不可以|能否|可以)(?:把|将|给)")
_ASKED_POLITELY = re.compile(r"能不能|可不可以|能否|可以吗|好吗|行吗|行不行|可不可以")
_NOTHING = re.compile(r"没有?(?:什么|啥|哪|几个|谁)|不怎么|了好?几[次个天家]")
"""Says that there is little to tell."""
_REPORTED = re.compile(r"问|说|讲|提|想知道|打听|不知道|没说")
_QUOTES = "「」『』“”\"'‘’《》〈〉（）() "
_GENERIC_WORDS = """
企业 公司 停业企业 厂 厂里 厂子 工厂 老板 负责人 业主 员工 工人 职工 任务 回访 案件
案子 停业 设备 资产 他 她 它 他们 我 我们 对方 人家 这家 那家 一家 人 电话 微信
今天 明天 所有 全部 这个 那个 这件 大家 企业主 有人 有没有 类似 类似的 过往 以前
项目
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())
_AROUND = re.compile(
    r"^(?:把|帮|替|为|将|给|跟|和|与|去|到|对|在|往|从|我|今天|刚|先|请|这边|那边)+"
    r"|(?:那边|那家|这家|他们|这边|那个|这个|上门|现场|今天|已经|案件|案子)+$"
    r"|(?:这|那)(?:件|个)?事情?.{0,8}$"
)


def asks(plain: str) -> bool:
    """Whether a text asks something, rather than politely for something."""
    rest = plain
    if _POLITE.search(plain):
        rest = re.sub(r"(?:吗|么|[?])+[.!~]*$", "", _ASKED_POLITELY.sub("", plain))
    if _ASKS_AT_END.search(rest):
        return True
    first, *others = re.split(r"[,.;:!]", _NOTHING.sub("", rest))
    return bool(_ASKS.search(first)) or any(_ASKS.search(part) and not _REPORTED.search(part) for part in others)


def name(words: str) -> str:
    """A company's name without what goes before and after it; empty where the words name none in particular."""
    bare = _AROUND.sub("", words.strip(_QUOTES)).strip(_QUOTES)
    return "" if bare in _GENERIC or len(bare) < 2 or _POLITE.fullmatch(bare) else bare
