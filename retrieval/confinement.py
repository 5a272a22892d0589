"""The trusting end of `retrieval.conversion`: starts it for one document, and believes only a whole answer.

The child gets an open file and an empty environment: no path, no token. It has so many seconds and may say so much;
then it is killed with all that it has started. What it writes on stderr may be of the document, and goes nowhere.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from io import FileIO

from pydantic import TypeAdapter, ValidationError

from retrieval.conversion import TEXT_CHARACTERS, Conversion
from retrieval.converters import Reason

SECONDS = 120.0
"""Twice the processor time that it may use, for machines that are busy with other things."""
ANSWER_BYTES = 8 * TEXT_CHARACTERS

log = logging.getLogger(__name__)


def convert_apart(document: FileIO, suffix: str) -> Conversion:
    """The document as its child converts it; `document` is unbuffered and stands at its beginning."""
    deadline = time.monotonic() + SECONDS
    with subprocess.Popen(
        command(suffix),
        stdin=document,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        clock = threading.Timer(SECONDS, _kill, [child])
        clock.start()
        try:
            answer = child.stdout.read(ANSWER_BYTES + 1)
        finally:
            clock.cancel()
            clock.join()
            _kill(child)
    return _judged(answer, child.returncode, late=time.monotonic() >= deadline)


def command(suffix: str) -> list[str]:
    """`-I`: neither the folder that we stand in nor the user's own packages are imported from."""
    return [sys.executable, "-I", "-m", "retrieval.conversion", suffix]


def _environment() -> dict[str, str]:
    """NumPy comes along with MarkItDown, and would take forty megabytes for each core. Windows needs its root."""
    return {"OPENBLAS_NUM_THREADS": "1"} | {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


def _kill(child: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        child.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):  # what has ended by itself
            os.killpg(child.pid, signal.SIGKILL)


def _judged(answer: bytes, returncode: int, late: bool) -> Conversion:
    """The answer, if it is one; else what its absence says."""
    if len(answer) > ANSWER_BYTES:
        return Conversion(refused=Reason.TOO_MUCH_TEXT)
    with suppress(ValidationError):
        return TypeAdapter(Conversion).validate_json(answer)
    if late or (sys.platform != "win32" and returncode == -signal.SIGXCPU):
        return Conversion(refused=Reason.TOO_LONG)
    if not answer:
        log.error("the converter did not start: exit code %d", returncode)
        return Conversion(refused=Reason.NOT_STARTED)
    return Conversion(refused=Reason.CRASHED)
