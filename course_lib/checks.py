"""Input checks with one message format: what was needed, what came, what to do."""

import dataclasses
import operator
import sys
import warnings
from collections.abc import Sequence

import numpy as np

# dtype -> least and largest magnitude whose squares, and sums of some hundred, neither vanish nor overflow
WITHIN = {"float64": (1e-150, 1e150), "float32": (1e-18, 1e18)}


class Record:
    """Base of the frozen records: copies and pickles go through __init__: checked, read-only."""

    def __reduce__(self):
        return type(self), tuple(getattr(self, field.name) for field in dataclasses.fields(self))


def real_array(name, value, shape=None, *, keep_float32=False, hint=""):
    """Return `value` as a finite real array, float64 unless float32 is to be kept.

    `shape` is a pattern such as ``("N", "D")``, ``("N", 25)`` or ``(..., "H", "W")``: an
    integer must match, a word matches any length of at least one, a leading ``...`` matches any number of
    axes. TypeError for masks, text, complex numbers, booleans and objects; ValueError for everything else.
    """
    array = as_array(name, value, hint)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} needs real numbers; got dtype {array.dtype}; {_remedy(array)}")
    if shape is not None:
        match_shape(name, array, shape, hint)
    dtype = "float32" if keep_float32 and array.dtype == np.float32 else "float64"
    largest = WITHIN[dtype][1]
    if array.size and not -largest <= float(array.min()) <= float(array.max()) <= largest:
        bad = int(array.size - np.isfinite(array).sum())
        if bad == 0:
            raise ValueError(
                f"{name} needs numbers within {largest:g}; got {np.abs(array).max():.3g}; choose another unit"
            )
        raise ValueError(
            f"{name} needs finite numbers; got {bad} NaN or infinite of {array.size}; "
            "replace or remove them first (np.nan_to_num, or drop the row)"
        )
    return np.asarray(array, dtype=dtype)


def gray_images(name, value, shape, **options):
    """`real_array` for pictures (..., H, W); it warns where the axes look like (H, W, colours)."""
    array = real_array(name, value, shape, **options)
    if array.ndim > 2 and array.shape[-1] <= 4 and min(array.shape[-3:-1]) > 8:
        came = f"{array.shape}, taken for pictures of {array.shape[-2]} x {array.shape[-1]}"
        remedy = "make colours gray, or put the axis of the pictures first (np.moveaxis)"
        warn(f"{name} needs axes (..., rows, columns); got {came}; {remedy}")
    return array


def warn(message, category=UserWarning):
    """Give a warning that names the line outside this library from which it was called."""
    frame, level = sys._getframe(), 1
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == __package__:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def as_array(name, value, hint=""):
    """Return `value` as an array; TypeError for masks at any depth, ValueError for unequal parts."""
    if _holds_masks(value):
        raise TypeError(f"{name} needs a plain array; got a masked array; fill it first (value.filled(0))")
    try:
        return np.asarray(value)
    except ValueError as error:
        remedy = hint or "make them equal first"
        raise ValueError(
            f"{name} needs parts of one shape; got parts of different shapes; {remedy}"
        ) from error


def _holds_masks(value, depth=64):
    """Is a masked array among these sequences in sequences? 64 axes are the most that numpy makes."""
    if isinstance(value, np.ndarray):
        return isinstance(value, np.ma.MaskedArray)
    if depth == 0 or isinstance(value, (str, bytes, range)) or not isinstance(value, Sequence):
        return False
    return not set(map(type, value)) <= {float, int} and any(_holds_masks(part, depth - 1) for part in value)


def _remedy(array):
    """What to do with an array that holds no real numbers."""
    if array.dtype.kind == "c":
        return "take its .real part"
    try:
        array.astype(float)
    except (TypeError, ValueError, OverflowError):
        parts = array.dtype == object and array.ndim > 0
        return (
            "make the parts one array of numbers (np.stack)"
            if parts
            else "give numbers in a list or an array"
        )
    return "convert it with .astype(float) if it holds numbers"


def match_shape(name, array, shape, hint=""):
    """Raise ValueError unless `array` has the shape that the pattern `shape` describes."""
    free = shape and shape[0] is ...
    fixed = shape[1:] if free else shape
    given = array.shape[array.ndim - len(fixed) :] if free and array.ndim >= len(fixed) else array.shape
    fits = len(given) == len(fixed) and all(
        length >= 1 if isinstance(want, str) else length == want for want, length in zip(fixed, given)
    )
    if fits and free:
        fits = array.size > 0
    if not fits:
        wanted = "(" + ", ".join("..." if part is ... else str(part) for part in shape)
        wanted += ",)" if len(shape) == 1 else ")"
        empty = array.size == 0 and array.ndim > 0
        remedy = "give at least one" if empty else hint or "reshape it, or check which array was passed"
        raise ValueError(f"{name} needs shape {wanted}; got {array.shape}; {remedy}")


def frozen(name, value, shape, *, hint=""):
    """A validated, read-only float64 copy, for the fields of a record."""
    array = np.array(real_array(name, value, shape, hint=hint), dtype=np.float64, copy=True, order="C")
    array.flags.writeable = False
    return array


