"""What the bot says about questions that the playbook did not answer, and about closing such gaps."""

from collections.abc import Sequence
from datetime import date

from bot.messages.push import month_day

TITLE = "手册的缺口"
NONE_OPEN = "没有待补的问题。拒答和被点 👎 的问题会列在这里。"
GONE = "这个问题已经处理过了。"
NEAREST = "手册里相近的："
NOTHING_NEAR = "手册里没有相近的。"
ANSWERED_WITH = "当时的回答："
WHICH = "哪一节能答「{question}」？点一下先看内容。"
NOT_FOUND = "没有找到相近的。换几个字再写一次，或写编号。"
IS_IT = "由它来答「{question}」吗？"
WRITE_HOW = (
    "请写这一节，发一条消息就行：\n"
    "第一行写标题，从第二行起写正文：怎么做、由谁办、何时办，一句一个意思。\n"
    "也可以发 .md 或 .txt 文件。不要写姓名和电话。"
)
SEEK_HOW = "请写几个字，或那一节的编号，我来找。"
TO_MEND = "这一节还不能发布，请改好后重新发一条："
CONTACT = "这里像是联系方式，手册人人能看，请删去"
NOT_TEXT = "这个文件读不出文字，请用 UTF-8 编码的 .md 或 .txt"
CHECKED = "已检查，没有问题。发布后马上能查到。"
FILED_UNDER = "归在哪一类？现在是「{pillar}」。"
DROPPED = "好，没有发布。"
NOT_INDEXED = "索引正被另一个程序占用，这一节稍后会自动收录。"
TOLD_NOBODY = "问过的人里没有要另行通知的。"
BUSY = "⏳ 正在发布…"
LAST = "最近处理的（一天内可撤销）："
TAKEN_BACK = "已撤销，这些问题重新列为待补。"
TOO_LATE = "已经撤销不了了。写成的章节请发 /sources 停用。"
NOT_YOURS = "这份草稿不是您写的。"

BUTTON_WRITE = "写一节"
BUTTON_MARK = "这一节能答"
BUTTON_ASIDE = "不归手册管"
BUTTON_SEEK = "都不是，我来找"
BUTTON_IT_IS = "就是它"
BUTTON_OTHER = "换一节"
BUTTON_LIST = "回到清单"
BUTTON_BACK = "返回"
BUTTON_PUBLISH = "发布"
BUTTON_REWRITE = "重写"
BUTTON_DROP = "不写了"
BUTTON_TAKE_BACK = "撤销"
BUTTON_AGAIN = "看新的回答"


def counts(groups: int, questions: int) -> str:
    """Above the list."""
    return f"待补 {questions} 个问题，归成 {groups} 类，问得多的在前。"


def at_most(limit: int) -> str:
    """Where there are more than are looked at."""
    return f"只看最近的 {limit} 个。"


def group(number: int, question: str, times: int, askers: int, refused: int, bad: int, last: date) -> str:
    """A line of the list."""
    what = "、".join(f"{count} 次{name}" for count, name in ((refused, "拒答"), (bad, " 👎")) if count)
    return f"{number}. 「{question}」\n{times} 次，{askers} 人问过（{what}），最近 {month_day(last)}"


def card_title(times: int, askers: int) -> str:
    """Above the questions of a group."""
    return f"{times} 次，{askers} 人问过"


def asked(question: str, name: str, day: date, refused: bool) -> str:
    """One question of a group."""
    return f"• {question}（{name}，{month_day(day)}，{'拒答' if refused else '👎'}）"


def more(count: int) -> str:
    """Questions that are not listed."""
    return f"……另有 {count} 个"


def settled(question: str, title: str, name: str, day: date) -> str:
    """What became of a question."""
    what = f"由《{title}》来答" if title else "不归手册管"
    return f"「{question}」\n{what}（{name}，{month_day(day)}）"


def problem(line: int, advice: str) -> str:
    """Something to mend in what was written."""
    return f"• 第 {line} 行：{advice}"


def characters(count: int) -> str:
    """How long a section is, where not all of it is shown."""
    return f"……（全文 {count} 字）"


def source(name: str, day: date) -> str:
    """Where a section that was written in the chat comes from."""
    return f"科长{name}于{day.year}年{day.month}月{day.day}日在对话中补写"


def filed_under(pillar: str) -> str:
    """Under which pillar a draft is."""
    return FILED_UNDER.format(pillar=pillar)


def published(title: str, source_id: str) -> str:
    """A section is in the library."""
    return f"✅ 已发布《{title}》（{source_id}）。"


def marked(question: str, title: str) -> str:
    """A source was named for a question."""
    return f"✅ 已记下：「{question}」由《{title}》来答。"


def proven(question: str) -> str:
    """Asked again, it comes first."""
    return f"已试问「{question}」，第一条引用就是它。"


def not_proven(question: str, title: str) -> str:
    """Asked again, something else comes first; `title` is empty where the question is refused."""
    found = f"第一条引用还是《{title}》" if title else "仍然拒答"
    return f"⚠️ 已试问「{question}」，{found}。请把这一节写得更贴近问题，或在资料里停用前一条。"


def told(count: int) -> str:
    """How many askers are told."""
    return f"会通知问过的 {count} 人。" if count else TOLD_NOBODY


def set_aside(question: str, count: int) -> str:
    """Questions that are no matter of the playbook's."""
    return f"「{question}」等 {count} 个问题已搁置，不再列出。"


def answered(question: str, title: str, written: bool) -> str:
    """To whoever had asked."""
    if written:
        return f"您问过「{question}」，手册补上了：《{title}》。"
    return f"您问过「{question}」，答案在《{title}》里，当时没有找对。"


def which(question: str) -> str:
    """Before the candidates."""
    return WHICH.format(question=question)


def is_it(question: str) -> str:
    """Under a candidate."""
    return IS_IT.format(question=question)


def titles(names: Sequence[str]) -> str:
    """The nearest sources."""
    return f"{NEAREST}{'、'.join(names)}" if names else NOTHING_NEAR
