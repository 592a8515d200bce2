"""Factor models of ratings."""
