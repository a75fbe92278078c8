"""Newest value wins: a drag over a slow widget drops values, and the last one's picture stands at its end."""

import pytest

from course_lib import datasets
from course_lib.classroom import widgets

from . import lab
from .board import Board

# ipywidgets keeps one message of a slider under way: until the kernel is idle, newer values are merged into
# one, which replaces what waited before. A callback that draws inside the message never sees a queue.
SLOW = """import time
from course_lib import datasets
from course_lib.classroom import widgets
board = widgets.denoising_widget(datasets.digits("test")[0][::200], patch_size=8, n_components=20)
quick, rendered = board.view, []


def view(**chosen):
    rendered.append((chosen["noise_std"], time.time()))
    time.sleep({pause})
    return quick(**chosen)


board.view = view
board"""


@pytest.mark.parametrize("pause", [0, 0.3], ids=["quick", "slow"])
def test_values_are_dropped_in_order_and_the_last_picture_stands(pause, notebooks, server):
    """Of a drag to the right and back: values that the slider took, and those that were rendered."""
    notebook = notebooks(lab.write(server, "drag.ipynb", [SLOW.format(pause=pause)]))
    notebook.run()
    board = Board(notebook, 0)
    slider = next(slider for slider in board.sliders if slider.name == "noise sigma")
    slider.press("ArrowRight")  # one answer before: memory and caches are warm
    notebook.settle()
    notebook.ask("rendered.clear()")
    follow = "course.follow(course.boards()[0].querySelectorAll('.widget-readout')[1])"
    assert notebook.page.evaluate(follow) == []
    slider.drag(2, turns=1)
    end = notebook.page.evaluate("Date.now() / 1000")
    board.state()
    passed, rendered = notebook.page.evaluate("course.followed"), notebook.ask("rendered")
    values = [value for value, _ in rendered]
    assert len(passed) >= 25  # values that the slider took on the way to 150 and back
    top = values.index(max(values))
    assert values[: top + 1] == sorted(set(values[: top + 1]))
    assert values[top:] == sorted(set(values[top:]), reverse=True)
    if pause:
        assert 2 <= len(values) < len(passed) / 3
    assert sum(begin > end for _, begin in rendered) <= 2
    assert values[-1] == 5 and slider.readout == "5 gray levels"
    wanted = widgets.denoising_view(datasets.digits("test")[0][0], 5, 8, 20)
    assert board.state().readout == wanted.readout
    assert [shown.tolist() for shown in board.pixels()] == [picture.tolist() for picture in wanted.pictures]
    assert notebook.complaints == []
