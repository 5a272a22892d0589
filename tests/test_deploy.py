"""What is in `deploy/`, and what `docs/operations*.md` tell to type, is what the program takes."""

import inspect
import json
import os
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
import yaml

from bot import polling
from bot.cli import cli
from bot.settings import SECRETS, Settings, table
from tests.e2e.process import CLOSURE_BOT

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNIT, SCRIPT, EXAMPLE = DEPLOY / "closure-bot.service", DEPLOY / "closure-bot.sh", DEPLOY / "closure-bot.env.example"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
SERVICE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["closure-bot"]
DOCS = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("operations*.md"))}
TEXTS = DOCS | {path.name: path.read_text("utf-8") for path in sorted(DEPLOY.iterdir())}
SETTINGS = {row.variable for row in table()}
EXPOSURE = "15"
"""Tenths, as `systemd-analyze security` counts: 0 is a service that may do nothing, 96 one without bounds."""


def unit() -> dict[str, list[str]]:
    """The unit's directives with their values: some may be given more than once."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", TEXTS[UNIT.name], re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def seconds(span: str) -> int:
    """A span as systemd and Compose write it."""
    return int(span.removesuffix("min")) * 60 if span.endswith("min") else int(span.removesuffix("s"))


def directive(name: str) -> str:
    """The value of one that is given once."""
    [value] = unit()[name]
    return value


# Settings


@pytest.mark.parametrize("name", TEXTS)
def test_no_variable_is_named_that_is_no_setting(name: str) -> None:
    named = set(re.findall(r"\b(?:CLOSURE_BOT|TELEGRAM)_[A-Z_]+\b", TEXTS[name]))
    assert named - SETTINGS - {f"{secret}_FILE" for secret in SECRETS} == set()


def example() -> dict[str, str]:
    """What the example sets, also where that is commented out."""
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", TEXTS[EXAMPLE.name], re.MULTILINE))


def test_the_example_has_every_setting_and_no_secret() -> None:
    assert example().keys() - {"HTTPS_PROXY"} == SETTINGS - set(SECRETS)
    assert all(f"{secret}_FILE" in TEXTS[EXAMPLE.name] for secret in SECRETS)


def test_every_value_of_the_example_is_taken_and_is_the_default_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in example().items():
        monkeypatch.setenv(name, value)
    Settings.load()
    defaults = {row.variable: row.default for row in table() if row.default}
    assert {name: example()[name] for name in defaults} == defaults


# Commands


def commands(text: str) -> Iterator[list[str]]:
    """What stands behind every `closure-bot` in code, up to where the shell goes on to something else."""
    code = [*re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]
    code += re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in re.findall(r"(?<![\w/:.-])(?<!-[gou] )closure-bot ([a-z][^|>&\n]*)", "\n".join(code)):
        yield shlex.split(line, comments=True)


@pytest.mark.parametrize("line", sorted({shlex.join(each) for text in TEXTS.values() for each in commands(text)}))
def test_every_command_is_one_that_click_takes(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command, (name, *arguments) = cli.commands, shlex.split(line)
    while isinstance(found := command[name], click.Group):
        command, (name, *arguments) = found.commands, arguments
    for parameter in found.params:
        if isinstance(parameter.type, click.Path):
            monkeypatch.setattr(parameter.type, "exists", False)  # the files are elsewhere
    if arguments:  # a name alone may be one that is only talked about
        found.make_context(name, arguments)


def test_unit_and_image_run_the_bot() -> None:
    program, *arguments = directive("ExecStart").split()
    assert (Path(program).name, arguments) == ("closure-bot", ["run"])
    assert CONTAINERFILE.endswith('ENTRYPOINT ["closure-bot"]\nCMD ["run"]\n')


# The documents


def test_both_languages_tell_the_same_commands() -> None:
    english, chinese = (
        re.sub(r" +#.*", "", "".join(re.findall(r"```.*?```", text, re.DOTALL))) for text in DOCS.values()
    )
    assert english == chinese
    assert {arguments[0] for arguments in commands(english)} >= {"audit", "backup", "check", "doctor", "restore"}


@pytest.mark.parametrize("name", DOCS)
def test_a_document_names_only_what_is_there(name: str) -> None:
    text = DOCS[name]
    for path in re.findall(r"\bdeploy/[\w.-]*\w", text):
        assert (ROOT / path).exists()
    for link in re.findall(r"\]\(([^):]+)\)", text):
        assert (ROOT / "docs" / link).exists()
    metrics = (ROOT / "bot" / "metrics.py").read_text("utf-8")
    assert all(f'"{metric}"' in metrics for metric in re.findall(r"\bclosure_bot_\w+", text))


@pytest.mark.parametrize("name", DOCS)
def test_the_log_lines_to_watch_for_are_ones_that_the_bot_writes(name: str) -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py"))
    rows = re.findall(r"^\| (?:log: |日志：)(.*?) \|", DOCS[name], re.MULTILINE)
    lines = [line for row in rows for line in re.findall(r"`([^`]+)`", row)]
    assert len(lines) >= 5
    assert [line for line in lines if line not in source] == []


@pytest.mark.parametrize("name", DOCS)
def test_the_proxy_passes_on_the_path_that_the_bot_listens_to(name: str) -> None:
    [url] = re.findall(r"CLOSURE_BOT_WEBHOOK_URL=([^`\s]+)", DOCS[name])
    [path] = re.findall(r"location = (\S+) \{", DOCS[name])
    [passed] = re.findall(r"proxy_pass (\S+);", DOCS[name])
    assert urlsplit(url).path == path
    assert urlsplit(passed).path == ""
    assert urlsplit(passed).netloc == Settings.load().webhook_listen


# The unit


def analyze(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit with the program of this checkout, since systemd looks whether it is there."""
    program, *_ = directive("ExecStart").split()
    path = tmp_path / UNIT.name
    path.write_text(TEXTS[UNIT.name].replace(program, str(CLOSURE_BOT)), "utf-8")
    return path


