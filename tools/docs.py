"""`make docs`: writes the parts of both READMEs that are made of the code: settings, commands, figures.

Each stands between `<!-- name -->` and `<!-- /name -->`. A test holds them true.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from bot import messages
from bot.cli import cli
from bot.settings import table
from tools.bench import RESULTS

ROOT = Path(__file__).parent.parent
READMES = {"english": ROOT / "README.md", "chinese": ROOT / "README.zh-CN.md"}

ENGLISH_COMMANDS = {
    "ask": "one answer on the terminal; `--json`, or `--batch FILE` with a JSON object a line",
    "check": "validates the playbook; one line a problem: file, line, what to do",
    "demo": "the real bot on a local Bot API, with a chat page: no token, no network",
    "index": "adds Markdown, text, HTML, DOCX, PDF to what answers draw on; again is a no-op",
    "officers add": "registers a person, by Telegram id",
    "officers list": "who is or was registered",
    "officers remove": "takes a person's access away",
    "audit": "the record as JSONL or CSV: who, when, what, before, after, why; with the hashes of its chain",
    "backup": "a consistent copy of case log, files and released cases, verified, encrypted where a key is given",
    "restore": "proves a backup, then puts it in place; what was there is moved aside",
    "doctor": "each setting with its origin; what is wrong here: data, record, pushing; exit code 1 where anything is",
    "push": "sends what is due now and exits (`run` does so every minute)",
    "run": "the bot on Telegram",
}
ENGLISH_CHAT = {
    "new": "walks through the checklist for a company that closes; again, offers to go on with the one that is open",
    "cases": "lists cases, or with some letters of a name or a code behind it looks for one",
    "case": "one case by its id: card, tasks, answers, timeline, notes and files",
    "due": "what is due today; `week` and `overdue` likewise, for a lead everybody's too",
    "week": "what is due later this week",
    "overdue": "what is late",
    "handover": "passes a case with its tasks and reminders to a colleague, who accepts or declines",
    "history": "the record of one case: who, when, what, before and after, why",
    "forget": "for leads: blanks what is personal in a case that was archived long ago; figures and record stay",
    "officers": "for admins: invitations by one-time links, roles, removal",
    "quiet": "days away, and the deputy who is pushed to meanwhile",
    "digest": "the hour of pushing, and whether with an overview",
    "ask": "a question; in private chats it may simply be written",
    "help": "how to use it",
    "start": "the first screen, with three questions to try",
}
HEADS: dict[str, dict[str, tuple[str, ...]]] = {
    "settings": {"english": ("Variable", "Default", "What it is"), "chinese": ("变量", "默认", "说明")},
    "commands": {"english": ("Command", "Does"), "chinese": ("命令", "作用")},
    "chat": {"english": ("In the chat", "Does"), "chinese": ("聊天里的命令", "作用")},
    "figures": {"english": ("Figure", "Measured"), "chinese": ("指标", "实测")},
}


def settings_table(language: str) -> str:
    """Every setting."""
    rows = ((f"`{row.variable}`", f"`{row.default}`" if row.default else "", getattr(row, language)) for row in table())
    return _table(HEADS["settings"][language], rows)


def commands_table(language: str) -> str:
    """Every command, as the command line has them."""
    rows = []
    for name, command in sorted(_leaves(cli)):
        usage = " ".join([name, *_arguments(command)])
        rows.append((f"`closure-bot {usage}`", ENGLISH_COMMANDS[name] if language == "english" else command.help or ""))
    return _table(HEADS["commands"][language], rows)


def chat_table(language: str) -> str:
    """Every command of the chat's menu."""
    rows = ((f"`/{name}`", ENGLISH_CHAT[name] if language == "english" else help_) for name, help_ in messages.COMMANDS)
    return _table(HEADS["chat"][language], rows)


def _leaves(group: click.Group, prefix: str = "") -> Iterable[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _leaves(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def _arguments(command: click.Command) -> Iterable[str]:
    for parameter in command.params:
        name = (parameter.name or "").upper()
        if isinstance(parameter, click.Argument):
            yield f"{name}…" if parameter.nargs == -1 else name if parameter.required else f"[{name}]"
        elif parameter.name != "data_dir":
            value = "" if getattr(parameter, "is_flag", False) else f" {name}"
            option = f"{parameter.opts[0]}{value}"
            yield option if parameter.required else f"[{option}]"


# What stands in the figures' table: the path in `bench.json`, how it is printed, English, Chinese.
FIGURES: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (("answers", "first citation right"), "{:.1%}", "first citation right", "首条引用正确"),
    (("answers", "right among three"), "{:.1%}", "right among the first three", "前三条引用内正确"),
    (("answers", "outside refused"), "{:.1%}", "refused where the playbook has nothing", "手册没有的，正确拒答"),
    (("answers", "inside refused"), "{:.1%}", "wrongly refused", "手册有而误拒"),
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


def figures_table(language: str, results: Mapping[str, Any]) -> str:
    """What `make bench` measured last."""
    rows = []
    for path, form, english, chinese in FIGURES:
        value: Any = results
        for key in path:
            value = value[key]
        rows.append((english if language == "english" else chinese, form.format(value)))
    return _table(HEADS["figures"][language], rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head), *map(tuple, rows)]
    rule = "|".join(["---"] * len(lines[0]))
    first, *rest = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([first, f"|{rule}|", *rest])


def rendered(readme: str, language: str) -> str:
    """A README with every part made anew."""
    results = json.loads(RESULTS.read_text("utf-8"))
    parts = {
        "settings": settings_table(language),
        "commands": commands_table(language),
        "chat": chat_table(language),
        "figures": figures_table(language, results),
    }
    for name, text in parts.items():
        between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        readme = between.sub(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", readme)  # type: ignore[misc]
    return readme


def main() -> None:
    """Writes both."""
    for language, path in READMES.items():
        path.write_text(rendered(path.read_text("utf-8"), language), "utf-8")


if __name__ == "__main__":
    main()
