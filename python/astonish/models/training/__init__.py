"""How models are trained: epochs, early stopping, samples, schedules."""
