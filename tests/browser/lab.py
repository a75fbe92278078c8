"""A JupyterLab server over a copy of the lessons, with settings of its own, and a page with a notebook."""

import ast
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tests.tools import store

ROOT = Path(__file__).parents[2]
HELPERS = (Path(__file__).parent / "course.js").read_text(encoding="utf-8")
OWN_FOLDERS = (
    "JUPYTER_CONFIG_DIR JUPYTER_DATA_DIR JUPYTER_RUNTIME_DIR JUPYTERLAB_SETTINGS_DIR "
    "JUPYTERLAB_WORKSPACES_DIR IPYTHONDIR"
).split()
ELSEWHERE = re.compile(r"^(?!(https?|wss?)://127\.0\.0\.1:)(https?|wss?)://")
WIDE, NARROW = 1280, 800  # pixels of a window
# Part of a message -> why it may be there.
HARMLESS = {"did not appear within": "JupyterLab draws cells in view; if busy it scrolls no further"}
BAD_LOG = re.compile(r"^\[[EC] |\bERROR\b|\bCRITICAL\b|^Traceback ", re.MULTILINE)


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: its address, the folder it serves, the file of its log, its process id."""

    url: str
    folder: Path
    log: Path
    pid: int

    def complaints(self, since=0):
        """Lines of the log, from that length on, that tell of an error."""
        lines = self.log.read_text(encoding="utf-8")[since:].splitlines()
        return [line for line in lines if BAD_LOG.search(line)]


def copy_lessons(folder):
    """A copy of what a student gets, lessons, scripts and their pairing.  ->  its path"""
    ignored = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    return shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=ignored)


@contextmanager
def running(home, folder, module, *options, page=""):
    """A Jupyter server over a folder until the block ends; its own files lie below `home`.  ->  Server

    Its environment is that of the tests, but with folders of its own and one BLAS thread for each kernel.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url, log = f"http://127.0.0.1:{port}", home / "log"
    command = [sys.executable, "-m", module, "--no-browser", f"--port={port}", *options]
    own = {name: str(home / name.lower()) for name in OWN_FOLDERS}
    environment = {**os.environ, **own, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with log.open("w", encoding="utf-8") as sink:
        to_log = {"stdout": sink, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command, cwd=folder, env=environment, **to_log)
    try:
        _wait(f"{url}/{page}", process, log)
        yield Server(url, folder, log, process.pid)
    finally:
        process.terminate()  # the server ends its kernels, too
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(address, process, log, seconds=60):
    """Until the server answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    said = log.read_text(encoding="utf-8")
    raise RuntimeError(f"{address} needs to answer in {seconds} s; got\n{said}\nstart it by hand")


@contextmanager
def serving(home):
    """JupyterLab over a copy of the lessons below `home` until the block ends.  ->  Server"""
    folder = copy_lessons(home / "served").parent
    # JupyterLab asks once whether it may fetch news, in a box that lies over the notebook.
    settings = home / "jupyterlab_settings_dir/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    no_news = '{"fetchNews": "false", "checkForUpdates": false}'
    (settings / "notification.jupyterlab-settings").write_text(no_news, encoding="utf-8")
    own = "--ip=127.0.0.1 --allow-root --ServerApp.port_retries=0 --ServerApp.root_dir=."
    page = "--IdentityProvider.token= --LabApp.expose_app_in_browser=True"
    with running(home, folder, "jupyterlab", *own.split(), *page.split(), page="api/status") as server:
        yield server


def write(server, name, cells):
    """A notebook of these code cells beside the lessons' copy.  ->  its path, for `Notebook`"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = store.KERNEL
    nbformat.write(notebook, server.folder / name)
    return name


class Notebook:
    """A notebook, open in a Playwright `page` of its own.

    complaints : list of str, what went wrong so far: in the console, in a cell, or on the way elsewhere
    """

    def __init__(self, browser, server, path, width=WIDE):
        self.server, self.complaints = server, []
        self._context = browser.new_context(viewport={"width": width, "height": 900})
        self._context.route(ELSEWHERE, self._refuse)
        self._context.add_init_script(HELPERS)
        self.page = self._context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page: {error}"))
        self.page.goto(f"{server.url}/lab/tree/{path}?reset")
        self.page.wait_for_function("window.jupyterapp && course.panel()", timeout=60_000)
        self.page.evaluate("course.ready()")

    def _refuse(self, route):
        self.complaints.append(f"asks for {route.request.url}")
        route.abort()

    def _hear(self, message):
        if message.type in ("error", "warning") and not any(known in message.text for known in HARMLESS):
            self.complaints.append(f"console: {message.text}")

    def run(self):
        """Run all cells and wait for the end."""
        self.page.evaluate("course.runAll()")

    def settle(self):
        """Until kernel and page have done all that was asked so far."""
        self.page.evaluate("course.settle()")

    def ask(self, expression):
        """Value of a Python expression in the kernel, of plain numbers, texts and lists."""
        return ast.literal_eval(self.page.evaluate("expression => course.ask(expression)", expression))

    def resize(self, width):
        self.page.set_viewport_size({"width": width, "height": 900})
        self.settle()

    def close(self):
        self.page.evaluate("course.panel().sessionContext.shutdown()")
        self._context.close()
