"""How a question is worded: what ties it to the one before it, and which of its words ask rather than name a matter."""

import re

from retrieval.normalise import FUNCTION_WORDS, normalise, simplify, words

EARLY = 3
"""Characters before a pronoun that points back; one that stands further on points at what the question itself names."""
TAIL = 9
"""Characters at most of what is asked of a matter: what is longer names a matter itself."""

_ASKING = """
一共 总共 后来 现在 以前 以后 之后 之前 一般 最后 最多 最少 最长 上限 下限 规定 要求 条件 标准 材料 手续 流程 程序
步骤 期限 时间 时限 费用 价格 金额 部门 单位 负责 牵头 办理 处理 申请 准备 报告 注意 事项 例子 案例 先例 类似 情况
原因 依据 法律 条文 办法 方法 其他 其它 别的 还有 有没有 能不能 可不可以 是不是 要不要 行不行 不能 不要 不用 怎么样
怎样 什么样 什么时候 几天 几个月 几年 几家 哪家 哪年 哪天 哪一年 哪几个 哪个 哪些人 一样 如果 要是 假如 的话 那么
然后 接下来 第一步 下一步 这些 那些 这种 那种 这家 那家 这样 那样 他们 它们 自己 之间 多长时间 说明 解释 详细 简单
结果 效果 好处 影响 区别 意思 做过 做法 借鉴 经验 参考 知道 告诉 看看 介绍 出来 一定 真的 到底 究竟
"""
ASKING_WORDS = frozenset(_ASKING.split())
"""Words that ask of a matter and name none."""

_OPENING = re.compile(
    r"^(?:(?:那么|那(?![个些种家笔样里边时次年天位门批块条份])|还有(?![谁什哪别没])|另外|然后|不过|可是|但是|好的?[，,])"
    r"[，,\s]*)?"
)
_ENDING = re.compile(r"(?:(?:的话|的)?呢|吧|啊|呀)?[？?。！!\s]*$")
_CONDITION = re.compile(r"(?:如果|要是|假如|万一)")
_WHAT_OF = re.compile(r"呢[？?。！!\s]*$")
_POINTING = re.compile(
    r"[它他她]们?|这[个些种家笔样]|那[个些种家笔样]|其中|上面|上述|刚才|前面|[前后]者|也(?:是|要|能|算|按|可以|一样)"
)
_INTERROGATIVE = re.compile(
    r"(?:由|跟|找|归|给|要|该|能|在|是|有|从|到|分|用|花|花了|提前)?"
    r"(?:怎么|怎样|如何|多久|多少|多长|多大|几[天年月个家次台]|哪|谁|什么|为何|为什么|能不能|要不要|是不是|有没有)"
)
_ASKS = re.compile(
    r"怎|如何|何时|为何|多[久少长大高]|几|哪|谁|什么|咋|啥|吗|呢|[?？]|(.)不\1|不[？?]?$|有没有|是否|能否"
    r"|详细|具体|展开|解释|说说|讲讲|再说|举例|例子|案例|依据"
)
_ASKING_PART = re.compile("谁|什么|哪|怎|如何|多少")
"""In what is cut as one word: 由谁来."""
_COURTESY = re.compile(r"^(?:在|好|对|是|行|懂|可以|明白|你好)[吗呢么]?[?？。！!]*$")
_NUMBERED = re.compile(r"第([一二三四五六七八九1-9])[条点个]|[\[【]([1-9])[\]】]")
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}


def core(question: str) -> str:
    """The question in simplified characters, without 「那…呢？」 around it."""
    return _ENDING.sub("", _OPENING.sub("", simplify(question).strip()))


def content(asked: str) -> list[str]:
    """The words that are neither those that every question has nor those that ask of a matter."""
    no_name = FUNCTION_WORDS | ASKING_WORDS
    found = (word for word in words(normalise(asked)) if len(word) > 1 and word not in no_name)
    return [word for word in found if not _ASKING_PART.search(word)]


def tail(question: str) -> str:
    """What is asked of the matter: from the interrogative on; nothing where that is most of the question."""
    asked = core(question)
    match = _INTERROGATIVE.search(asked)
    return asked[match.start() :] if match and len(asked) - match.start() <= TAIL else ""


def asks(question: str) -> bool:
    """Whether it asks at all: 「好的」, 「知道了」 and 「在吗」 do not."""
    plain = simplify(question).strip()
    return _ASKS.search(plain) is not None and not _COURTESY.match(plain)


def points_back(question: str) -> bool:
    """Whether the wording itself says that something went before: 「那…呢」, 「它…」, 「…也一样吗」."""
    pointing = _POINTING.search(core(question))
    return is_what_of(question) or (pointing is not None and pointing.start() <= EARLY)


def is_what_of(question: str) -> bool:
    """Whether it only names something, for which the same is asked: 「那设备呢」."""
    return _WHAT_OF.search(question) is not None


def is_condition(question: str) -> bool:
    """Whether it puts a condition to what was asked: 「那如果是破产的呢」."""
    return _CONDITION.match(core(question)) is not None


def numbered(question: str) -> int | None:
    """The mark of a source that the question counts out: 「第二条说的是什么」."""
    match = _NUMBERED.search(question)
    if match is None:
        return None
    return int(match[2]) if match[2] else _DIGITS.get(match[1]) or int(match[1])
