"""Figures of the lessons: each function takes data and optional axes, and returns the axes.

Pictures share one fixed gray range, 0..255 gray levels; colours are safe for colour-blind readers.
"""

from ._denoising import component_counts, digit_rows, digit_table, psnr_by_components, shrinkage
