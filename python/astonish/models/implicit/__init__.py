"""Models of clicks, plays and purchases."""
