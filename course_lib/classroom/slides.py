"""A lesson as a talk: one HTML file that shows the slides of a notebook without a network.

`python -m course_lib.slides notebooks/05_denoising_digits.ipynb` writes 05_denoising_digits.slides.html into this folder.
The slides are those of `jupyter nbconvert --to slides`, which fetches reveal.js and MathJax from the network. Here both
come from packages of the extra "present" and are written into the file: open it in a browser; S shows the speaker notes.
"""

import argparse
import re
from importlib import metadata
from pathlib import Path

ASSETS = {  # what the page asks for -> package, file in it
    "reveal/dist/reveal.css": ("pyreveal", "pyreveal/revealjs/dist/reveal.css"),
    "reveal/dist/theme/white.css": ("pyreveal", "pyreveal/revealjs/dist/theme/white.css"),
    "reveal.js": ("pyreveal", "pyreveal/revealjs/dist/reveal.js"),
    "notes.js": ("pyreveal", "pyreveal/revealjs/dist/plugin/notes.js"),
    "mathjax.js": ("django-static-mathjax", "mathjax/static/mathjax/es5/tex-svg-full.js"),
}
# nbconvert's own template, less its loaders, with the measures of its default theme. MathJax comes first, so that
# reveal.js lays out finished formulas; one that is wider than the slide, which nbconvert's page breaks, is drawn smaller.
TEMPLATE = r"""{% extends 'index.html.j2' %}
{% block html_head_js %}{% endblock %}
{% block data_png scoped %}
{%- set alt = (output | get_metadata('alt', 'image/png') or '') | escape_html -%}
{{- super() | replace('<img src=', '<img alt="' ~ alt ~ '" src=') -}}
{% endblock data_png %}
{% block html_head_js_mathjax %}
<script>
MathJax = {tex: {inlineMath: [['$', '$'], ['\\(', '\\)']], tags: 'ams'}};
</script>
<script src="mathjax.js"></script>
{% endblock %}
{% block footer_js %}
<style>
.reveal h1, .reveal h2, .reveal h3, .reveal h4 { text-transform: none; font-weight: normal; }
.reveal h1 { font-size: 3.77em; }
.reveal h2 { font-size: 2.11em; }
.reveal h3 { font-size: 1.55em; }
.reveal .slides > section > section { padding: 20px 0; }
.reveal mjx-container > svg { max-width: none; max-height: none; }
</style>
<script src="reveal.js"></script>
<script src="notes.js"></script>
<script>
function fitFormulas() {
  for (const formula of document.querySelectorAll('section.present mjx-container[display]')) {
    const tooWide = () => formula.scrollWidth > formula.parentElement.clientWidth;
    for (let size = 98; tooWide() && size > 40; size -= 2) formula.style.fontSize = size + '%';  // hinted fonts shrink in steps
  }
}
MathJax.startup.promise.then(() => {
  Reveal.on('ready', fitFormulas);
  Reveal.on('slidechanged', fitFormulas);
  Reveal.initialize({
    width: {{ reveal_width }}, height: {{ reveal_height }}, slideNumber: '{{ reveal_number }}',
    transition: '{{ reveal_transition }}', hash: true, plugins: [RevealNotes]
  });
});
</script>
{% endblock %}"""
REFERENCE = re.compile(r'<link\b[^>]*\bhref="([^"]+)"[^>]*>|<script src="([^"]+)"></script>')


def talk(notebook):
    """The slides of a notebook as a page that needs no other file.

    Parameters
    ----------
    notebook : path of an .ipynb file whose cells carry slideshow metadata

    Returns
    -------
    str, HTML

    Raises
    ------
    FileNotFoundError
        Where there is no such notebook.
    ModuleNotFoundError
        Where a package of the extra "present" is not installed.
    """
    from nbconvert import SlidesExporter  # takes longer than all of course_lib

    path = Path(notebook)
    if path.suffix != ".ipynb" or not path.is_file():
        remedy = "try notebooks/05_denoising_digits.ipynb"
        raise FileNotFoundError(f"notebook needs the path of an .ipynb file; got {notebook}; {remedy}")
    exporter = SlidesExporter(
        raw_template=TEMPLATE, reveal_url_prefix="reveal", reveal_theme="white", reveal_transition="none", reveal_number="c/t",
        embed_images=True,
    )  # fmt: skip
    html, _ = exporter.from_filename(str(path))
    return REFERENCE.sub(_embedded, html)


def write(notebook, folder="."):
    """Write the talk of a notebook into a folder, made if need be, and return the path of the file."""
    html = talk(notebook)
    target = Path(folder) / f"{Path(notebook).stem}.slides.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(html, encoding="utf-8")
    return target


def _embedded(reference):
    """The file that a link or script refers to, as a style or script element."""
    style, script = reference.groups()
    text = _asset(style or script)
    if style:
        return f"<style>{text}</style>"
    return "<script>{}</script>".format(
        text.replace("</script", r"<\/script")
    )  # the same string to JavaScript, no end to HTML


def _asset(name):
    package, file = ASSETS[name]
    try:
        path = metadata.distribution(package).locate_file(file)
    except metadata.PackageNotFoundError:
        message = (
            f"slides needs the package {package}; got none; install it with: pip install -e '.[present]'"
        )
        raise ModuleNotFoundError(message, name=package) from None
    return Path(path).read_text(encoding="utf-8")


def main(arguments=None):
    """Write the talks that the arguments of the command line name."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.slides", description=__doc__.splitlines()[0])
    parser.add_argument(
        "notebooks", nargs="+", metavar="NOTEBOOK", help="such as notebooks/05_denoising_digits.ipynb"
    )
    parser.add_argument("--to", default=".", metavar="FOLDER", help="where to write, this folder by default")
    options = parser.parse_args(arguments)
    for notebook in options.notebooks:
        try:
            print(write(notebook, options.to))
        except (FileNotFoundError, ModuleNotFoundError) as error:
            parser.error(str(error))


if __name__ == "__main__":
    main()
