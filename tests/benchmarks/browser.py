"""The denoising widget beside `interact` and `plt.show`, in JupyterLab: python -m tests.benchmarks.browser

Two rivals compute the same: one draws the figure of lesson 05, which says the same as the widget; one shows
the widget's own pictures, already drawn, by `imshow`. A step is measured inside the page, from the key press
to the painted picture. Bars on a quiet machine of two cores: median at most 80 ms and 3 times faster, 95th
percentile under twice the median, 20 pictures in a drag of 2 s, memory flat.
"""

import statistics
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.browser import lab
from tests.browser.board import Board, Slider
from tests.tools import chromium

STEPS = 60
REST = 300  # ms before a step: a user lets time pass after an answer, and TCP then acknowledges at once
CHANGES = 500
STOPWATCH = (Path(__file__).parent / "stopwatch.js").read_text(encoding="utf-8")
STAGES = {
    "busy": "kernel has begun", "answer": "last answer of the kernel", "changed": "last picture is there",
    "decoded": "pictures are decoded", "painted": "painted",
}  # fmt: skip
MEBI = 2**20
CELLS = (
    """%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import SelectionSlider, interact
from course_lib import datasets, denoising, images, priors
from course_lib.classroom import plots, widgets
digits, prior = datasets.digits("test")[0][::200], priors.digit_prior(8, 20)""",
    "widgets.denoising_widget(digits, noise_std=5, patch_size=8, n_components=20)",
    """def figure(noise_std):
    x = images.add_noise(digits[0], noise_std, np.random.default_rng(0))
    z = np.clip(denoising.denoise(x, prior, noise_std), 0, 255)
    looks = {"original": digits[0], "noisy": x, "denoised": z}
    weights = denoising.component_weights(x[10:18, 10:18].reshape(1, 64), prior, noise_std)[0]
    beliefs = {"prior weights": prior.weights, "posterior weights": weights}
    plots.patch_beliefs(looks, z - digits[0], (10, 10, 8, 8), beliefs)
    plt.show()

interact(figure, noise_std=SelectionSlider(options=range(5, 151, 5)))""",
    """def pictures(noise_std):
    shown = widgets.denoising_view(digits[0], noise_std, 8, 20).pictures
    for ax, picture in zip(plt.subplots(len(shown), figsize=(8, 4))[1], shown):
        ax.imshow(picture)
        ax.axis("off")
    plt.show()

interact(pictures, noise_std=SelectionSlider(options=range(5, 151, 5)))""",
)


