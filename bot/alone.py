"""One bot over one data directory."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from actions.errors import CaseLogUnavailable
from bot.errors import AlreadyRunning
from bot.settings import Settings


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Within the block no other bot runs over the data directory: they would take each other's updates. AlreadyRunning.

    The lock dies with the process.
    """
    lock = FileLock(settings.run_lock, timeout=0)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise AlreadyRunning(where=settings.data_dir) from error
    except OSError as error:
        raise CaseLogUnavailable(where=settings.data_dir, reason=error.strerror or error) from error
    try:
        yield
    finally:
        lock.release()
