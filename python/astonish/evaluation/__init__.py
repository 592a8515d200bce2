"""Splits, cross-validation and searches."""
