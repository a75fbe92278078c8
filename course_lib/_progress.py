"""What long work shows while it runs, and how it ends when it is interrupted."""

import sys


class Progress:
    """A bar on standard error that counts steps, and a short end when it is interrupted.

    Use it as a context manager; `step(text)` after each step. Inside, Ctrl-C becomes a KeyboardInterrupt
    that says how far the work came and drops the stack below.
    """

    def __init__(self, name, total, shown):
        self.name, self.total, self.shown, self.done = name, total, shown, 0

    def __enter__(self):
        self._show("started")
        return self

    def step(self, text="", by=1):
        """Count `by` steps more and show `text` behind their number."""
        self.done += by
        self._show(text)

    def _show(self, text):
        if self.shown:
            filled = 10 * min(self.done, self.total) // self.total
            bar = "#" * filled + "." * (10 - filled)
            line = f"\r{self.name}: [{bar}] {self.done}/{self.total} {text}\033[K"
            print(line, end="", file=sys.stderr, flush=True)

    def __exit__(self, kind, error, trace):
        if self.shown:
            print(file=sys.stderr, flush=True)
        if kind is KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"{self.name} stopped after {self.done} of {self.total} steps; nothing was kept"
            ) from None
        return False
