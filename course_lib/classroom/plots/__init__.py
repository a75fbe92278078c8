"""Figures of the lessons: each function takes data and optional axes, and returns the axes.

Pictures share one fixed gray range, 0..255 gray levels; colours are safe for colour-blind readers. A plot
checks where it draws (`ax`, `axes`: as many as its docstring says), that a gray picture is (H, W) and finite,
and that lists which belong together are equally long. Numbers, curves and models are drawn as they come: the
functions that made them have checked them, and what NumPy or Matplotlib say of others comes through with a
note that names the plot. A figure that a plot has opened is closed if it raises; axes that it was given keep
what was drawn until then.
"""

import inspect

# isort: off
from ._conditioning import LivePair, pair_posterior
from ._denoising import digit_rows, digit_table, patch_beliefs, psnr_by_components, shrinkage
from ._errata import cost_bars
from ._fast_sums import (
    block_matrix, digits_lost, doubled_runs, four_corners, hiding_positions, position_maps,
    spoiled_outputs, times,
)  # fmt: skip
from ._finding import (
    bound_against_error, bound_trace, position_share, positions_found, shifted_window, support_trace,
    verdict_bars, wanted_gallery,
)  # fmt: skip
from ._gaussians import (
    belief_update, conditional_slice, filled_patch, line_of_means, matrix_blocks, noise_limits, patch_row,
    precisions_add, shrinking_ellipse, slab_histogram,
)  # fmt: skip
from ._logits import face_gallery, finding_limits, logit_terms, posterior_maps
from ._mixtures import densities, guess_cost, held_out_scores, picture_columns, plane_posterior, weight_curves
from ._panels import close_what_fails, mark_guess, sign
from ._patches import (
    coverage_maps, eigen_rows, em_ellipses, em_trace, patch_gallery, patch_rows, patch_windows,
    seen_and_held_out, spectra,
)  # fmt: skip
from ._posteriors import LiveMixture, mixture_posterior
from ._scene_em import (
    bound_parts, bound_sandwich, chicken_and_egg, hiding_maps, scene_along_em, scene_rows, scene_story,
)  # fmt: skip
from ._style import COLOURS

for _name, _plot in list(globals().items()):  # here, once, so that no new plot can be forgotten
    if inspect.isfunction(_plot) and _plot is not close_what_fails:
        globals()[_name] = close_what_fails(_plot)
del close_what_fails
