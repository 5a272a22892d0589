"""The record as files: CSV for tables, JSONL for programs. Each event has its hash: the chain can be checked."""

import csv
import json
from typing import TextIO

from actions.store import CaseLog

COLUMNS = ("id", "at", "actor_id", "actor", "verb", "subject", "before", "after", "reason", "detail", "digest", "hash")
_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would take a cell that begins so for a formula."""


def write_audit(log: CaseLog, target: TextIO, form: str, case_id: str | None) -> None:
    """Writes events in their order: all, or those of one case."""
    condition, values = (" where subject = ?", [f"case:{case_id}"]) if case_id else ("", [])
    rows = log.rows(
        "select events.*, coalesce(officers.name, '') as actor from events"
        f" left join officers on telegram_id = actor_id{condition} order by events.id",
        values,
    )
    writer = csv.DictWriter(target, COLUMNS)
    if form == "csv":
        target.write("\ufeff")  # else spreadsheets take Chinese for something else
        writer.writeheader()
    for row in rows:
        detail = json.loads(row["detail"])
        told = {name: detail.pop(name, None) for name in ("before", "after", "reason")}
        event = {**{name: row[name] for name in COLUMNS if name in row}, **told, "detail": detail}
        if form == "csv":
            writer.writerow({name: _cell(value) for name, value in event.items()})
        else:
            target.write(json.dumps(event, ensure_ascii=False) + "\n")


def _cell(value: object) -> object:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_RISKY) else text
