"""How a learner is trained: its state, the loop over epochs, and what watches it."""
