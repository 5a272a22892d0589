"""Where the value of each setting comes from, and what only looks like a setting: for `closure-bot doctor`."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from bot.settings import SECRETS, Settings

OURS = "CLOSURE_BOT_"


class Origin(StrEnum):
    """Where a setting's value comes from."""

    ENVIRONMENT = "environment"
    FILE = "file"
    COMMAND = "command"
    DEFAULT = "default"


def origins(settings: Settings, environment: Mapping[str, str]) -> list[tuple[str, str, Origin]]:
    """Each setting with its value, secrets masked, and where that comes from."""
    return [_origin(settings, name, environment) for name in Settings.model_fields]


def _origin(settings: Settings, name: str, environment: Mapping[str, str]) -> tuple[str, str, Origin]:
    field = Settings.model_fields[name]
    variable, value = str(field.validation_alias), getattr(settings, name)
    shown = "" if value is None else str(value)  # pydantic masks what is secret
    if environment.get(variable) and (shown == environment[variable] or variable in SECRETS or value != field.default):
        given = str(environment[variable])
        by_command = isinstance(value, Path) and str(value) != given
        return variable, shown, Origin.COMMAND if by_command else Origin.ENVIRONMENT
    if environment.get(f"{variable}_FILE"):
        return variable, shown, Origin.FILE
    return variable, shown, Origin.DEFAULT if value == field.default else Origin.COMMAND


def strangers(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like ours and are none: most likely a slip of the pen."""
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    known |= {f"{name}_FILE" for name in SECRETS}
    return sorted(name for name in environment if name.startswith(OURS) and name not in known)
