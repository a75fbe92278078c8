"""One widget on a page, moved by its keyboard and mouse as a user would, and read as a user reads it."""

import base64
import io
import re
import time
from collections import namedtuple
from functools import cached_property

import numpy as np
from PIL import Image

FIGURE_SPACE = "\u2007"


State = namedtuple("State", "pictures readout note")  # what a board shows: bytes of pictures, and sentences


class Board:
    """A widget of the course in an open notebook.

    notebook : lab.Notebook;  index : which of its widgets, from the top
    """

    def __init__(self, notebook, index):
        self.notebook, self.page = notebook, notebook.page
        self.root = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .course-widget").nth(index)
        self.root.scroll_into_view_if_needed()

    @cached_property
    def name(self):
        """Its name, from its second CSS class."""
        return re.search(r"course-(?!widget\b)(\w+)", self.root.get_attribute("class"))[1]

    def state(self):
        """Everything settled, what the board shows.  ->  State"""
        self.notebook.settle()
        shown = self.root.evaluate("root => course.state(root)")
        return State(tuple(shown["pictures"]), shown["readout"], shown["note"])

    def pixels(self):
        """The visible pictures themselves: list of arrays (h, w, 3)."""
        files = self.root.evaluate("root => course.files(root)")
        return [np.asarray(Image.open(io.BytesIO(base64.b64decode(file))).convert("RGB")) for file in files]

    def defects(self):
        """Texts cut, scroll bars, pictures out of proportion, parts that stick out: sentences, or none."""
        return self.root.evaluate("root => course.defects(root)")

    @property
    def sliders(self):
        found = self.root.locator(".widget-slider").all()
        return [Slider(self.page, slider) for slider in found if slider.is_visible()]

    @property
    def choices(self):
        """Lists of moves, one list a choice; a move is (what it is, how to do it)."""
        groups = self.root.locator(".widget-toggle-buttons").all()
        moves = [[(b.inner_text(), b.click) for b in group.locator("button").all()] for group in groups]
        other = self.root.locator(".widget-checkbox, .widget-dropdown").count()
        assert other == 0, "a check box or a list: this page cannot move it yet"
        return moves

    @property
    def buttons(self):
        """Buttons that stand alone: neither of a choice nor of a player."""
        return self.root.locator("button:not(.widget-toggle-buttons button, .widget-play button)").all()

    @property
    def players(self):
        """The button of each player that plays and pauses."""
        return [play.locator("button").first for play in self.root.locator(".widget-play").all()]

    def values(self):
        """What the controls say: {description: readout of the slider, or text of the pressed button}."""
        said = {slider.name: slider.readout for slider in self.sliders}
        for group in self.root.locator(".widget-toggle-buttons").all():
            pressed = group.locator("button.mod-active")
            said[group.locator(".widget-label").inner_text()] = pressed.inner_text()
        return said


class Slider:
    """A slider on a page. Keys and pointer go to its handle; readings are those of the page."""

    def __init__(self, page, root):
        self.page, self.root, self.handle = page, root, root.locator(".noUi-handle")
        self.name = root.locator(".widget-label").inner_text()

    @property
    def readout(self):
        return self.root.locator(".widget-readout").inner_text().replace(FIGURE_SPACE, "").strip()

    @property
    def place(self):
        """Number of the chosen value, from 0."""
        return round(float(self.handle.get_attribute("aria-valuenow")))

    def press(self, key, times=1):
        self.handle.focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def go(self, place):
        """Move to a value by its number, without waiting on the way."""
        self.press("Home")
        self.press("ArrowRight", place)

    def drag(self, seconds, turns=0):
        """Drag the handle from left to right, `turns` times back and forth, 60 moves a second  ->  moves"""
        self.press("Home")
        box, handle = self.root.locator(".noUi-base").bounding_box(), self.handle.bounding_box()
        row = handle["y"] + handle["height"] / 2
        self.page.mouse.move(handle["x"] + handle["width"] / 2, row)
        self.page.mouse.down()
        begin, moves = time.perf_counter(), 0
        while (share := (time.perf_counter() - begin) / seconds) < 1:
            at = abs((share * (turns + 1) + 1) % 2 - 1)
            self.page.mouse.move(box["x"] + box["width"] * at, row)
            moves += 1
            time.sleep(max(0, begin + moves / 60 - time.perf_counter()))
        self.page.mouse.move(box["x"] + box["width"] * ((turns + 1) % 2), row)
        self.page.mouse.up()
        return moves
