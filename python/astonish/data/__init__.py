"""Ratings from files, frames, matrices and the built-in sets to training sets."""
