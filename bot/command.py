"""How every command behaves: settings and `--data-dir`, errors in one line, a progress bar where there is work."""

import logging
import sys
from pathlib import Path
from typing import Any

import click

from bot.messages import command_line as wording
from playbook.errors import ClosureBotError


def load_settings(ctx: click.Context, _: click.Parameter, data_dir: Path | None) -> None:
    """Settings, with the data directory that stands nearest to the command."""
    from bot.settings import Settings

    if data_dir or ctx.obj is None:
        ctx.obj = Settings.load(data_dir=data_dir)


def data_dir_option() -> click.Option:
    """`--data-dir`, which stands before or after any command; the nearest one counts."""
    path = click.Path(path_type=Path)
    return click.Option(
        ["--data-dir"], type=path, help=wording.HELP_DATA_DIR, callback=load_settings, expose_value=False
    )


class Command(click.Command):
    """Takes `--data-dir`, like every other."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(data_dir_option())


class Commands(click.Group):
    """Tells errors made for people in one line on standard error, exit code 1; wrong usage is click's, exit code 2."""

    command_class = Command

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Runs the command; click's own way of telling errors is for wrong usage."""
        try:
            return super().main(*arguments, **options)
        except ClosureBotError as error:
            logging.getLogger(__name__).debug("told to the user", exc_info=error)
            click.echo(str(error), err=True)
            sys.exit(1)


class ProgressBar:
    """A progress bar on standard error that appears only when there is something to embed."""

    def __enter__(self) -> "ProgressBar":
        self._bar: Any = None
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, done: int, total: int) -> None:
        """Moves the bar to `done` of `total` passages."""
        if self._bar is None:
            if not total:
                return
            from tqdm import tqdm

            self._bar = tqdm(total=total, desc=wording.INDEXING, unit=wording.PASSAGE, file=sys.stderr)
        self._bar.update(done - self._bar.n)
