"""Other words for the playbook's words: English, colloquial, synonymous. Officers own the file, `glossary.yaml`.

Only the words that are searched for are widened; what is quoted stays as it stands.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from playbook.errors import PlaybookInvalid

_LATIN_RUN = re.compile(r"[a-z]+(?:[ '-][a-z]+)*")
LONGEST_PHRASE = 3
FILE = "glossary.yaml"


@dataclass(frozen=True)
class Glossary:
    """`english` and `chinese` give the playbook's words for others; `ignored` are English words that say nothing."""

    english: dict[str, tuple[str, ...]]
    chinese: dict[str, tuple[str, ...]]
    ignored: frozenset[str]

    @classmethod
    def load(cls, directory: Path) -> "Glossary":
        """The glossary in a playbook's folder; an empty one where there is none. Raises PlaybookInvalid."""
        try:
            return cls.read(directory)
        except ValueError as error:
            raise PlaybookInvalid(first=f"{directory / FILE}：{error}", count=1) from error

    @classmethod
    def read(cls, directory: Path) -> "Glossary":
        """The same; raises ValueError with what to do, in Chinese."""
        path = directory / FILE
        if not path.exists():
            return cls({}, {}, frozenset())
        try:
            content = yaml.load(path.read_text("utf-8"), Loader=yaml.CBaseLoader) or {}
            return cls(
                english={str(key): tuple(map(str, words)) for key, words in content.get("english", {}).items()},
                chinese={str(key): tuple(map(str, words)) for key, words in content.get("chinese", {}).items()},
                ignored=frozenset(map(str, content.get("ignored", []))),
            )
        except UnicodeDecodeError as error:
            raise ValueError("文件不是 UTF-8 编码，请用 UTF-8 另存") from error
        except (yaml.YAMLError, AttributeError, TypeError) as error:
            raise ValueError("不是有效的近义说法表，每行应是「说法: [手册用词]」") from error

    def widen(self, question: str) -> str:
        """`question` (normalised) with its English in Chinese, and with the playbook's words for others at its end."""
        translated = _LATIN_RUN.sub(lambda run: self._translate(run.group()), question)
        if not self.chinese:
            return translated
        found = (word for key in dict.fromkeys(self._keys.findall(question)) for word in self.chinese[key])
        return " ".join([translated, *(word for word in found if word not in translated)])

    def _translate(self, run: str) -> str:
        """One run of English: the longest phrases first; words without an entry stay, ignored ones go."""
        words, translated = run.split(), list[str]()
        while words:
            size = next((n for n in range(LONGEST_PHRASE, 0, -1) if " ".join(words[:n]) in self.english), 1)
            phrase, words = " ".join(words[:size]), words[size:]
            if phrase not in self.ignored:
                translated += self.english.get(phrase, (phrase,))
        return f" {' '.join(translated)} "

    @cached_property
    def _keys(self) -> re.Pattern[str]:
        """Any Chinese key, the longest first."""
        return re.compile("|".join(map(re.escape, sorted(self.chinese, key=len, reverse=True))))
