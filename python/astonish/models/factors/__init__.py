"""Families of models with user and item factors."""
