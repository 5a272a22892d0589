"""An entry as the text of its file: front matter, then body. What `loader` reads."""

import math

import yaml

from playbook.loader import FENCE
from playbook.model import Entry


class _FrontMatter(yaml.SafeDumper):
    """Keeps each text on one line: a line of its own might read as the end of the front matter."""


def _on_one_line(dumper: _FrontMatter, text: str) -> yaml.ScalarNode:
    style = '"' if len(text.splitlines()) > 1 else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_FrontMatter.add_representer(str, _on_one_line)


def file_text(entry: Entry) -> str:
    """The whole file."""
    values = entry.model_dump(mode="json", exclude={"body"})
    front = yaml.dump(values, Dumper=_FrontMatter, allow_unicode=True, sort_keys=False, width=math.inf)
    return f"{FENCE}\n{front}{FENCE}\n{entry.body}\n"
