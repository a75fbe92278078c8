"""Show the talk of a lesson in Chromium and measure its slides.

python -m tests.tools.talk 05_denoising_digits                  a line for each slide
python -m tests.tools.talk 05_denoising_digits --shots FOLDER   and a picture of each
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course_lib.classroom import slides
from tests.tools import chromium

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
WIDTH, HEIGHT = 960, 700  # pixels, the slide of nbconvert before reveal.js scales it to the screen
VIEW = {"width": 1000, "height": 730}  # a slide and the margin that reveal.js keeps: drawn at its own size
SMALLEST = 0.65  # of its own size: what is drawn smaller cannot be read from the back of a hall
MEASURE = """() => {
  const slide = Reveal.getCurrentSlide();
  const all = what => [...slide.querySelectorAll(what)].filter(e => !e.closest('aside.notes'));
  const boxes = all('pre, table, p, li, h1, h2, h3, h4, img, mjx-container');
  const shares = [...all('img').map(e => e.clientWidth / e.naturalWidth),
                  ...all('mjx-container[display]').map(e => parseFloat(e.style.fontSize || '100') / 100)];
  return {
    heading: slide.querySelector('h1, h2, h3, h4')?.innerText.replace('¶', '') ?? '',
    cells: all('.jp-Cell').length,
    width: slide.clientWidth + Math.max(0, ...boxes.map(e => e.scrollWidth - e.clientWidth - 1)),
    height: slide.scrollHeight,
    smallest: Math.min(1, ...shares),
    formulas: all('mjx-container').length,
    mistakes: all('[data-mjx-error]').map(e => e.getAttribute('data-mjx-error')),
  };
}"""


@dataclass(frozen=True)
class Slide:
    """A slide in the browser: pixels of the 960 x 700 page, strongest reduction of a figure or formula."""

    heading: str
    cells: int
    width: int
    height: int
    smallest: float
    formulas: int
    mistakes: list

    @property
    def complaints(self):
        """What keeps a slide from being shown."""
        limit = f"a figure or formula at {self.smallest:.2f} of its size, at least {SMALLEST}"
        return [
            *[f"{self.width} pixels wide, at most {WIDTH}"] * (self.width > WIDTH),
            *[f"{self.height} pixels high, at most {HEIGHT}"] * (self.height > HEIGHT),
            *[limit] * (self.smallest < SMALLEST),
            *(f"MathJax: {mistake}" for mistake in self.mistakes),
        ]


def opened(page, notebook, folder):
    """The page once it shows the talk of a notebook, which is written into the folder."""
    page.goto(slides.write(notebook, folder).resolve().as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()", timeout=60_000)
    return page


def measure(notebook, shots=None):
    """The slides of a notebook, and whatever its page asked of the network or complained about."""
    with tempfile.TemporaryDirectory() as folder, chromium.browser() as browser:
        page, problems = browser.new_page(viewport=VIEW), []

        def note(said, bad):
            problems.extend([said] * bad)

        page.on("request", lambda asked: note(f"asks for {asked.url}", asked.url.startswith("http")))
        page.on("console", lambda message: note(message.text, message.type in ("error", "warning")))
        page.on("pageerror", lambda error: note(str(error), True))
        opened(page, notebook, folder)
        found = [_slide(page, index, shots) for index in range(page.evaluate("Reveal.getTotalSlides()"))]
        return found, problems


def _slide(page, index, shots):
    """Go to a slide, let every fragment appear, and measure it."""
    page.evaluate("index => { Reveal.slide(index, 0); while (Reveal.nextFragment()) {} }", index)
    if shots:
        page.screenshot(path=Path(shots) / f"{index + 1:02}.png")
    return Slide(**page.evaluate(MEASURE))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.tools.talk", description=__doc__.splitlines()[0])
    parser.add_argument("lesson", help="such as 05_denoising_digits")
    parser.add_argument("--shots", metavar="FOLDER", help="where to save a picture of each slide")
    options = parser.parse_args(arguments)
    if options.shots:
        Path(options.shots).mkdir(parents=True, exist_ok=True)
    found, problems = measure(NOTEBOOKS / f"{options.lesson}.ipynb", options.shots)
    print("slide  cells  width  height  smallest  heading")
    for index, slide in enumerate(found, 1):
        sizes = f"{slide.width:5}  {slide.height:6}  {slide.smallest:8.2f}"
        print(f"{index:5}  {slide.cells:5}  {sizes}", slide.heading)
        problems += [f"slide {index}: {complaint}" for complaint in slide.complaints]
    print("\n".join(problems) or "every slide fits, no request, no error")


if __name__ == "__main__":
    main()
