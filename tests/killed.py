"""A process that is killed at a certain call, as far as rows and files can tell."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


class Killed(BaseException):
    """Nothing catches it."""


@contextmanager
def killed_at(where: str) -> Iterator[None]:
    """Within the block the function of that name does nothing but end all, which is what the block expects."""

    def end(*_: object, **__: object) -> None:
        raise Killed

    killed = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, end)
        try:
            yield
        except Killed:
            killed = True
    assert killed, where
