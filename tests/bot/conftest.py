"""A sandbox that is served, around the `app` that each module makes of its own people."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from bot.sandbox.faults import Faults
from bot.sandbox.server import serve
from bot.sandbox.world import World


@pytest.fixture
def address(app: Starlette) -> Iterator[str]:
    with serve(app) as address:
        yield address


@pytest.fixture
def world(app: Starlette) -> World:
    return app.state.world


@pytest.fixture
def faults(app: Starlette) -> Faults:
    return app.state.faults