class Race:
    """All three in a notebook: name -> (slider of sigma, element whose pictures follow it, their number)."""

    def __init__(self, notebook, rest=REST):
        self.notebook, self.page, self.rest = notebook, notebook.page, rest
        self.page.evaluate(STOPWATCH)
        board = Board(notebook, 0)
        sigma = next(slider for slider in board.sliders if slider.name == "noise sigma")
        self.runners = {"widget": (sigma, board.root, board.root.locator("img").count())}
        rivals = "interact, lesson's figure", "interact, imshow"
        for name, root in zip(rivals, self.page.locator(".widget-interact").all()):
            self.runners[name] = Slider(self.page, root.locator(".widget-slider")), root, 1

    def step(self, name, key):
        """Press a key and wait for the picture.  ->  {stage: ms since the key press}"""
        slider, root, count = self.runners[name]
        slider.handle.focus()
        root.evaluate("root => root.scrollIntoView({block: 'center'})")
        self.notebook.settle()
        self.page.wait_for_timeout(self.rest)
        root.evaluate("(root, count) => stopwatch.arm(root, count)", count)
        self.page.keyboard.press(key)
        return self.page.evaluate("stopwatch.result()")

    def steps(self, number=STEPS):
        """All in turn, after two unmeasured steps each: {name: list of {stage: ms}}."""
        for slider, _, _ in self.runners.values():
            slider.press("Home")
        taken = {name: [] for name in self.runners}
        for index in range(number + 2):
            for name, steps in taken.items():
                steps.append(self.step(name, key_of(index)))
        return {name: steps[2:] for name, steps in taken.items()}

    def drag(self, name, seconds=2.0):
        """Number of pictures that were painted while the handle went to the right end and back."""
        slider, root, _ = self.runners[name]
        slider.press("Home")
        self.notebook.settle()
        root.evaluate("root => stopwatch.count(root)")
        slider.drag(seconds, turns=1)
        painted = self.page.evaluate("stopwatch.stop()")
        self.notebook.settle()
        return painted

    def memory(self):
        """Memory now, in MiB: of the kernel, of the page's objects, of the browser's process for the page."""
        cdp = self.page.context.new_cdp_session(self.page)
        cdp.send("HeapProfiler.collectGarbage")
        heap = cdp.send("Runtime.getHeapUsage")["usedSize"]
        cdp.detach()
        processes = psutil.Process(self.notebook.server.pid).children()
        kernels = [process for process in processes if "ipykernel" in " ".join(process.cmdline())]
        return {
            "kernel": sum(process.memory_info().rss for process in kernels) / MEBI,
            "page's objects": heap / MEBI,
            "renderer": _renderer(self.page.context.browser).memory_info().rss / MEBI,
        }

    def growth(self, changes=CHANGES, pauses=5):
        """Memory before and after so many changes of sigma, and at pauses between: list of {name: MiB}."""
        slider, _, _ = self.runners["widget"]
        found = [self.memory()]
        for _ in range(pauses):
            for index in range(changes // pauses):
                slider.press(key_of(index))
                self.notebook.settle()
            found.append(self.memory())
        return found


def key_of(index):
    """The key of a step up and down the 30 values of sigma."""
    return "ArrowLeft" if index // 29 % 2 else "ArrowRight"


def _renderer(browser):
    """The largest of the browser's processes that draw a page: the others are spare."""
    cdp = browser.new_browser_cdp_session()
    listed = cdp.send("SystemInfo.getProcessInfo")["processInfo"]
    cdp.detach()
    processes = [psutil.Process(p["id"]) for p in listed if p["type"] == "renderer"]
    return max(processes, key=lambda process: process.memory_info().rss)


def summary(values):
    """Median, 95th percentile and largest of times."""
    percentile = statistics.quantiles(values, n=20)[-1]
    return {"median": statistics.median(values), "95th percentile": percentile, "largest": max(values)}


@contextmanager
def race(rest=REST):
    """A new JupyterLab with the notebook of all three, run.  ->  Race"""
    temporary = tempfile.TemporaryDirectory()
    with temporary as home, lab.serving(Path(home)) as server, chromium.browser() as browser:
        notebook = lab.Notebook(browser, server, lab.write(server, "race.ipynb", CELLS))
        notebook.run()
        yield Race(notebook, rest)
        notebook.close()


def main():
    from .__main__ import table  # here, for `python -m tests.benchmarks` must not need a browser

    print("From slider step to painted picture, 28 x 28 digit, m = 8, K = 20; all in turn in one session.")
    with race() as all_three:
        taken = all_three.steps()
        painted = {name: [step["painted"] for step in steps] for name, steps in taken.items()}
        for name, steps in taken.items():
            table(f"{name}: ms from key press to painted picture", summary(painted[name]), "{:.0f}")
            stages = {what: statistics.median(s[stage] for s in steps) for stage, what in STAGES.items()}
            table(f"{name}: ms from key press until, medians", stages, "{:.0f}")
        median = {name: statistics.median(times) for name, times in painted.items()}
        table("median / that of the widget", {name: time / median["widget"] for name, time in median.items()})
        table("pictures painted in a drag of 2 s", {name: all_three.drag(name) for name in taken}, "{:.0f}")
        for index, memory in enumerate(all_three.growth()):
            table(f"MiB after {index * CHANGES // 5} changes", memory, "{:.1f}")


if __name__ == "__main__":
    main()
