"""Files of models and data: arrays, ids and plain values in one archive."""
