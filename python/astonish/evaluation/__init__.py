"""Accuracy measures, splits and cross-validation."""
