"""Which links Telegram takes, in texts and on buttons.

Source: https://core.telegram.org/bots/api#html-style and #inlinekeyboardbutton; the words are those of its errors.
"""

from __future__ import annotations

from urllib.parse import urlsplit

_OWN_SCHEMES = ("tg", "ton")
_TEXT_SCHEMES = ("mailto", "tel")


def wrong_link(url: str) -> str:
    """Why a link is refused, or ''. Without a scheme it is taken for http; a host needs a dot, so localhost is none."""
    try:
        parts = urlsplit(_with_scheme(url))
        host = parts.hostname or ""
    except ValueError:
        return "Wrong HTTP URL"
    if parts.scheme in _OWN_SCHEMES:
        return ""
    if parts.scheme not in ("http", "https"):
        return "Unsupported URL protocol"
    if not host:
        return "URL host is empty"
    return "" if ("." in host or ":" in host) and " " not in host else "Wrong HTTP URL"


def checked_link(url: str) -> str:
    """A link in a text as Telegram keeps it, with its scheme; '' where it is none: the text then stays plain."""
    url = url.strip()
    if url.partition(":")[0] in _TEXT_SCHEMES:
        return url
    return "" if wrong_link(url) else _with_scheme(url)


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"http://{url}"
