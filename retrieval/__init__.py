"""Finding and quoting: passages, embeddings, the two indexes, ranking, refusal, answers."""
