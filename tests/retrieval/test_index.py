"""`retrieval.index`: real Chroma, in a folder and behind a real server on loopback."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import VectorStoreUnavailable
from retrieval.index import WRITE_BATCH, VectorIndex
from tests.retrieval.chroma import chroma_server, free_port
from tests.retrieval.toy import SIZE, Shelf, ToyEmbedder, many_sources

ROOT = Path(__file__).parents[2]
UNIT = np.eye(4, dtype=np.float32)
META = [
    {"kind": "section", "pillar": "policy"},
    {"kind": "case", "pillar": "asset"},
    {"kind": "case", "pillar": "brand"},
]

Opener = Callable[[Path, str], VectorIndex]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server") / "chroma") as (url, _):
        yield url


@pytest.fixture(params=["folder", "server"])
def opener(request: pytest.FixtureRequest) -> Opener:
    """Opens an index, in a folder or on the server."""
    url = request.getfixturevalue("server") if request.param == "server" else None
    return lambda directory, model: VectorIndex(directory, f"{directory.name}-{model}", url)


@pytest.fixture
def index(opener: Opener, tmp_path: Path) -> Iterator[VectorIndex]:
    opened = opener(tmp_path / f"at{tmp_path.parent.name}-{tmp_path.name}", "toy")
    opened.put(["a", "b", "c"], UNIT[:3], META)
    yield opened
    opened.close()


def towards(*weights: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.zeros(4, np.float32)
    vector[: len(weights)] = weights
    unit: np.ndarray[tuple[int], np.dtype[np.float32]] = vector / np.linalg.norm(vector)
    return unit


def test_the_nearest_come_best_first_with_their_cosines(index: VectorIndex) -> None:
    found = index.nearest(towards(3, 4), 2)
    assert list(found) == ["b", "a"]
    assert found == pytest.approx({"b": 0.8, "a": 0.6}, abs=1e-5)


def test_more_may_be_asked_for_than_there_is(index: VectorIndex) -> None:
    assert index.nearest(towards(1), 50).keys() == {"a", "b", "c"}


def test_one_kind_may_be_asked_for(index: VectorIndex) -> None:
    assert list(index.nearest(towards(3, 2, 1), 10, "case")) == ["b", "c"]
    assert index.nearest(towards(1), 10, "law") == {}


PUT = """
import sys; from pathlib import Path; import numpy as np; from retrieval.index import VectorIndex
VectorIndex(Path(sys.argv[1]), "toy").put(["d"], np.eye(4, dtype=np.float32)[3:], [{"kind": "case"}])
"""


def test_what_another_process_has_put_since_breaks_no_filter(tmp_path: Path) -> None:
    """Chroma's tables name it at once; its vectors are read when the files are opened."""
    index = VectorIndex(tmp_path, "toy")
    index.put(["a", "b", "c"], UNIT[:3], META)
    assert index.nearest(UNIT[0], 1, "case")
    subprocess.run([sys.executable, "-c", PUT, str(tmp_path)], cwd=ROOT, check=True)
    assert index.nearest(towards(0, 0, 1, 3), 2, "case").keys() == {"d", "c"}
    index.close()


def test_certain_keys_may_be_asked_for(index: VectorIndex) -> None:
    assert list(index.nearest(towards(3, 4, 5), 2, among=["a", "b"])) == ["b", "a"]
    assert list(index.nearest(towards(3, 4, 5), 9, among=["a"])) == ["a"]
    assert index.keys() == {"a", "b", "c"}


def test_a_key_put_again_is_replaced(index: VectorIndex) -> None:
    index.put(["a"], UNIT[3:], [{"kind": "law", "pillar": "ecology"}])
    assert index.count() == 3
    assert list(index.nearest(UNIT[3], 1)) == ["a"]
    assert list(index.nearest(UNIT[3], 10, "law")) == ["a"]


def test_what_is_dropped_is_missing(index: VectorIndex) -> None:
    index.drop(["a", "never there"])
    assert index.count() == 2
    assert index.missing(["a", "b", "c", "d"]) == {"a", "d"}
    assert "a" not in index.nearest(towards(1), 10)


def test_nothing_to_do_is_no_error(index: VectorIndex) -> None:
    index.put([], UNIT[:0], [])
    index.drop([])
    assert index.missing([]) == set()
    assert index.count() == 3


def test_an_empty_index_finds_nothing(opener: Opener, tmp_path: Path) -> None:
    empty = opener(tmp_path / f"empty{tmp_path.parent.name}-{tmp_path.name}", "toy")
    assert empty.nearest(towards(1), 5) == {}
    empty.close()


def test_what_was_put_is_there_when_opened_again(opener: Opener, tmp_path: Path) -> None:
    place = tmp_path / f"again{tmp_path.parent.name}-{tmp_path.name}"
    first = opener(place, "toy")
    first.put(["a"], UNIT[:1], META[:1])
    first.close()
    second = opener(place, "toy")
    assert second.nearest(towards(1), 5) == pytest.approx({"a": 1.0}, abs=1e-5)
    second.close()


