"""`make docs`: writes the parts of both READMEs that are made of the code: settings, commands, rights, figures.

Each stands between `<!-- name -->` and `<!-- /name -->`. A test holds them true.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import click

from actions.officers import Role
from actions.rights import RIGHTS, Relation, Right
from bot import messages
from bot.cli import cli
from bot.settings import table
from tools import figures

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
    "backup": "a consistent copy of case log, files, released cases, own sources; verified, encrypted by a given key",
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
    "sources": "for leads: the documents and sections added in the chat, each to look at, switch off and on, replace",
    "officers": "for admins: invitations by one-time links, roles, removal",
    "gaps": "for leads: refused and badly rated questions in groups; write a section, name the right one, set aside",
    "quiet": "days away, and the deputy who is pushed to meanwhile",
    "digest": "the hour of pushing, and whether with an overview",
    "ask": "a question; in private chats it may simply be written",
    "reset": "ends the conversation: the next question follows on from none",
    "help": "how to use it",
    "start": "the first screen, with three questions to try",
}
ROLES = {
    "english": ("officer, own case", "officer, a colleague's", "lead", "admin"),
    "chinese": ("专员，自己的案件", "专员，同事的案件", "科长", "管理员"),
}
"""The columns of the table of rights, in the order of `STANDINGS`."""
STANDINGS = (
    (Role.OFFICER, Relation.OWN),
    (Role.OFFICER, Relation.TEAM),
    (Role.LEAD, Relation.TEAM),
    (Role.ADMIN, Relation.TEAM),
)
RIGHTS_TOLD = {
    Right.ASK: ("ask the playbook", "提问"),
    Right.SEE: ("see the case", "看案件"),
    Right.CONTACT: ("see contact data, notes as they are, files", "看联系方式、备注原文和文件"),
    Right.WORK: ("fill in, do, move, hand over, archive", "填写、办理、改期、转交、归档"),
    Right.WAIVE: ("waive a task", "标为不办"),
    Right.RELEASE: ("release as a past case", "放进案例库"),
    Right.FORGET: ("forget what is personal", "清除个人信息"),
    Right.PLAYBOOK: ("add, replace, take out what answers draw on", "管资料库：加入、替换、停用"),
    Right.EVERYBODY: ("lists and agenda of everybody", "看全体的清单和议程"),
    Right.OFFICERS: ("officers: invite, change, remove", "人员：邀请、改角色、移除"),
}
HEADS: dict[str, dict[str, tuple[str, ...]]] = {
    "settings": {"english": ("Variable", "Default", "What it is"), "chinese": ("变量", "默认", "说明")},
    "commands": {"english": ("Command", "Does"), "chinese": ("命令", "作用")},
    "chat": {"english": ("In the chat", "Does"), "chinese": ("聊天里的命令", "作用")},
    "rights": {"english": ("", *ROLES["english"]), "chinese": ("", *ROLES["chinese"])},
    "figures": {"english": ("Figure", "Measured"), "chinese": ("指标", "实测")},
    "faults": {
        "english": ("What", "Times", "Acknowledged", "Lost", "Doubled", "Log not sound"),
        "chinese": ("做什么", "次数", "已确认", "丢失", "重复", "记录不完好"),
    },
    "fuzz": {"english": ("Figure", "Measured"), "chinese": ("指标", "实测")},
    "load": {
        "english": ("", "Acts", "p50, ms", "p95, ms", "p99, ms", "Errors"),
        "chinese": ("", "次数", "p50，毫秒", "p95，毫秒", "p99，毫秒", "出错"),
    },
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


def rights_table(language: str) -> str:
    """Who may do what, as `actions.rights` has it."""
    rows = []
    for right, (english, chinese) in RIGHTS_TOLD.items():
        may = [right in RIGHTS[role][Relation.NONE] | RIGHTS[role][relation] for role, relation in STANDINGS]
        rows.append((english if language == "english" else chinese, *("✓" if each else "" for each in may)))
    return _table(HEADS["rights"][language], rows)


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


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head), *map(tuple, rows)]
    rule = "|".join(["---"] * len(lines[0]))
    first, *rest = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([first, f"|{rule}|", *rest])


def rendered(readme: str, language: str) -> str:
    """A README with every part made anew."""
    parts = {
        "settings": settings_table(language),
        "commands": commands_table(language),
        "chat": chat_table(language),
        "rights": rights_table(language),
        "figures": _table(HEADS["figures"][language], figures.bench_rows(language)),
        "faults": _table(HEADS["faults"][language], figures.faults_rows(language)),
        "fuzz": _table(HEADS["fuzz"][language], figures.fuzz_rows(language)),
        "load": _table(HEADS["load"][language], figures.load_rows(language)),
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
