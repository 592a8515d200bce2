"""Models and figures that are sums over ratings: baselines, similarities, clusters, deviations."""