def test_two_models_share_nothing(index: VectorIndex, opener: Opener, tmp_path: Path) -> None:
    other = opener(tmp_path / f"at{tmp_path.parent.name}-{tmp_path.name}", "another model")
    assert other.count() == 0
    other.put(["a"], np.eye(8, dtype=np.float32)[:1], META[:1])  # vectors of another length
    assert index.count() == 3
    assert list(index.nearest(towards(1), 1)) == ["a"]
    other.close()


@pytest.mark.parametrize("name", ["e5-small-zh", "bge-small-zh-v1.5", "模型五", "..", "my model (2)", "x" * 255])
def test_any_models_name_makes_a_collection(tmp_path: Path, name: str) -> None:
    index = VectorIndex(tmp_path, f"{name}-b7f1acdff141")
    index.put(["a"], UNIT[:1], META[:1])
    assert index.count() == 1
    index.close()


def test_writes_larger_than_a_batch_arrive_whole(tmp_path: Path) -> None:
    number = 2 * WRITE_BATCH + 7
    index = VectorIndex(tmp_path, "toy")
    keys = [f"k{n}" for n in range(number)]
    vectors = np.random.default_rng(0).normal(size=(number, 4)).astype(np.float32)
    index.put(keys, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), [META[0]] * number)
    assert index.count() == number
    assert index.missing([*keys, "other"]) == {"other"}
    index.drop(keys[1:])
    assert index.count() == 1
    index.close()


def test_a_whole_index_lives_on_a_server(server: str, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, ToyEmbedder("over-http"), server)
    assert shelf.hold(many_sources(40)) == 40
    assert shelf.found("第7号企业停业后由招商部门第7次回访。")[0] == "s7"
    shelf.close()
    again = Shelf(tmp_path, ToyEmbedder("over-http"), server)
    assert again.hold(many_sources(39)) == 0
    assert again.vectors.count() == 39
    assert not (tmp_path / "chroma").exists(), "nothing is kept here as well"
    again.close()


def test_a_server_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(VectorStoreUnavailable) as raised:
        VectorIndex(tmp_path, "toy", url)
    assert url in str(raised.value)
    assert "CLOSURE_BOT_CHROMA_URL" in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_server_that_goes_away_is_one_clear_line(tmp_path: Path) -> None:
    with chroma_server(tmp_path / "chroma") as (url, process):
        index = VectorIndex(tmp_path, "toy", url)
        index.put(["a"], UNIT[:1], META[:1])
        process.kill()
        process.wait()
        for act in (
            lambda: index.nearest(towards(1), 5),
            lambda: index.put(["b"], UNIT[:1], META[:1]),
            lambda: index.drop(["a"]),
            lambda: index.missing(["a"]),
            index.count,
        ):
            with pytest.raises(VectorStoreUnavailable, match=url) as raised:
                act()
            assert len(str(raised.value).splitlines()) == 1


class Intranet(BaseHTTPRequestHandler):
    """Some other web server that was entered by mistake."""

    def do_GET(self) -> None:
        page = "<html>\n<body>\n区内网站\n</body>\n</html>".encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    do_POST = do_GET  # noqa: N815
    status = 200

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_server_that_is_something_else_is_one_clear_line(tmp_path: Path, status: int) -> None:
    handler = type("Handler", (Intranet,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as intranet:
        threading.Thread(target=intranet.serve_forever, daemon=True).start()
        with pytest.raises(VectorStoreUnavailable) as raised:
            VectorIndex(tmp_path, "toy", f"http://127.0.0.1:{intranet.server_port}")
        intranet.shutdown()
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("blocked", ["a file in the place of the folder", "rubbish in the place of the store"])
def test_a_folder_that_cannot_be_used_is_one_clear_line(tmp_path: Path, blocked: str) -> None:
    place = tmp_path / "chroma"
    if blocked.startswith("a file"):
        place.write_text("不是目录")
    else:
        place.mkdir()
        (place / "chroma.sqlite3").write_bytes(b"rubbish" * 1000)
    with pytest.raises(VectorStoreUnavailable) as raised:
        VectorIndex(place, "toy")
    assert str(place) in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_vectors_of_another_length_are_not_taken(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path, "toy")
    index.put(["a"], UNIT[:1], META[:1])
    with pytest.raises(VectorStoreUnavailable):
        index.nearest(np.ones(SIZE, np.float32), 5)
    index.close()


def test_no_telemetry_leaves(server: str, tmp_path: Path) -> None:
    for url in (None, server):
        index = VectorIndex(tmp_path, "toy", url)
        assert index.langchain(None)._client.get_settings().anonymized_telemetry is False  # type: ignore[arg-type]
        index.close()
