"""Tests of figures, sliders, exercises, ledger and talks."""
