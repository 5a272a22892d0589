"""The one door to encryption: files for who has a key, by age (https://age-encryption.org).

A file is encrypted to a second key as well, which is made for the occasion and thrown away: with it what was written is
opened once more, by a machine that does not have the recipient's secret key.
"""

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyrage

from actions.backup_errors import BackupKeyInvalid, BackupKeyWrong

_AGE = b"age-encryption.org/"
_CHUNK = 1024 * 1024


def seal(plain: Path, target: Path, recipient: str | None) -> str | None:
    """Writes `target`, encrypted where there is a recipient's key: then a second key to open it with is returned.

    When this returns the file outlives a power cut. BackupKeyInvalid, OSError.
    """
    keys = [_recipient(recipient)] if recipient else []
    proof = pyrage.x25519.Identity.generate()
    with plain.open("rb") as source, target.open("wb") as sealed:
        if keys:
            pyrage.encrypt_io(source, sealed, [*keys, proof.to_public()])
        else:
            shutil.copyfileobj(source, sealed, _CHUNK)
        sealed.flush()
        os.fsync(sealed.fileno())
    target.chmod(0o600)
    return str(proof) if keys else None


@contextmanager
def opened(backup: Path, place: Path, identity: str | None) -> Iterator[zipfile.ZipFile]:
    """The archive, decrypted where it is not plain."""
    with backup.open("rb") as start:
        encrypted = start.read(len(_AGE)) == _AGE
    if not encrypted:
        with zipfile.ZipFile(backup) as archive:
            yield archive
        return
    if identity is None:
        raise BackupKeyWrong(where=backup)
    plain = place / ".plain.zip"
    try:
        with backup.open("rb") as source, plain.open("wb") as target:
            pyrage.decrypt_io(source, target, _identities(identity))
    except pyrage.DecryptError as error:
        raise BackupKeyWrong(where=backup) from error
    try:
        with zipfile.ZipFile(plain) as archive:
            yield archive
    finally:
        plain.unlink()


def _recipient(text: str) -> Any:
    try:
        kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
        return kind.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise BackupKeyInvalid from error


def _identities(text: str) -> list[Any]:
    """Secret keys, one a line, as age-keygen writes them; or one of SSH."""
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("AGE-SECRET-KEY-")]
    try:
        if lines:
            return [pyrage.x25519.Identity.from_str(line) for line in lines]
        return [pyrage.ssh.Identity.from_buffer(text.encode())]
    except pyrage.IdentityError as error:
        raise BackupKeyInvalid from error
