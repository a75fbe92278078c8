"""A lesson as a talk: one HTML file that shows the slides of a notebook without a network.

`python -m course_lib.classroom.slides notebooks/05_denoising_digits.ipynb` writes it into this folder, as
05_denoising_digits.slides.html. The slides are those of `jupyter nbconvert --to slides`, which fetches
reveal.js and MathJax; here both come from packages of the extra "present" and are written into the file, and
so is the font of the code: a slide is as high in the hall as at home. S shows the speaker notes.
"""

import argparse
import base64
import re
import sys
from importlib import metadata
from pathlib import Path

ASSETS = {  # what the page asks for -> package, file in it
    "reveal/dist/reveal.css": ("pyreveal", "pyreveal/revealjs/dist/reveal.css"),
    "reveal/dist/theme/white.css": ("pyreveal", "pyreveal/revealjs/dist/theme/white.css"),
    "reveal.js": ("pyreveal", "pyreveal/revealjs/dist/reveal.js"),
    "notes.js": ("pyreveal", "pyreveal/revealjs/dist/plugin/notes.js"),
    "mathjax.js": ("django-static-mathjax", "mathjax/static/mathjax/es5/tex-svg-full.js"),
    "mono.ttf": ("matplotlib", "matplotlib/mpl-data/fonts/ttf/DejaVuSansMono.ttf"),
}
# nbconvert's own template, less its loaders, with the measures of its default theme. MathJax and fonts come
# first, so that reveal.js lays out finished formulas; one wider than a slide, which nbconvert's page breaks,
# is drawn smaller. Text takes the font of reveal's theme and code the one above, not those of the machine;
# what MathJax writes for screen readers alone must not widen a formula.
TEMPLATE = r"""{% extends 'index.html.j2' %}
{% block html_head_js %}{% endblock %}
{% block data_png scoped %}
{%- set alt = (output | get_metadata('alt', 'image/png') or '') | escape_html -%}
{{- super() | replace('<img src=', '<img alt="' ~ alt ~ '" src=') -}}
{% endblock data_png %}
{% block html_head_js_mathjax %}
<script>MathJax = {tex: {inlineMath: [['$', '$'], ['\\(', '\\)']], tags: 'ams'}};</script>
<script src="mathjax.js"></script>
{% endblock %}
{% block footer_js %}
<style>
@font-face { font-family: 'Talk Mono'; src: url(mono.ttf); }
:root { --jp-content-font-family: 'Source Sans Pro', sans-serif;
        --jp-code-font-family: 'Talk Mono', monospace; }
.reveal pre, .reveal pre *, .reveal code { font-family: 'Talk Mono', monospace; }
.reveal h1, .reveal h2, .reveal h3, .reveal h4 { text-transform: none; font-weight: normal; }
.reveal h1 { font-size: 3.77em; } .reveal h2 { font-size: 2.11em; } .reveal h3 { font-size: 1.55em; }
.reveal .slides > section > section { padding: 20px 0; }
.reveal mjx-container > svg { max-width: none; max-height: none; }
.reveal mjx-container > mjx-assistive-mml { width: 1px !important; height: 1px !important; }
</style>
<script src="reveal.js"></script><script src="notes.js"></script>
<script>
function fitFormulas() {
  for (const formula of document.querySelectorAll('section.present mjx-container[display]')) {
    // Small steps, since hinted fonts shrink in steps.
    const tooWide = () => formula.scrollWidth > formula.parentElement.clientWidth;
    for (let size = 98; tooWide() && size > 40; size -= 2) formula.style.fontSize = size + '%';
  }
}
Promise.all([MathJax.startup.promise, document.fonts.ready]).then(() => {
  for (const event of ['ready', 'slidechanged']) Reveal.on(event, fitFormulas);
  Reveal.initialize({width: {{ reveal_width }}, height: {{ reveal_height }}, slideNumber: 'c/t',
                     transition: 'none', hash: true, plugins: [RevealNotes]});
});
</script>
{% endblock %}"""
NEW = ("slide", "subslide")  # the types of a cell that begins one
REFERENCE = re.compile(r'<link [^>]*href="([^"]+)"[^>]*>|<script src="([^"]+)"></script>|url\((mono\.ttf)\)')


