"""What many models compute of ratings first: baselines, similarities."""
