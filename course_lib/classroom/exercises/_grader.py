"""Verdicts on the answers of a notebook, each run in a fresh process of its own: no answer reaches the judge.

The process gets arguments and gives back results as JSON (no pickle). This defends the verdict, not the
machine: an answer can read and write files, and call the library's own solution. Run the grader in a
container or under an account of its own, and look at the answers.
"""

import ast
import base64
import contextlib
import itertools
import json
import multiprocessing
import os
import re
import threading
import time
from pathlib import Path

import numpy as np

from ._grading import Raised, Tried, Unfit, Verdict, attempted, fit, judge
from ._lessons import EXERCISES

SECONDS, SLOW = 30.0, Raised("TimeoutError", "it took too long")  # for a call; its cells get as much again
LARGEST = 10**7  # bytes of one message from an answer
CHECK = re.compile(r"""exercises\.check\(\s*["'](\d\d\.\d)["']\s*,\s*(\w+)\s*\)""")
SOLUTION = "__import__('course_lib.classroom.exercises', fromlist=['']).EXERCISES['{}'].solution"


def verdicts(path, *, seconds=SECONDS):
    """Judge every exercise of the lessons that a notebook holds.  path : str  ->  {number: Verdict}

    ValueError if it is no notebook, or one without exercises.
    """
    try:
        cells = json.loads(Path(path).read_text("utf-8"))["cells"]
        sources = ["".join(cell["source"]) if cell["cell_type"] == "code" else "" for cell in cells]
        ids = [str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")) for cell in cells]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        what = f"{type(error).__name__}: {error}"
        raise ValueError(f"{path} needs to be a Jupyter notebook; reading it gave {what}") from error
    names = dict(CHECK.findall("\n".join(sources)))
    lessons = {number[:2] for number in names} | {i[9:11] for i in ids if i.startswith("exercise-")}
    numbers = [number for number in EXERCISES if number[:2] in lessons]
    if not numbers:
        raise ValueError(f"{path} needs exercises; got none; give a lesson's notebook")
    own = {n: [s for s, i in zip(sources, ids) if i == f"exercise-{n.replace('.', '-')}"] for n in numbers}
    return {n: verdict_of(n, sources, own[n], names.get(n), seconds) for n in numbers}


def verdict_of(number, sources, own, name=None, seconds=SECONDS):
    """Judge one exercise.  sources : of all cells;  own : of its cells;  name : of its function"""
    name = name or "".join(re.findall(r"^def (\w+)", "\n".join(own), re.MULTILINE)[-1:])
    if not name:
        return Verdict("missing", f"{number} {EXERCISES[number].title}: no answer in this notebook.")
    with contextlib.closing(Elsewhere(sources, own, name, seconds)) as place:
        return judge(EXERCISES[number], place.attempt, attempt=lambda attempt, *call: attempt(*call))


def definitions(sources):
    """What an answer may use of other cells, each by itself: imports, functions, classes, constants.

    What other checks hand back is the library's here: one slip costs one point.
    """
    kept = []
    for source in sources:
        try:
            tree = ast.parse(re.sub(r"^\s*[%!].*$", "", source, flags=re.MULTILINE))
        except Exception:  # a cell that cannot be read
            continue
        for node in tree.body:
            checked = re.match(rf"(my_\w+) = {CHECK.pattern}", ast.unparse(node))
            if checked and checked[2] in EXERCISES:
                kept.append(f"{checked[1]} = {SOLUTION.format(checked[2])}")
            plain = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            if plain or isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)):
                kept.append(ast.unparse(node))
    return kept


