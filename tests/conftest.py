"""What every test lives in: no network but loopback, no settings from outside, a library that is built once."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from retrieval.library import Library, LibrarySettings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NetworkForbidden(AssertionError):
    """A test tried to reach something beyond this machine."""


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Connections beyond loopback fail loudly; a library that «just» looks something up is found out here."""
    connect, lookup = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise NetworkForbidden(f"connection to {address}")
        connect(self, address)

    def guarded_lookup(host: Any, *rest: Any, **options: Any) -> Any:
        if host not in (None, "", b"", *LOOPBACK):
            raise NetworkForbidden(f"lookup of {host}")
        return lookup(host, *rest, **options)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket, "getaddrinfo", guarded_lookup)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine's reaches a test."""
    for name in os.environ:
        if name.startswith(("CLOSURE_BOT_", "TELEGRAM_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the playbook indexed by the bundled model; for reading only."""
    directory = tmp_path_factory.mktemp("data")
    Library(LibrarySettings(directory / "index")).close()
    return directory


@pytest.fixture(scope="session")
def library(data_dir: Path) -> Iterator[Library]:
    """The playbook's library, opened once; for reading only."""
    opened = Library(LibrarySettings(data_dir / "index"))
    yield opened
    opened.close()
