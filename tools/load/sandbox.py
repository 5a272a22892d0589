"""The sandbox in a process of its own, since Locust patches the one it is in.

``python -m tools.load.sandbox OFFICERS`` prints its address and serves until its standard input ends.
"""

import sys

from bot.sandbox.model import Person
from bot.sandbox.server import create_app, serve

TOKEN = "1:sandbox"


def people(count: int) -> list[Person]:
    """Everybody, by the same ids in every process."""
    return [Person(1001 + number, f"专员{number + 1}") for number in range(count)]


def main() -> None:
    """Serves."""
    app = create_app(people(int(sys.argv[1])), token=TOKEN, group_title=None)
    app.state.faults.enforce_limits = True
    with serve(app) as address:
        print(address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
