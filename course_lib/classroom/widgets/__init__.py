"""Sliders around the course's functions. Every widget follows a figure that says the same without a kernel.

A view is a plain function of numbers that returns pictures and sentences; a widget puts controls before it.
Both raise ValueError or TypeError, naming the argument, for one that they cannot use; once a widget stands,
whatever its view raises becomes a sentence beside its controls.
"""

from ._board import Board, View
from ._conditioning import conditioning_view, conditioning_widget
from ._denoising import denoising_view, denoising_widget, shipped_components, shipped_sides
from ._finding import Run, Stage, finding_view, finding_widget
from ._mixtures import mixture_view, mixture_widget
from ._windows import windows_view, windows_widget
