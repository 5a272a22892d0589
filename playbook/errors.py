"""Errors made for people.

    ClosureBotError
    ├── PlaybookInvalid        a file of the playbook cannot be used
    ├── retrieval.errors …     models, index, documents
    ├── actions.errors …       case log, officers
    └── bot.errors …           token, Bot API, ports

One class is one sentence and one thing to do next, in Chinese, here at the class and nowhere else. Whatever is raised
for another reader (a bug, a broken library) is not of this tree, and is logged with its traceback.
"""

from typing import ClassVar


class ClosureBotError(Exception):
    """What went wrong, in one sentence, and what to do next; `details` fill the braces of both."""

    sentence: ClassVar[str] = "出错了。"
    remedy: ClassVar[str] = "请稍后再试。"

    def __init__(self, **details: object) -> None:
        super().__init__(self.sentence.format(**details) + self.remedy.format(**details))
        self.details = details


class PlaybookInvalid(ClosureBotError):
    """The playbook in use has a file that cannot be loaded. Details: `first`, the first problem, as a line; `count`."""

    sentence = "手册有{count}处问题，第一处：{first}。"
    remedy = "请运行 closure-bot check 查看全部，改好后再试。"