class Elsewhere:
    """A process that holds one answer, and calls it with the arguments that it is sent."""

    def __init__(self, sources, own, name, seconds):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, sources, own, name), daemon=True)
        self.process.start()
        theirs.close()
        self.failed, self.limits = None, itertools.chain([SECONDS + seconds], itertools.repeat(seconds))

    def close(self):
        """End the process."""
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def attempt(self, args, count):
        """What `attempted` says of the answer there; a process that stops, or talks nonsense, has raised."""
        if self.failed:
            return Tried(self.failed, None)
        limit, start = next(self.limits), time.monotonic()
        late = threading.Timer(limit, self.process.kill)  # it may also leave the pipe full, or call for ever
        late.start()
        try:
            return self._asked(args, count, limit)
        except Exception:  # what comes from there may be anything
            self.process.kill()
            slow = time.monotonic() - start >= limit
            self.failed = SLOW if slow else Raised("EOFError", "its process ended, or sent no result")
            return Tried(self.failed, None)
        finally:
            late.cancel()

    def _asked(self, args, count, limit):
        functions = []
        self.pipe.send_bytes(json.dumps([encoded(args, functions), count]).encode())
        while self.pipe.poll(limit):
            said = json.loads(self.pipe.recv_bytes(LARGEST))
            if "call" not in said:
                return Tried(taken(decoded(said["parts"])), said["changed"])
            try:
                back = encoded(functions[said["call"]](*decoded(said["args"])))
            except Exception as error:
                back = encoded(Raised(type(error).__name__, str(error)))
            self.pipe.send_bytes(json.dumps(back).encode())
        raise TimeoutError


def taken(parts):
    """Parts from another process, if they are what `attempted` gives."""
    if isinstance(parts, tuple) and fit(arrays := tuple(map(np.asarray, parts))):
        return arrays
    return parts if parts is None or isinstance(parts, (type(...), Raised, Unfit)) else Unfit("an object")


def serve(pipe, sources, own, name):
    """The process of an answer: run its cells, and then call it for whoever asks."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    names = {"__name__": "answer"}
    for source in [*definitions(sources), *own]:
        try:
            exec(source, names)
        except BaseException as error:
            names.setdefault("first error", error)

    def function(*args):
        if name not in names:
            raise names.get("first error") or NameError(f"name {name!r} is not defined")
        return names[name](*args)

    def remote(index):
        def call(*args):
            pipe.send_bytes(json.dumps({"call": index, "args": encoded(args)}).encode())
            back = decoded(json.loads(pipe.recv_bytes()))
            if isinstance(back, Raised):
                raise RuntimeError(f"{back.kind}: {back.text}")
            return back

        return call

    while True:
        args, count = json.loads(pipe.recv_bytes())
        try:
            tried = attempted(function, decoded(args, remote), count)
        except KeyboardInterrupt:
            tried = Tried(Raised("KeyboardInterrupt", ""), None)
        pipe.send_bytes(json.dumps({"parts": encoded(tried.parts), "changed": tried.changed}).encode())


def encoded(value, functions=None):
    """A value as JSON holds it; functions stay here, and their number goes."""
    if isinstance(value, (np.ndarray, np.generic)):
        return {"array": [value.dtype.str, value.shape, base64.b64encode(value.tobytes()).decode()]}
    if isinstance(value, (tuple, list)):
        return {type(value).__name__: [encoded(part, functions) for part in value]}
    if isinstance(value, (Raised, Unfit)):
        return {type(value).__name__: list(vars(value).values())}
    if value is Ellipsis:
        return {"ellipsis": True}
    if functions is not None and callable(value):
        functions.append(value)
        return {"function": len(functions) - 1}
    if value is None or type(value) in (bool, int, float, str):
        return {"plain": value}
    return encoded(Unfit("an object"))


def decoded(message, remote=None):
    """The value of what `encoded` made; a function becomes remote(its number)."""
    ((kind, held),) = message.items()
    if kind == "array":
        dtype, shape, data = held
        return np.frombuffer(base64.b64decode(data), dtype).reshape(shape).copy()[()]
    if kind in ("tuple", "list"):
        return (tuple if kind == "tuple" else list)(decoded(part, remote) for part in held)
    if kind in ("Raised", "Unfit"):
        return (Raised if kind == "Raised" else Unfit)(*(str(text)[:300] for text in held))
    return {"ellipsis": ..., "plain": held}[kind] if kind != "function" else remote(held)
