"""What `make bench`, `make faults`, `make fuzz` and `make load` have measured last, as rows of the READMEs' tables."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
Row = tuple[str, ...]
Rows = Iterator[Row]

# What stands in the figures' table: the path in `bench.json`, how it is printed, English, Chinese.
FIGURES: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (("answers", "first citation right"), "{:.1%}", "first citation right", "首条引用正确"),
    (("answers", "right among three"), "{:.1%}", "right among the first three", "前三条引用内正确"),
    (("answers", "outside refused"), "{:.1%}", "refused where the playbook has nothing", "手册没有的，正确拒答"),
    (("answers", "inside refused"), "{:.1%}", "wrongly refused", "手册有而误拒"),
    (
        ("follow-ups", "fresh: first citation right"),
        "{:.1%}",
        "second turns of dialogues, first citation right, no model",
        "对话里接着问的，首条引用正确（不用对话模型）",
    ),
    (
        ("follow-ups", "fresh: without the conversation"),
        "{:.1%}",
        "… the same questions by themselves",
        "……同样的问题单独问时",
    ),
    (
        ("follow-ups", "unrelated: changed"),
        "{:.1%}",
        "… new questions answered otherwise for what was asked before",
        "……与前文无关的新问题被前文带偏的",
    ),
    (
        ("learning", "marked right"),
        "{:.1%}",
        "wrong answers that a lead has marked with the right section: right when asked again",
        "标过正确章节的错答，再问时首条正确",
    ),
    (("learning", "reworded right before"), "{:.1%}", "… asked in other words, before", "……换个说法问，标记之前"),
    (("learning", "reworded right"), "{:.1%}", "… asked in other words, after", "……换个说法问，标记之后"),
    (
        ("learning", "others worse"),
        "{}",
        "… all other questions of the set that are answered worse since",
        "……评测集其余问题因此变差的",
    ),
    (
        ("learning", "outside no longer refused"),
        "{}",
        "… of 950 questions beyond the playbook, refused no longer",
        "……950 个手册以外的问题，因此不再拒答的",
    ),
    (
        ("grounding", "cut"),
        "{:.1%}",
        "made-up sentences under a real mark, cut (held out)",
        "编造而挂着真出处的句子，删去（未参与拟合）",
    ),
    (
        ("grounding", "kept"),
        "{:.1%}",
        "… honest rewordings kept; where too few are, the quoted answer stands",
        "……如实改写的句子，保留；保留得太少就用原文",
    ),
    (
        ("phrases", "right"),
        "{:.1%}",
        "wishes in free words (303, the grammar was mended for them), understood in every part without a model",
        "随口说的要办的事（303 句，规则照它们改过），不用对话模型，每一处都读对",
    ),
    (
        ("phrases", "right at first reading"),
        "{:.1%}",
        "… of 239 that were written later, at their first reading, before anything was mended for them",
        "……其中后写的 239 句，第一次读（还没为它们改过）",
    ),
    (
        ("phrases", "questions taken"),
        "{}",
        "… of 2,125 questions to the playbook, taken for a wish",
        "……2125 个问手册的问题，误当成要办的事",
    ),
    (
        ("warm ask at 500 passages, p95, times an embedding call",),
        "{} ×",
        "a warm answer at 500 passages, p95, by one embedding call",
        "热态回答 p95（500 段），与一次向量计算相比",
    ),
    (
        ("warm ask at 20000 passages, p95, times an embedding call",),
        "{} ×",
        "… at 20,000 passages",
        "热态回答 p95（20000 段），与一次向量计算相比",
    ),
    (
        ("cold ask, times the bare imports",),
        "{} ×",
        "a cold `closure-bot ask`, by importing Chroma and onnxruntime",
        "冷启动 `closure-bot ask`，与导入 Chroma 和 onnxruntime 相比",
    ),
    (
        ("indexing, of the bare model's passages a second",),
        "{} ×",
        "indexing, by the bare model's passages a second",
        "建索引速度，与模型本身每秒段数相比",
    ),
    (
        ("cases", "/cases, mine"),
        "{} ×",
        "`/cases` at 100,000 cases and 1,000,000 tasks, by the same at 1,000 cases",
        "`/cases`：10 万案件、100 万任务时，与 1000 案件时相比",
    ),
    (("cases", "/cases, a rare name"), "{} ×", "… looking for a name", "……按名称查找"),
    (("cases", "/case"), "{} ×", "… `/case`", "……`/case`"),
    (("cases", "next question"), "{} ×", "… the next question of the checklist", "……清单的下一题"),
    (
        ("push", "a round with nothing due over 1,000,000 tasks, ms"),
        "{} ms",
        "a round of pushing with nothing due, 1,000,000 tasks",
        "没有到期时的一轮推送（100 万任务）",
    ),
    (
        ("push", "lost"),
        "{}",
        "lost of 10,000 messages to 500 officers"
        " (5 % 429, 2 % 502, 2 % cut off before and 2 % after delivery, three kill -9)",
        "1 万条提醒发给 500 人（5% 429、2% 502、送达前后各 2% 断线、三次 kill -9），丢失",
    ),
    (("push", "doubled without a reason"), "{}", "… sent twice without a reason", "……无故重复"),
    (
        ("push", "doubled, the answer or the process lost"),
        "{}",
        "… sent twice since the answer was cut off or the process died after Telegram had taken them",
        "……Telegram 已收下而回执丢失或进程被杀，因而重复",
    ),
    (("push", "most in any second"), "{}", "… most in any second (the limit is 30)", "……任意一秒内最多（上限 30）"),
    (("push", "most to one chat in any second"), "{}", "… most to one chat in any second", "……任意一秒内对同一人最多"),
    (
        ("push", "time by what 30 a second allow"),
        "{} ×",
        "… time taken, by what 30 a second allow",
        "……用时，与每秒 30 条所需相比",
    ),
    (("memory, MB",), "{} MB", "resident memory after 220 questions", "常驻内存（问过 220 题后）"),
)

FAULTS = {
    "asking": ("questions, kill -9", "提问，kill -9"),
    "intake": ("answers of the checklist, kill -9", "填写清单，kill -9"),
    "push": ("reminders, kill -9", "推送提醒，kill -9"),
    "indexing": ("passages of documents, kill -9", "收录文件（段），kill -9"),
    "backup": ("notes written during backup and restore, kill -9", "备份和恢复期间写的备注，kill -9"),
    "disk full": ("answers, the disk full", "填写清单，磁盘写满"),
    "clock jumps": ("answers and reminders, the clock off by -400 to +400 days", "填写和提醒，时钟前后跳 400 天"),
}
FUZZ = (
    ("updates", "random updates", "随机更新"),
    ("malformed", "… malformed among them", "……其中格式不对"),
    ("presses by those who may not, refused", "presses by those who may not, refused", "无权的人点的按钮，已拒绝"),
    ("exception", "unhandled exceptions", "没有处理的异常"),
    ("right exceeded", "rights exceeded", "越权"),
    ("leak", "contact data or cases told to those who may not know them", "向无权的人泄露联系方式或案件"),
    ("press not answered", "buttons that were left spinning", "点了没有回应的按钮"),
)
LOAD = {
    "press": ("a button", "点按钮"),
    "question": ("a question", "提问"),
    "written": ("an answer written", "打字回答"),
}


def _told(english: str, chinese: str, language: str) -> str:
    return english if language == "english" else chinese


def bench_rows(language: str) -> Rows:
    """Answers, speed, memory."""
    results = read("bench")
    for path, form, english, chinese in FIGURES:
        value: Any = results
        for key in path:
            value = value[key]
        yield _told(english, chinese, language), form.format(value)


def faults_rows(language: str) -> Rows:
    """An activity each: how often it was struck, what was acknowledged, what became of that."""
    for name, outcome in read("faults").items():
        counted = ("kills", "acts", "lost", "doubled", "unsound")
        yield _told(*FAULTS[name], language), *(f"{int(outcome[each]):,}" for each in counted)


def fuzz_rows(language: str) -> Rows:
    """What was tried, and what was found."""
    results = read("fuzz")
    yield from ((_told(english, chinese, language), f"{results[name]:,}") for name, english, chinese in FUZZ)


def load_rows(language: str) -> Rows:
    """Times of each kind of act, in milliseconds."""
    results = read("load")
    for name, times in results["kinds"].items():
        counted = ("acts", "p50", "p95", "p99", "errors")
        yield _told(*LOAD[name], language), *(f"{times[each]:,}" for each in counted)
    memory = _told(
        "memory, the last fifth of the run by its second", "内存，最后五分之一与第二个五分之一相比", language
    )
    yield memory, f"{results['growth']} ×", "", "", "", ""


def read(name: str) -> dict[str, Any]:
    """The results of one of them."""
    results: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return results
