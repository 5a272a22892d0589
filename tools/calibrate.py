"""Fits the refusal of the bundled model on the bundled playbook and writes it beside the model: `make calibrate`.

To be run whenever `calibration.jsonl`, the signals or the model change; a test compares.
"""

import tempfile
from pathlib import Path

from playbook.glossary import Glossary
from playbook.loader import BUNDLED, load_playbook
from retrieval.calibration import SHIPPED, Labelled, fit, pack
from retrieval.embedder import indexing_threads, load_embedder
from retrieval.index import VectorIndex
from retrieval.indexing import embed_pending, synchronise
from retrieval.lexical import LexicalIndex
from retrieval.search import Search
from retrieval.sources import playbook_sources


def main() -> None:
    """Indexes the playbook into a folder of its own, fits, writes."""
    with tempfile.TemporaryDirectory() as folder:
        embedder = load_embedder(threads=indexing_threads())
        lexical = LexicalIndex(Path(folder) / "index.db")
        vectors = VectorIndex(Path(folder) / "chroma", embedder.fingerprint)
        synchronise(lexical, playbook_sources(load_playbook().entries.values()), lambda id_, digest: True)
        embed_pending(lexical, vectors, embedder)
        refusal = fit(Search(lexical, vectors, embedder, Glossary.load(BUNDLED)), Labelled.read())
        SHIPPED.write_bytes(pack(refusal))
        vectors.close()
        lexical.close()
    print(f"{SHIPPED} written, {SHIPPED.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
