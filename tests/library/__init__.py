"""Tests of the mathematics, module by module."""
