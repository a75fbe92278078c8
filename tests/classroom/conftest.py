"""Figures of these tests are drawn in memory, and none is left to the next test."""

import matplotlib
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")
