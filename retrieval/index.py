"""The one door to Chroma: a passage's vector by its key, in a collection of its own for each model.

Persistent in a folder, or on a Chroma server. What it holds can always be made again from the lexical index, which
is the truth of what may be cited.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import numpy as np

from retrieval.embedder import Matrix
from retrieval.errors import VectorStoreUnavailable

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

WRITE_BATCH = 500
"""Vectors a write: far below Chroma's own limit, and small enough for a server's request size."""


class VectorIndex:
    """The vectors of one model. `url` (http://host:port) takes precedence over `directory`."""

    def __init__(self, directory: Path, fingerprint: str, url: str | None = None) -> None:
        self._directory, self._url, self._name = directory, url, _collection_name(fingerprint)
        self._where = url or str(directory)
        with self._reporting():
            self._open()

    def _open(self) -> None:
        self._client = _connect(self._directory, self._url)
        self._collection = self._client.get_or_create_collection(
            self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def nearest(
        self, vector: Matrix, limit: int, kind: str | None = None, among: Sequence[str] | None = None
    ) -> dict[str, float]:
        """The keys nearest to a unit vector with their cosines, best first.

        Of one kind only, or `among` certain keys only (all of them here), where that is asked.
        """
        from chromadb.errors import InternalError

        with self._reporting():
            try:
                return self._nearest(vector, limit, kind, among)
            except InternalError:
                # Another process has written: the filter is read from Chroma's tables, which name it already, and
                # the vectors from memory, which does not know it.
                self._client.close()
                self._open()
                return self._nearest(vector, limit, kind, among)

    def _nearest(self, vector: Matrix, limit: int, kind: str | None, among: Sequence[str] | None) -> dict[str, float]:
        found = self._collection.query(
            query_embeddings=vector[np.newaxis],
            n_results=limit,
            ids=list(among) if among is not None else None,
            include=["distances"],
            where={"kind": kind} if kind else None,
        )
        assert found["distances"] is not None
        return {key: 1 - distance for key, distance in zip(found["ids"][0], found["distances"][0], strict=True)}

    def put(self, keys: Sequence[str], vectors: Matrix, metadatas: Sequence[dict[str, str]]) -> None:
        """Adds or replaces vectors under their keys."""
        with self._reporting():
            for at in range(0, len(keys), WRITE_BATCH):
                part = slice(at, at + WRITE_BATCH)
                self._collection.upsert(
                    ids=list(keys[part]), embeddings=vectors[part], metadatas=[dict(each) for each in metadatas[part]]
                )

    def drop(self, keys: Sequence[str]) -> None:
        """Forgets these keys; unknown ones are no error."""
        with self._reporting():
            for at in range(0, len(keys), WRITE_BATCH):
                self._collection.delete(ids=list(keys[at : at + WRITE_BATCH]))

    def missing(self, keys: Sequence[str]) -> set[str]:
        """Those of `keys` that are not here: after a kill, or where the folder was deleted by hand."""
        with self._reporting():
            found: set[str] = set()
            for at in range(0, len(keys), WRITE_BATCH):
                found.update(self._collection.get(ids=list(keys[at : at + WRITE_BATCH]), include=[])["ids"])
        return set(keys) - found

    def keys(self) -> set[str]:
        """All keys that are here."""
        with self._reporting():
            return set(self._collection.get(include=[])["ids"])

    def close(self) -> None:
        """Releases Chroma's files, so that they are read afresh when opened again."""
        self._client.close()

    def count(self) -> int:
        """How many vectors there are."""
        with self._reporting():
            return self._collection.count()

    def langchain(self, embeddings: "Embeddings") -> "Chroma":
        """The same collection as a LangChain vector store, for chains and agents; texts are in the lexical index."""
        from langchain_chroma import Chroma

        return Chroma(self._collection.name, embedding_function=embeddings, client=self._client)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        from chromadb.errors import ChromaError

        try:
            yield
        # The embedded store raises ChromaError subclasses, its client OSError and httpx errors; ValueError is its
        # «cannot connect».
        except (ChromaError, OSError, ValueError, _http_error()) as error:
            raise VectorStoreUnavailable(where=self._where, reason=" ".join(str(error).split())[:200]) from error


def _connect(directory: Path, url: str | None) -> "Client":
    import chromadb
    from chromadb.config import Settings

    logging.getLogger("chromadb").setLevel(logging.WARNING)
    settings = Settings(anonymized_telemetry=False)
    if url is None:
        directory.mkdir(parents=True, exist_ok=True)
        return cast("Client", chromadb.PersistentClient(str(directory), settings=settings))
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 8000)
    return cast("Client", chromadb.HttpClient(parts.hostname or url, port, ssl=secure, settings=settings))


def _http_error() -> type[Exception]:
    import httpx

    return httpx.HTTPError


def _collection_name(fingerprint: str) -> str:
    """Chroma takes letters, digits, dots, dashes and underscores, and nothing else at either end."""
    return "passages-" + re.sub(r"[^A-Za-z0-9._-]+", "-", fingerprint).strip("-._")
