"""Ratings as a learner takes them: coded, split and in batches."""
