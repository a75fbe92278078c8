"""Tests of the notebooks, and of the pages around them."""
