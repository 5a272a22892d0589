"""Tells a question to the playbook from an answer, in mid-walk."""

import re

from playbook.checklist import Kind

_MARK = re.compile(r"[?？]\s*$")
_PARTICLE = re.compile(r"(?:吗|呢|么)[。！!\s]*$")
_ASKS = re.compile(
    r"怎么|怎样|如何|多久|多少|什么|哪[里个些家天]|谁|是否|能不能|可不可以|要不要|该不该|为啥|几[天次年个家]"
)
_ASKS_AT_END = re.compile(
    r"(?:怎么|怎样|如何)\w{1,4}$|(?:是|算|找|要|有|做|办|准备|包括)?(?:什么|哪些|谁)\w{0,4}$|(?:多久|多少)\w{0,4}$|(?:怎么办|咋办)$"
)
SHORTEST = 4
"""Characters without a question mark; less is a word."""


def looks_like_question(text: str, kind: Kind) -> bool:
    """Whether a text asks something. For `Kind.text`, where any text would be an answer, only if it plainly does.

    For other types it is asked about texts that are no answer.
    """
    said = text.strip()
    if not any(char.isalnum() for char in said):
        return False
    if _MARK.search(said):
        return True
    if len(said) < SHORTEST:
        return False
    if kind is not Kind.text:
        return bool(_PARTICLE.search(said) or _ASKS.search(said))
    one_clause = not re.search(r"[。，,；;：:]", said.rstrip("。"))
    return one_clause and bool(_PARTICLE.search(said) or _ASKS_AT_END.search(said.rstrip("。")))
