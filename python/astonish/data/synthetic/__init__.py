"""Ratings drawn at random that look like real ones."""
