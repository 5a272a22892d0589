"""How people come in: by a code that is used once. The first start prints one for an admin; admins make the rest.

Codes are kept as their hash, so that whoever reads the case log finds none.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.errors import OfficerUnknown
from actions.leaving import hand_to_lead, remove_officer
from actions.officers import Officer, Officers, Role
from actions.right_errors import LastAdmin, NameMissing
from actions.roster import Roster
from actions.store import CaseLog, instant

VALID = timedelta(days=2)
"""How long an invitation may be used."""
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of codes: none that is easily taken for another."""
LENGTH = 12
NAME_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is to be."""

    role: Role
    also_leads: bool = False


def new_code() -> str:
    """Fifty-eight bits, in groups that can be read aloud."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4))


def read_code(text: str) -> str | None:
    """A code from what somebody wrote, or from a link; None where it cannot be one."""
    letters = re.sub(r"[\s_-]", "", text).upper()
    plain = len(letters) == LENGTH and all(letter in LETTERS for letter in letters)
    return "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4)) if plain else None


class Arrivals:
    """Invitations, and the changes of those who came. `by` is an admin's Telegram id, None for the command line."""

    def __init__(self, log: CaseLog) -> None:
        self._log, self._officers = log, Officers(log)

    def first_code(self, *, now: datetime) -> str | None:
        """A code for the first admin, in place of any such before; None where there is an admin."""
        if Roster(self._log).admins():
            return None
        with self._log.transaction() as db:
            db.execute("delete from invitations where made_by is null and used_at is null")
            return self._invite(Post(Role.ADMIN), "", None, now)

    def invite(self, post: Post, name: str, *, by: int, now: datetime) -> str:
        """A code for one person. NameMissing."""
        name = " ".join(name.split())
        if not 0 < len(name) <= NAME_CHARACTERS:
            raise NameMissing(limit=NAME_CHARACTERS)
        with self._log.transaction():
            return self._invite(post, name, by, now)

    def redeem(self, code: str, telegram_id: int, name: str, *, now: datetime) -> Officer | None:
        """Lets somebody in; None where the code is none, or was used, or is too old. `name`: as Telegram knows them.

        One who is registered already does not use up a colleague's invitation; the first admin's code is for them too.
        """
        with self._log.transaction() as db:
            row = self._log.row("select * from invitations where code_hash = ? and used_at is null", [_hash(code)])
            known = self._officers.find(telegram_id)
            if row is None or (row["expires_at"] and row["expires_at"] < instant(now)):
                return None
            if row["made_by"] is None and Roster(self._log).admins():
                return None  # somebody was made an admin on the command line meanwhile
            if known and row["made_by"] is not None:
                return known
            values = {"used_at": instant(now), "used_by": telegram_id}
            db.table("invitations").update(row["code_hash"], values)
            also_leads = bool(row["also_leads"]) or (known is not None and known.leads)
            called = row["name"] or (known.name if known else name.strip()[:NAME_CHARACTERS]) or str(telegram_id)
            return self._officers.add(
                telegram_id, called, Role(row["role"]), also_leads=also_leads, by=telegram_id, now=now
            )

    def change(self, telegram_id: int, post: Post, *, by: int, now: datetime) -> Officer:
        """Gives somebody another role. One who may see no case any more hands theirs to a lead. LastAdmin."""
        with self._log.transaction():
            officer = self._need(telegram_id)
            if post.role is not Role.ADMIN:
                self._keep_one_admin(officer)
            changed = self._officers.add(
                telegram_id, officer.name, post.role, also_leads=post.also_leads, by=by, now=now
            )
            if changed.role is Role.ADMIN and not changed.leads:
                hand_to_lead(self._log, telegram_id, by=by, now=now)
            return changed

    def remove(self, telegram_id: int, *, by: int, now: datetime) -> int | None:
        """Takes somebody's access away; see `actions.leaving`. LastAdmin."""
        with self._log.transaction():
            self._keep_one_admin(self._need(telegram_id))
            return remove_officer(self._log, telegram_id, by=by, now=now)

    def refused(self, telegram_id: int, tried: str, why: str, *, now: datetime) -> None:
        """Records what somebody tried that they may not."""
        with self._log.transaction():
            self._log.record(now, telegram_id, "refuse", f"person:{telegram_id}", {"tried": tried, "reason": why})

    def _invite(self, post: Post, name: str, by: int | None, now: datetime) -> str:
        code = new_code()
        row = {"role": post.role.value, "also_leads": int(post.also_leads), "name": name, "made_by": by}
        expires_at = instant(now + VALID) if by is not None else None
        with self._log.transaction() as db:
            key = {"code_hash": _hash(code), "made_at": instant(now), "expires_at": expires_at}
            db.table("invitations").insert({**key, **row})
            self._log.record(now, by, "invite", f"invitation:{key['code_hash'][:12]}", {"after": row})  # type: ignore[index]
        return code

    def _need(self, telegram_id: int) -> Officer:
        officer = self._officers.find(telegram_id)
        if officer is None:
            raise OfficerUnknown(telegram_id=telegram_id)
        return officer

    def _keep_one_admin(self, officer: Officer) -> None:
        if officer.role is Role.ADMIN and Roster(self._log).admins() == [officer.telegram_id]:
            raise LastAdmin


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
