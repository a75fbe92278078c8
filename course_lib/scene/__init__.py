"""A face at an unknown place over an unknown background, found by EM in many noisy pictures.    (S1)-(S16)

The model: `Scene`, `paste`, `sample`, `log_likelihood`. The steps: `e_step`, `m_step`, `bound`, `visible`, `iterations`, and the same as sums
over pictures: `statistics`, `merge`, `update`. The search: `start`, `fit`, `verdict`.
"""

from ._fit import SceneResult, fit, verdict
from ._model import Scene, log_likelihood, paste, sample
from ._search import start
from ._steps import bound, e_step, iterations, m_step, visible
from ._sums import Statistics, merge, statistics, update
