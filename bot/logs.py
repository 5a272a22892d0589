"""What goes to the log: no token, no telephone number, nothing that people wrote."""

import logging
import re

from playbook.masking import HIDDEN, without_contacts

OURS = ("actions", "bot", "playbook", "retrieval", "tools")
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{7,}")


class Redacted(logging.Formatter):
    """Another formatter's lines, tracebacks too, without what leads to a person or opens the bot."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        return without_contacts(_TOKEN.sub(HIDDEN, self._inner.format(record)))


def set_up(level: str, form: str) -> None:
    """Sends our own records from `level` on to standard error, `form` text or json; libraries' from WARNING on.

    Below that they would log requests: addresses that hold the token, and what people write.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(Redacted(_json() if form == "json" else logging.Formatter(FORMAT)))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)  # `delivery` and `listening` deal with these


def _json() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter

    names = {"asctime": "at", "levelname": "level", "name": "logger"}
    return JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=names, json_ensure_ascii=False)
