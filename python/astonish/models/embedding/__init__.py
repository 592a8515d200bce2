"""Embeddings trained by mini-batches of Adam."""
