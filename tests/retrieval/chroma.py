"""A real Chroma server for tests, on loopback."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = Path(sys.executable).with_name("chroma")
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def chroma_server(directory: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """`chroma run` on a free port, once it takes connections: its address and its process."""
    port = free_port()
    command = [str(COMMAND), "run", "--path", str(directory), "--host", "127.0.0.1", "--port", str(port)]
    directory.mkdir(parents=True, exist_ok=True)
    with (directory.parent / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "ANONYMIZED_TELEMETRY": "False"})
        try:
            deadline = time.monotonic() + PATIENCE
            while not _listens(port):
                assert process.poll() is None, "the server ended by itself"
                assert time.monotonic() < deadline, "the server does not listen"
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
