"""Figures of the lessons: each function takes data and optional axes, and returns the axes.

Pictures share one fixed gray range, 0..255 gray levels; colours are safe for colour-blind readers.
"""

from ._conditioning import LivePair, pair_posterior
from ._denoising import digit_rows, digit_table, patch_beliefs, psnr_by_components, shrinkage
from ._errata import cost_bars
from ._fast_sums import (
    block_matrix,
    digits_lost,
    doubled_runs,
    four_corners,
    hiding_positions,
    position_maps,
    spoiled_outputs,
    times,
)
from ._finding import (
    bound_against_error,
    bound_trace,
    position_share,
    positions_found,
    shifted_window,
    support_trace,
    verdict_bars,
    wanted_gallery,
)  # fmt: skip
from ._gaussians import (
    belief_update,
    conditional_slice,
    matrix_blocks,
    noise_limits,
    patch_row,
    shrinking_ellipse,
    slab_histogram,
)
from ._logits import face_gallery, finding_limits, logit_terms, posterior_maps
from ._mixtures import densities, guess_cost, held_out_scores, picture_columns, plane_posterior, weight_curves
from ._patches import (
    coverage_maps,
    eigen_rows,
    em_ellipses,
    em_trace,
    patch_gallery,
    patch_rows,
    patch_windows,
    seen_and_held_out,
    spectra,
)
from ._posteriors import LiveMixture, mixture_posterior
from ._scene_em import bound_parts, bound_sandwich, hiding_maps, scene_along_em, scene_rows
from ._scenes import scene_story
from ._style import COLOURS
