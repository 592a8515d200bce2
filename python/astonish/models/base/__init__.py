"""What all models share: the interface, predictions, factors, files."""
