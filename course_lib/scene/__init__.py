"""A face at an unknown place over an unknown background, found by EM in many noisy pictures.    (S1)-(S16)

The model: `Scene`, `paste`, `sample`, `log_likelihood`. The steps: `e_step`, `m_step`, `bound`, `visible`,
`iterations`, and the same as sums over pictures: `statistics`, `merge`, `update`. The search: `start`, `fit`,
`verdict`.

Every function takes the same things: images (N, H, W) in gray levels; face_shape (h, w), at most (H, W);
positions as (row, column) of the top-left corner, I = H-h+1 rows and J = W-w+1 columns of them; q as
probabilities (N, I, J) that sum to one for every picture, or as integer positions (N, 2); bounds in nats.
Each raises ValueError or TypeError before any work, naming the argument, for shapes that disagree, a face
larger than the pictures, NaN and masks, a wrong kind of number or record; and ValueError for pictures so far
from the scene that even logarithms overflow.
"""

from ._fit import SceneResult, fit, verdict
from ._model import Scene, log_likelihood, paste, sample
from ._search import start
from ._steps import bound, e_step, iterations, m_step, visible
from ._sums import Statistics, merge, statistics, update
