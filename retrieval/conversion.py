"""Converts one document in a process of its own: `python -m retrieval.conversion SUFFIX`.

Strangers' documents may be bombs of ZIP, XML or PDF, nest without end, or have a heading of a million signs, over
which even the cutting of plain Markdown takes hours. So the bytes come on stdin, a `Conversion` goes to stdout as
JSON, and the system holds this process to its limits; `retrieval.confinement` is the other end. Memory is held on Linux
alone; on Windows there is nothing but the other end's clock.
"""

import json
import sys
from dataclasses import asdict, dataclass

from retrieval.chunks import Chunk
from retrieval.converters import READERS, Reader, Reason, Refused

MEMORY_BYTES = 1 << 30
"""Nearly twice what five hundred pages of Word with twenty megabytes of photos take."""
CPU_SECONDS = 60
"""More than three times what they take."""
TEXT_CHARACTERS = 2_000_000
"""About two thousand pages: what the other end has to hold, and to embed."""


@dataclass(frozen=True)
class Conversion:
    """What became of a document: its passages, or why there are none."""

    chunks: tuple[Chunk, ...] = ()
    refused: Reason | None = None


def main() -> None:
    """Imports the converter, says so by an empty line, and reads the document within the limits only."""
    read = READERS[sys.argv[1]]()
    confine()
    sys.stdout.write("\n")
    sys.stdout.flush()
    conversion = convert(read, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(asdict(conversion), ensure_ascii=False).encode())


def confine() -> None:
    """From here on: so much memory and processor time, no file written, no core left behind."""
    if sys.platform == "win32":
        return
    import resource

    limits = {
        # Not RLIMIT_AS, which counts what libraries merely map: twice as much, and another figure on every machine.
        resource.RLIMIT_DATA: (MEMORY_BYTES, MEMORY_BYTES),
        resource.RLIMIT_CPU: (CPU_SECONDS, CPU_SECONDS + 1),  # a second between SIGXCPU, which tells why, and SIGKILL
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
    }
    for kind, (soft, hard) in limits.items():
        _, ceiling = resource.getrlimit(kind)
        if ceiling == resource.RLIM_INFINITY or ceiling > hard:  # who starts us may be stricter still
            resource.setrlimit(kind, (soft, hard))


def convert(read: Reader, data: bytes) -> Conversion:
    """Never raises: what a converter throws at a file that is not as it should be is documented nowhere."""
    try:
        chunks = tuple(read(data))
    except Refused as refusal:
        reason = refusal.reason
    except MemoryError:
        reason = Reason.MEMORY
    except RecursionError:
        reason = Reason.NESTED
    except Exception:  # noqa: BLE001
        reason = Reason.DAMAGED
    else:
        if sum(len(chunk.text) + len(chunk.locator) for chunk in chunks) > TEXT_CHARACTERS:
            return Conversion(refused=Reason.TOO_MUCH_TEXT)
        return Conversion(chunks, None if chunks else Reason.EMPTY)
    return Conversion(refused=reason)  # only here, when the traceback has let go of what filled the memory


if __name__ == "__main__":
    main()
