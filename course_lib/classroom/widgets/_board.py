"""What all widgets share: controls with units, and a board that answers a change of any of them.

ipywidgets keeps one message of a slider under way and merges the values that come meanwhile into the next:
the board answers inside the message, so that a drag on a slow machine skips values instead of queueing them.
"""

import html
from dataclasses import dataclass

import ipywidgets
from ipywidgets.widgets.widget_description import DescriptionWidget

from . import _pictures

# What ipywidgets has no option for: a readout as wide as its words, and the name of a choice beside its buttons.
STYLE = """<style>
.course-widget .widget-readout { flex: none; min-width: 8.5em; max-width: none; text-align: left; }
.course-widget .widget-toggle-buttons { display: flex; flex-flow: row nowrap; align-items: baseline; }
.course-widget .widget-toggle-buttons > .widget-label { flex: none; text-align: right; }
</style>"""
FIGURE_SPACE = "\u2007"  # as wide as a digit: readouts of one width keep a slider from twitching


@dataclass(frozen=True, eq=False)
class View:
    """What a board shows for one choice of its controls.

    pictures : tuple of arrays (h, w) or (h, w, 3), uint8; may be empty if `note` says why
    readout : str, the numbers in a sentence
    note : str, why this choice cannot be shown, or not all of it
    """

    pictures: tuple
    readout: str = ""
    note: str = ""


class Board(ipywidgets.VBox):
    """Controls, a sentence, and pictures that follow them.

    Parameters
    ----------
    name : str, the CSS class of the board is course-NAME
    controls : dict from an argument of `view` to its control
    view : function of the controls' values that returns a `View`. Its ValueError becomes a sentence: the
    library's messages say
        what is needed, what came and what to do.
    descriptions : one sentence a picture, for those who cannot see it and as its tooltip
    extra : further widgets, shown below the controls

    Attributes
    ----------
    controls, view : as given;  readout, note : ipywidgets.HTML;  pictures : list of ipywidgets.Image
    """

    def __init__(self, name, controls, view, descriptions, *, extra=()):
        self.controls, self.view = dict(controls), view
        self.readout, self.note = ipywidgets.HTML(), ipywidgets.HTML()
        self.readout.add_class("course-readout")
        self.note.add_class("course-note")
        self.pictures = [_picture(sentence) for sentence in descriptions]
        style = ipywidgets.HTML(STYLE, layout=ipywidgets.Layout(display="none"))
        rows = (_row(self.controls.values()), *extra, self.readout, self.note, _row(self.pictures), style)
        super().__init__(rows, layout=ipywidgets.Layout(overflow="visible", max_width="100%"))
        self.add_class("course-widget")
        self.add_class(f"course-{name}")
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
        except ValueError as error:
            view = View((), note=f"This choice does not work: {error}.")
        for image, picture in zip(self.pictures, view.pictures):
            image.value = _pictures.png(picture)
        for index, image in enumerate(self.pictures):
            image.layout.visibility = "visible" if index < len(view.pictures) else "hidden"
        self.readout.value = _spoken(view.readout)
        self.note.value = _spoken(view.note)


def slider(description, values, value, unit=""):
    """A slider over `values` whose readout names the unit; arrows, Home and End move it.

    description : str;  values : numbers;  value : one of them, shown first;  unit : str  ->
    ipywidgets.SelectionSlider

    ValueError if `value` is none of them.
    """
    values = list(values)
    if value not in values:
        raise ValueError(f"{description} needs one of {values}; got {value!r}; choose one of them")
    texts = [f"{number:g}" for number in values]
    width = max(map(len, texts))
    labels = [f"{text.rjust(width, FIGURE_SPACE)} {unit}".rstrip() for text in texts]
    return ipywidgets.SelectionSlider(options=list(zip(labels, values)), value=value, **_looks(description))


def choice(description, options, value):
    """Buttons, one an option. options : dict, label -> value, or a list  ->  ipywidgets.ToggleButtons"""
    options = list(options.items()) if isinstance(options, dict) else options
    buttons = ipywidgets.ToggleButtons(options=options, value=value, **_looks(description))
    buttons.style.button_width = "auto"
    buttons.layout.flex, buttons.layout.max_width = "0 1 auto", "100%"
    return buttons


def _looks(description):
    return {
        "description": description,
        "style": {"description_width": "8.5em"},
        "layout": ipywidgets.Layout(width="auto", flex="1 1 25em", max_width="min(34em, 100%)"),
    }


class _Picture(ipywidgets.Image, DescriptionWidget):
    """An image with a description: ipywidgets 8.1 asks what has a tooltip for it, and shows nothing without."""


def _picture(sentence):
    return _Picture(
        format="png",
        tooltip=sentence,
        layout=ipywidgets.Layout(max_width="100%", height="auto", margin="4px 0"),
    )


def _row(widgets):
    layout = ipywidgets.Layout(
        flex_flow="row wrap",
        align_items="flex-start",
        grid_gap="0 16px",
        overflow="visible",
        max_width="100%",
    )
    return ipywidgets.Box(list(widgets), layout=layout)


def _spoken(sentence):
    """The sentence as HTML that a screen reader tells when it changes."""
    return f'<div role="status">{html.escape(sentence)}</div>' if sentence else ""