def talk(notebook):
    """The slides of a notebook, by the path of its .ipynb file, as HTML that needs no other file.

    FileNotFoundError where there is none, ValueError where it is damaged or no cell of it begins a slide,
    ModuleNotFoundError where a package of the extra "present" is not installed.
    """
    from nbconvert import SlidesExporter  # takes longer than all of course_lib

    path = Path(notebook)
    look = {"reveal_url_prefix": "reveal", "reveal_theme": "white", "embed_images": True}
    place = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    html, _ = SlidesExporter(raw_template=TEMPLATE, **look).from_notebook_node(read(path), place)
    return REFERENCE.sub(_embedded, html)


def read(path):
    """A valid notebook with at least one slide."""
    import nbformat

    if path.suffix != ".ipynb" or not path.is_file():
        remedy = "try notebooks/05_denoising_digits.ipynb"
        raise FileNotFoundError(f"notebook needs the path of an .ipynb file; got {path}; {remedy}")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]
    except OSError:
        raise
    except Exception as error:  # for JSON of another kind nbformat raises whatever it stumbles over
        came = f"got {type(error).__name__}; open it in JupyterLab, or restore it with git checkout"
        raise ValueError(f"{path} needs to be a valid notebook; {came}") from error
    if not set(kinds) & set(NEW):
        came = f"got none of {len(kinds)}; mark some as slides in JupyterLab's property inspector"
        raise ValueError(f"{path} needs cells that begin a slide; {came}")
    return notebook


def write(notebook, folder="."):
    """Write the talk of a notebook into a folder, made if need be, and return the path of the file."""
    html = talk(notebook)
    target = Path(folder) / f"{Path(notebook).stem}.slides.html"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(html, encoding="utf-8")
    except OSError as error:
        came = f"got {folder}: {error.strerror}; choose another with --to"
        raise OSError(f"folder needs to let us write; {came}") from error
    return target


def _embedded(reference):
    """What a link, a script or the style of the font refers to, in its place."""
    style, script, font = reference.groups()
    data = _asset(style or script or font)
    if font:
        return f"url(data:font/ttf;base64,{base64.b64encode(data).decode()})"
    if style:
        return f"<style>{data.decode()}</style>"
    code = data.decode().replace("</script", r"<\/script")  # the same string to JavaScript, no end to HTML
    return f"<script>{code}</script>"


def _asset(name):
    package, file = ASSETS[name]
    try:
        return Path(metadata.distribution(package).locate_file(file)).read_bytes()
    except metadata.PackageNotFoundError:
        missing = f"the package {package}; got none; install it with: pip install -e '.[present]'"
        raise ModuleNotFoundError(f"slides needs {missing}", name=package) from None


def main(arguments=None):
    """Write the talks that the command line names.  ->  0, or 1 where one could not be written"""
    about = "A lesson as a talk: one HTML file that needs no network."
    parser = argparse.ArgumentParser(prog="python -m course_lib.classroom.slides", description=about)
    example = "such as notebooks/05_denoising_digits.ipynb"
    parser.add_argument("notebooks", nargs="+", metavar="NOTEBOOK", help=example)
    parser.add_argument("--to", default=".", metavar="FOLDER", help="where to write, this folder by default")
    options, status = parser.parse_args(arguments), 0
    sys.stdout.reconfigure(errors="backslashreplace")  # the terminal may lack the letters of a folder
    for notebook in options.notebooks:
        try:
            print(write(notebook, options.to))
        except (OSError, ValueError, ModuleNotFoundError) as error:
            print(f"{parser.prog}: error: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
