"""Tests of the library, the lessons and the repository; `python -m tests.benchmarks` measures speed."""
