"""A server that speaks OpenAI's protocol and says what a test has scripted, over real HTTP.

Each request takes the next script, the last one again and again. Everything that was sent is kept, to be looked at.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SILENCE_SECONDS = 60.0
PIECE = 4
"""Characters in one event of a stream."""


@dataclass(frozen=True)
class Script:
    """What the server does with a request: says `text` piece by piece, or calls tools, or fails.

    `breaks_after`: pieces after which the connection is closed. `status`: an HTTP error instead. `silent`: nothing is
    sent for a minute. `raw`: the stream as it stands, whatever it is.
    """

    text: str = ""
    tools: tuple[dict[str, str], ...] = ()
    breaks_after: int | None = None
    status: int = 200
    silent: bool = False
    raw: str = ""


Choosing = Callable[[dict[str, Any]], Script]
"""A script by what is asked."""


def tool_call(name: str, /, **arguments: Any) -> Script:
    """The model wants a tool."""
    return Script(tools=({"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},))


class ScriptedModel:
    """The scripts to come, and the requests that came."""

    def __init__(self, address: str = "") -> None:
        self.address = address
        self.requests: list[dict[str, Any]] = []
        self.others: list[str] = []
        """Paths that were asked for and are not the model's."""
        self.stopped = threading.Event()
        self._scripts: list[Script] = [Script("好的。[1]")]
        self._choose: Choosing | None = None

    def says(self, *scripts: Script | str) -> None:
        """What comes next; the last of them for ever."""
        self._scripts = [Script(script) if isinstance(script, str) else script for script in scripts]
        self._choose = None

    def decides(self, choose: Choosing) -> None:
        """From now on each request gets what `choose` makes of it."""
        self._choose = choose

    @property
    def base_url(self) -> str:
        """As CLOSURE_BOT_CHAT_BASE_URL."""
        return f"{self.address}/v1"

    @property
    def sent(self) -> str:
        """All that ever reached the server, as text."""
        return json.dumps(self.requests, ensure_ascii=False)

    def script(self, body: dict[str, Any]) -> Script:
        """Takes a request."""
        self.requests.append(body)
        if self._choose:
            return self._choose(body)
        return self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]


@contextmanager
def scripted_model(*scripts: Script | str) -> Iterator[ScriptedModel]:
    """A server on this machine for the block."""
    model = ScriptedModel()
    if scripts:
        model.says(*scripts)

    class Bound(_Handler):
        scripted = model

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
    server.daemon_threads = True
    model.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    scripted: ScriptedModel
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.scripted.others.append(self.path)
        self._answer(404, "application/json", "{}")

    def do_POST(self) -> None:
        if not self.path.endswith("/chat/completions"):
            self.do_GET()
            return
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script = self.scripted.script(body)
        if script.silent:
            self.scripted.stopped.wait(SILENCE_SECONDS)
            self.close_connection = True
        elif script.status != 200:
            self._answer(script.status, "application/json", json.dumps({"error": {"message": "scripted"}}))
        elif body.get("stream"):
            self._stream(script, body)
        else:
            self._answer(200, "application/json", json.dumps(_whole(script, body["model"])))

    def _answer(self, status: int, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Retry-After", "30")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, script: Script, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        counts = bool((body.get("stream_options") or {}).get("include_usage"))
        for number, event in enumerate([script.raw] if script.raw else _events(script, body["model"], counts)):
            if number == script.breaks_after:
                self.close_connection = True  # without the last chunk: the client must notice
                return
            data = event.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Tests need no log of it."""


def _events(script: Script, model: str, counts: bool) -> Iterator[str]:
    for at in range(0, len(script.text), PIECE):
        yield _event(model, {"role": "assistant", "content": script.text[at : at + PIECE]})
    if script.tools:
        yield _event(model, {"role": "assistant", "content": None, "tool_calls": _calls(script)})
    yield _event(model, {}, "tool_calls" if script.tools else "stop")
    if counts:
        yield _line({**_head(model, "chat.completion.chunk"), "choices": [], "usage": _usage(script)})
    yield "data: [DONE]\n\n"


def _event(model: str, delta: dict[str, Any], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _line({**_head(model, "chat.completion.chunk"), "choices": [choice]})


def _line(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def _head(model: str, kind: str) -> dict[str, Any]:
    return {"id": "scripted", "object": kind, "created": 0, "model": model}


def _usage(script: Script) -> dict[str, int]:
    """As if a character were a token, and every question a hundred."""
    return {"prompt_tokens": 100, "completion_tokens": len(script.text), "total_tokens": 100 + len(script.text)}


def _calls(script: Script) -> list[dict[str, Any]]:
    return [
        {"index": at, "id": f"call_{at}", "type": "function", "function": call} for at, call in enumerate(script.tools)
    ]


def _whole(script: Script, model: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": script.text or None}
    if script.tools:
        message["tool_calls"] = _calls(script)
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if script.tools else "stop"}
    return {**_head(model, "chat.completion"), "choices": [choice], "usage": _usage(script)}
