"""What the figures in docs/performance.md are measured with; `python -m benchmarks` runs all."""
