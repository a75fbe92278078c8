"""What all widgets share: controls with units, and a board that answers a change of any of them.

ipywidgets keeps one message of a slider under way and merges the values that come meanwhile into the next:
the board answers inside the message, so that a drag on a slow machine skips values, not queues them.
"""

import html
import itertools
from dataclasses import dataclass

import ipywidgets
from ipywidgets.widgets.widget_description import DescriptionWidget

from . import _pictures

# What ipywidgets has no option for: a readout as wide as its words, the name of a choice beside its buttons.
STYLE = """<style>
.course-widget .widget-readout { flex: none; min-width: 8.5em; max-width: none; text-align: left; }
.course-widget .widget-toggle-buttons { display: flex; flex-flow: row nowrap; align-items: baseline; }
.course-widget .widget-toggle-buttons > .widget-label { flex: none; text-align: right; }
</style>"""
FIGURE_SPACE = "\u2007"  # as wide as a digit: readouts of one width keep a slider from twitching


@dataclass(frozen=True, eq=False)
class View:
    """What a board shows for one choice of its controls."""

    pictures: tuple  # arrays (h, w) or (h, w, 3), uint8; none if the note says why
    readout: str = ""  # the numbers in a sentence
    note: str = ""  # why this choice cannot be shown, or not all of it


class Board(ipywidgets.VBox):
    """Controls, a sentence, and pictures that follow them.

    name : str, the CSS class of the board is course-NAME
    controls : dict from an argument of `view` to its control
    view : function of the controls' values that returns a `View`. Whatever it raises becomes the note, and no
        picture stays: the library's messages say what is needed, what came and what to do.
    descriptions : one sentence a picture, its tooltip;  extra : further widgets, shown below the controls

    Attributes: controls, view, as given;  readout, note : ipywidgets.HTML;  pictures : ipywidgets.Images
    """

    def __init__(self, name, controls, view, descriptions, *, extra=()):
        self.controls, self.view = dict(controls), view
        self.readout, self.note = (ipywidgets.HTML().add_class(f"course-{it}") for it in ("readout", "note"))
        whole = {"max_width": "100%", "height": "auto", "margin": "4px 0"}
        self.pictures = [_Picture(format="png", tooltip=text, layout=whole) for text in descriptions]
        style = ipywidgets.HTML(STYLE, layout=ipywidgets.Layout(display="none"))
        controls, pictures = _make_row(self.controls.values()), _make_row(self.pictures)
        rows = (controls, *extra, self.readout, self.note, pictures, style)
        super().__init__(rows, layout=ipywidgets.Layout(overflow="visible", max_width="100%"))
        self.add_class("course-widget").add_class(f"course-{name}")
        for control in self.controls.values():
            control.observe(self.refresh, "value")
        self.refresh()

    def values(self):
        """The chosen value of every control."""
        return {name: control.value for name, control in self.controls.items()}

    def refresh(self, change=None):
        """Show what the controls say now."""
        try:
            view = self.view(**self.values())
            files = [_pictures.write_png(picture) for picture in view.pictures]
        except Exception as error:  # any: a picture of the choice before would stand beside the new sliders
            kind = "" if isinstance(error, (ValueError, TypeError)) else f"{type(error).__name__}: "
            view, files = View((), note=f"This choice does not work: {kind}{error}."), []
        for image, file in itertools.zip_longest(self.pictures, files[: len(self.pictures)]):
            image.value = file or image.value
            image.layout.visibility = "visible" if file else "hidden"
        self.readout.value, self.note.value = _announce(view.readout), _announce(view.note)


def make_slider(description, values, value, unit=""):
    """A slider over the numbers `values`, `value` of them first, else ValueError; its readout has units."""
    values = list(values)
    texts = [f"{number:g}" for number in values]
    width, value = max(map(len, texts)), _find(description, value, values)
    labels = [f"{text.rjust(width, FIGURE_SPACE)} {unit}".rstrip() for text in texts]
    return ipywidgets.SelectionSlider(options=list(zip(labels, values)), value=value, **_looks(description))


def make_choice(description, options, value):
    """Buttons, one an option.

    options : dict, label -> value, or a list;  value : one of them, first  ->  ipywidgets.ToggleButtons
    """
    pairs = list(options.items()) if isinstance(options, dict) else [(option, option) for option in options]
    value = _find(description, value, [offered for _, offered in pairs])
    buttons = ipywidgets.ToggleButtons(options=pairs, value=value, **_looks(description))
    buttons.style.button_width = "auto"
    buttons.layout.flex, buttons.layout.max_width = "0 1 auto", "100%"
    return buttons


def _find(description, value, values):
    """The one of `values` that equals `value`."""
    for offered in values:
        if isinstance(value, (str, int, float)) and offered == value:
            return offered
    raise ValueError(f"{description} needs one of {values}; got {value!r}; choose one of them")


def _looks(description):
    layout = ipywidgets.Layout(width="auto", flex="1 1 25em", max_width="min(34em, 100%)")
    return {"description": description, "style": {"description_width": "8.5em"}, "layout": layout}


class _Picture(ipywidgets.Image, DescriptionWidget):
    """An image with a description: ipywidgets 8.1 asks whatever has a tooltip for it, or shows nothing."""


def _make_row(widgets):
    flow = {"flex_flow": "row wrap", "align_items": "flex-start", "grid_gap": "0 16px"}
    return ipywidgets.Box(list(widgets), layout={**flow, "overflow": "visible", "max_width": "100%"})


def _announce(sentence):
    """The sentence as HTML that a screen reader tells when it changes."""
    return f'<div role="status">{html.escape(sentence)}</div>' if sentence else ""
