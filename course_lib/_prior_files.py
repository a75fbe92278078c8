"""Arrays in files that are never trusted: sizes before they are read, a checksum afterwards."""

import contextlib
import hashlib
import io
import math
import os
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

from . import checks

ABANDONED = 3600  # seconds: a part older than this belongs to a process that was killed


def pack(arrays, **notes):
    """Bytes of an npz: the arrays in float32, their checksum, and notes that nothing reads."""
    arrays = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays, sha256=_digest(arrays), **notes)
    return file.getvalue()


def unpack(raw, shapes):
    """The arrays of these names and shapes from what `pack` wrote; some error for anything else."""
    file = io.BytesIO(raw)
    if sum(entry.file_size for entry in zipfile.ZipFile(file).infolist()) <= largest(shapes):
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in shapes}
            intact = np.array_equal(stored["sha256"], _digest(arrays))
        if intact and {name: array.shape for name, array in arrays.items()} == shapes:
            return arrays
    raise ValueError("a file needs its own size, checksum and shapes; got others; fit it again")


def largest(shapes):
    """Bytes that a file with such arrays takes at most, packed or not."""
    return 4 * sum(math.prod(shape) for shape in shapes.values()) + 2**14


def read(path, size, build):
    """build(bytes of the file), or None: silently without a file, else with a warning that it is not used.

    size : bytes that it has at most; build : raises any error for bytes that are not right
    """
    try:
        with path.open("rb") as file:
            raw = file.read(size + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    else:
        try:
            if len(raw) <= size:
                return build(raw)
        except Exception:  # a damaged archive can fail in any way; whatever it is, the remedy is the same
            pass
        problem = "is damaged"
    checks.warn(f"{path.name} {problem} and not used; priors.digit_prior fits it again")
    return None


def write(path, raw):
    """Write the file whole or not at all; a folder that cannot be written to costs a warning."""
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path.parent)
        handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        os.replace(part, path)
    except OSError as error:
        checks.warn(f"the fitted prior cannot be kept in {path.parent.name} ({error.strerror})")
    finally:
        if part is not None:
            Path(part).unlink(missing_ok=True)


def _remove_abandoned(folder):
    """Remove what killed processes left; younger parts may belong to one that is writing now."""
    for part in folder.glob("*.part"):
        with contextlib.suppress(OSError):  # another process may have removed it
            if time.time() - part.stat().st_mtime > ABANDONED:
                part.unlink()


def _digest(arrays):
    digest = hashlib.sha256()
    for array in arrays.values():
        digest.update(str(array.shape).encode() + array.astype("<f4").tobytes())
    return np.frombuffer(digest.digest(), dtype=np.uint8)