def test_systemd_takes_the_unit_without_a_word(installed: Path) -> None:
    verified = analyze("verify", installed)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_the_unit_may_do_little(installed: Path) -> None:
    judged = analyze("security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE}", installed)
    assert judged.returncode == 0, judged.stdout
    assert (directive("StateDirectoryMode"), directive("UMask")) == ("0700", "0077")


def test_there_is_more_time_to_stop_than_the_bot_takes() -> None:
    takes = inspect.signature(polling.run).parameters["drain_seconds"].default + polling.LAST_SECONDS
    assert seconds(directive("TimeoutStopSec")) > takes
    assert seconds(SERVICE["stop_grace_period"]) > takes


def test_a_wrong_setting_does_not_restart_the_unit_for_ever() -> None:
    start = 90  # seconds that a start may take until it fails: it may index first
    starts = int(directive("StartLimitBurst")) * (seconds(directive("RestartSec")) + start)
    assert directive("Restart") == "on-failure"
    assert starts < seconds(directive("StartLimitIntervalSec"))


def test_the_script_runs_a_command_as_the_unit_would(tmp_path: Path) -> None:
    told = tmp_path / "systemd-run"
    told.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", "utf-8")
    told.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    ran = subprocess.run([SCRIPT, "officers", "list", "a b"], env={"PATH": path}, capture_output=True, text=True)
    lines = ran.stdout.splitlines()
    options, command = lines[:-4], lines[-4:]
    assert command == [directive("ExecStart").split()[0], "officers", "list", "a b"]
    assert f"--uid={directive('User')}" in options
    for name in ("EnvironmentFile", "StateDirectory", "StateDirectoryMode"):
        assert f"--property={name}={directive(name)}" in options
    environment = [line.replace("%S", "/var/lib") for line in unit()["Environment"] if "%d" not in line]
    assert [option.removeprefix("--setenv=") for option in options if "--setenv" in option] == environment


# The container


def test_the_image_is_made_of_files_that_are_there_and_of_every_package() -> None:
    copied = {
        path for line in re.findall(r"^COPY (?!--)(.*) \S+$", CONTAINERFILE, re.MULTILINE) for path in line.split()
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = {pattern.removesuffix("*") for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert copied == packages | {"pyproject.toml", "constraints.txt", project["project"]["readme"], "LICENSE"}
    assert all((ROOT / path).exists() for path in copied)
    assert set(re.findall(r"^!(.*)$", TEXTS["Containerfile.dockerignore"], re.MULTILINE)) == copied
    assert set(re.findall(r"pip install .*-c (\S+)", CONTAINERFILE)) <= copied


@contextmanager
def served(status: int) -> Iterator[str]:
    """Where `/health` says that, and nothing else is found."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def healthcheck(address: str) -> int:
    [line] = re.findall(r"^HEALTHCHECK .*?CMD (\[.*?\])$", CONTAINERFILE, re.DOTALL | re.MULTILINE)
    python, *arguments = json.loads(line)
    assert python == "python"
    environment = {"CLOSURE_BOT_OPERATIONS_LISTEN": address}
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True).returncode


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_healthcheck_says_what_the_bot_says_of_itself(status: int, code: int) -> None:
    with served(status) as address:
        assert healthcheck(address) == code


def test_a_bot_that_does_not_listen_is_not_healthy() -> None:
    with served(200) as address:
        pass
    assert healthcheck(address) == 1


def test_the_image_keeps_its_data_in_the_volume_as_a_user_of_its_own() -> None:
    assert "\nVOLUME /data\n" in CONTAINERFILE
    assert re.search(r"\bCLOSURE_BOT_DATA_DIR=/data\b", CONTAINERFILE)
    assert re.search(r"^USER (?!0)\d+:\d+$", CONTAINERFILE, re.MULTILINE)
    assert "\nSTOPSIGNAL SIGTERM\n" in CONTAINERFILE


def test_compose_shuts_the_container_in() -> None:
    assert SERVICE["read_only"] is True
    assert SERVICE["init"] is True
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    assert [mount.partition(":")[0] for mount in SERVICE["tmpfs"]] == ["/tmp"]
    assert SERVICE["volumes"] == ["data:/data"]
    assert "ports" not in SERVICE


def test_compose_hands_the_token_over_as_a_file() -> None:
    [secret] = SERVICE["secrets"]
    assert SERVICE["environment"] == {"TELEGRAM_BOT_TOKEN_FILE": f"/run/secrets/{secret}"}
    build = SERVICE["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Containerfile")
