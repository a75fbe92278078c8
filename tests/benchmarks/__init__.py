"""Benchmarks: `python -m tests.benchmarks` prints ratios, measured alternately in one process."""