def positive(name, value, *, unit="", allow_zero=False, dtype="float64"):
    """Return `value` as a float above zero (or at least zero) whose square is a number of that `dtype`."""
    if (
        np.ma.isMaskedArray(value)
        or np.asarray(value, dtype=object).ndim
        or np.asarray(value).dtype.kind not in "iuf"
    ):
        raise TypeError(
            f"{name} needs one real number; got {_short(value)}; give a number{unit and ' in ' + unit}"
        )
    number = float(value)
    if not 0 <= number < np.inf or (number == 0 and not allow_zero):
        needs = ("of at least 0" if allow_zero else "above 0") + (unit and f" ({unit})")
        raise ValueError(f"{name} needs a finite number {needs}; got {number:g}; give a positive one")
    least, largest = WITHIN[str(np.dtype(dtype))]
    if number and not least <= number <= largest:
        bound = f"at most {largest:g}" if number > largest else f"at least {least:g}"
        raise ValueError(f"{name} needs a number of {bound}; got {number:g}; choose another unit")
    return number


def count(name, value, *, minimum=1, maximum=None, remedy="", each=None):
    """Return `value` as an int between the bounds; rows of `each` numbers must fit in memory as well."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} needs a whole number; got {value}; give an int")
    try:
        number = operator.index(None if np.ma.isMaskedArray(value) else value)
    except TypeError as error:
        raise TypeError(f"{name} needs a whole number; got {_short(value)}; give an int") from error
    if number < minimum or (maximum is not None and number > maximum):
        bounds = f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
        remedy = remedy or "choose one in that range"
        raise ValueError(f"{name} needs a whole number {bounds}; got {_shown(number)}; {remedy}")
    if each is not None:
        try:
            np.empty((number, each))
        except (MemoryError, ValueError, OverflowError):
            raise ValueError(
                f"{name} needs rows that fit in memory; got {_shown(number)} of {each} numbers; ask for fewer"
            ) from None
    return number


def flag(name, value):
    """Return `value` if it is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} needs True or False; got {_short(value)}; give one of them")
    return bool(value)


def pair(name, value, letters="(h, w)"):
    """Return `value` as a pair of whole numbers of at least 1, rows and columns."""
    ordered = isinstance(value, Sequence) or (isinstance(value, np.ndarray) and value.ndim == 1)
    if not ordered or len(value) != 2:
        raise ValueError(f"{name} needs two numbers {letters}; got {_shown(value)}; give rows and columns")
    return tuple(count(f"{name}[{axis}]", length) for axis, length in enumerate(value))


def window(name, shape, outer, outer_name):
    """The pair (h, w), checked to fit inside `outer`."""
    h, w = pair(name, shape)
    if h > outer[0] or w > outer[1]:
        outer = f"{outer_name} of {outer[0]} x {outer[1]}"
        raise ValueError(f"{name} needs to fit inside {outer}; got {h} x {w}; make it smaller")
    return h, w


def choice(name, value, options):
    """Return `value` if it is one of the named `options`."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(
            f"{name} needs one of {', '.join(map(repr, options))}; got {_short(value)}; choose one of them"
        )
    return value


def instance(name, value, kind):
    """Return `value` if it is an instance of the record `kind`."""
    if not isinstance(value, kind):
        came = type(value)
        if (came.__module__, came.__qualname__) == (kind.__module__, kind.__qualname__):
            raise TypeError(
                f"{name} needs a {kind.__name__} of {kind.__module__} as it is now; got one made before the "
                "module was reloaded; build it again, or restart the kernel"
            )
        raise TypeError(f"{name} needs a {kind.__name__}; got {came.__name__}; build one first")
    return value


def generator(name, value):
    """Return `value` if it is a numpy random Generator."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(
            f"{name} needs a numpy.random.Generator; got {_short(value)}; pass np.random.default_rng(seed)"
        )
    return value


def covariances(name, stack):
    """Raise ValueError unless every matrix of `stack` (..., D, D) is symmetric, positive semi-definite.

    Rounding is forgiven: an asymmetry of 1e-8 and an eigenvalue of -1e-10, relative to the largest variance.
    """
    D = stack.shape[-1]
    for k, S in enumerate(stack.reshape(-1, D, D)):
        label = name if stack.ndim == 2 else f"{name}[{k}]"
        scale = np.abs(S).max()
        gap = np.abs(S - S.T).max()
        if gap > 1e-8 * scale:
            raise ValueError(
                f"{label} needs a symmetric matrix; got entries that differ by {gap:.3g} from their mirror "
                "image; symmetrise it with (S + S.T) / 2 if that is rounding"
            )
        try:
            np.linalg.cholesky(S + (1e-10 * scale + np.finfo(float).tiny) * np.eye(D))
        except np.linalg.LinAlgError:
            least = np.linalg.eigvalsh(S)[0]
            raise ValueError(
                f"{label} needs a positive semi-definite matrix; got a smallest eigenvalue of {least:.3g}; "
                "check the data it came from, or add reg_covar to its diagonal"
            ) from None


def probabilities(name, weights):
    """Raise ValueError unless `weights` are at least 0 and sum to one (to 1e-6)."""
    if (weights < 0).any():
        raise ValueError(
            f"{name} needs entries of at least 0; got {weights.min():.3g}; probabilities are not negative"
        )
    total = weights.sum()
    if abs(total - 1) > 1e-6:
        raise ValueError(f"{name} needs entries that sum to 1; got a sum of {total:.6g}; divide by the sum")


def _short(value):
    return f"{type(value).__name__} {_shown(value)}"


def _shown(value):
    try:
        text = " ".join(repr(value).split())
    except Exception:  # of a foreign class, or of an int of more digits than Python prints
        text = "that cannot be printed"
    return text if len(text) <= 40 else text[:37] + "..."
