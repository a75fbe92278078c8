"""The rules of the lessons that a machine can check.

Each rule takes a notebook node and returns its complaints, one string each; an empty list means that the
notebook keeps the rule. `RULES` holds those of every notebook, `FORM` what LESSONS.md asks of a core lesson.
"""

import ast
import dis
import io
import itertools
import re
import statistics
import tokenize
import types

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

MAX_LINES = 12
MAX_MEDIAN = 6
MAX_DEFINITION = 15
MAX_EXERCISE = 20  # of a cell with a solution: signature, docstring with shapes, markers and up to ten lines
EXERCISES = range(3, 6)  # in each lesson from 01 to 09
UNIX, WINDOWS = r"/{1,3}(?:home|tmp|root|work|Users|var|opt)/\w", r"[A-Za-z]:\\(?:Users|Temp|Windows|Program)"
MACHINE_PATH = re.compile(rf"(?<![\w.~/]){UNIX}|\b{WINDOWS}")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
VIEW = "application/vnd.jupyter.widget-view+json"
DRAWING = set(
    "axhline axvline bar barh boxplot colorbar contour contourf errorbar fill_between hist imshow legend "
    "loglog pcolormesh plot savefig scatter semilogx semilogy set_axis_off set_title set_xlabel set_xlim "
    "set_xscale set_xticks set_ylabel set_ylim set_yscale set_yticks subplots suptitle tight_layout".split()
)


def code_cells(nb):
    """(index, cell) of the code cells."""
    return [(i, cell) for i, cell in enumerate(nb.cells) if cell.cell_type == "code"]


def markdown_cells(nb):
    """(index, text without fenced code) of the markdown cells."""
    cells = [(i, cell) for i, cell in enumerate(nb.cells) if cell.cell_type == "markdown"]
    return [(i, FENCE.sub("", cell.source)) for i, cell in cells]


def prose(nb):
    """All text of the markdown cells without fenced code."""
    return "\n\n".join(text for _, text in markdown_cells(nb))


def dead_links(text, folder):
    """Targets of links and pictures, without their anchors, that lead to no file below the folder."""
    targets = re.findall(r"\]\(([\w./-]+)(?:#[^)\s]*)?\)", text)
    return [target for target in targets if not (folder / target).exists()]


def flagged(nb, complaint, test):
    """The complaint, behind the number of the cell, about every code cell that the test finds."""
    return [f"cell {i} {complaint}" for i, cell in code_cells(nb) if test(cell)]


def python(cell):
    """The cell as plain Python: magics and shell commands become calls of get_ipython()."""
    return TransformerManager().transform_cell(cell.source)


def nodes(cell, *kinds):
    """All syntax nodes of these kinds in a code cell."""
    return [node for node in ast.walk(ast.parse(python(cell))) if isinstance(node, kinds)]


def inside(code):
    """The code objects of the functions and comprehensions in a code object."""
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return inner + [deeper for one in inner for deeper in inside(one)]


def names(cell):
    """What a cell reads before it binds it, what it binds, and what its functions read from outside."""
    code, read, bound = compile(python(cell), "cell", "exec"), set(), set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            bound.add(step.argval)
        elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL") and step.argval not in bound:
            read.add(step.argval)
    steps = [step for function in inside(code) for step in dis.get_instructions(function)]
    return read, bound, {step.argval for step in steps if step.opname == "LOAD_GLOBAL"}


def needed(nb, wanted):
    """Indices of the first code cell, those wanted, and all earlier ones on which these depend by a name.

    Enough to run as the whole lesson does: no cell changes what another has made (test_run_again).
    """
    cells, kept = code_cells(nb), set(wanted) | {code_cells(nb)[0][0]}
    reads = set()
    for i, cell in reversed(cells):
        read, bound, outside = names(cell)
        if i in kept or bound & reads:
            kept.add(i)
            reads |= read | outside
    return sorted(kept)


def dotted(node):
    """'a.b.c' for the expression a.b.c, and '' for what is not a chain of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and dotted(node.value):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def is_figure(cell):
    return any(dotted(call.func) == "plt.show" for call in nodes(cell, ast.Call))


def nbgrader(cell):
    """What nbgrader is told about a cell; empty for most."""
    return cell.metadata.get("nbgrader", {})


def is_exercise(cell):
    return nbgrader(cell).get("solution", False)


def exercise_cells(nb):
    """(index, cell) of the cells that hold a solution."""
    return [(i, cell) for i, cell in code_cells(nb) if is_exercise(cell)]


def headings(nb):
    """(level, text) of the headings, outside fenced code."""
    found = re.findall(r"^(#{1,6})\s+(.*)$", prose(nb), re.MULTILINE)
    return [(len(marks), title) for marks, title in found]


def outputs(nb, mime):
    """(index of the cell, output) of the stored outputs that have data of this kind."""
    stored = [(i, output) for i, cell in code_cells(nb) for output in cell.outputs]
    return [(i, output) for i, output in stored if mime in output.get("data", {})]


def printed(cells):
    """All text that cells have stored: streams and data, pictures left out."""
    stored = [output for cell in cells for output in cell.get("outputs", [])]
    data = [(mime, str(text)) for output in stored for mime, text in output.get("data", {}).items()]
    streams = [output.text for output in stored if output.output_type == "stream"]
    return "\n".join(streams + [text for mime, text in data if not mime.startswith("image/")])


# What is stored


def no_empty_cell(nb):
    return [f"cell {i} is empty" for i, cell in enumerate(nb.cells) if not cell.source.strip()]


def executed_in_order(nb):
    counts = [cell.execution_count for _, cell in code_cells(nb)]
    wanted = f"code cells must be executed 1..n in order, came {counts}; execute them in a fresh kernel"
    return [wanted] * (not counts or counts != list(range(1, len(counts) + 1)))


def no_error_output(nb):
    return flagged(nb, "stores an error", lambda cell: any(o.output_type == "error" for o in cell.outputs))


def no_machine_state(nb):
    """Widget state, timings and kernels belong to the machine that ran the lesson."""
    problems = flagged(nb, "stores execution times", lambda cell: "execution" in cell.metadata)
    problems += ["widget state is stored"] * ("widgets" in nb.metadata)
    kernel = nb.metadata.get("kernelspec", {}).get("name")
    return problems + [f"the kernel must be python3, came {kernel}"] * (kernel != "python3")


def no_widget_view(nb):
    """A reader without a kernel would see an empty box; the figure before the widget says the same."""
    complaint = "stores the view of a widget; store the lesson with python -m tests.tools.store"
    return [f"cell {i} {complaint}" for i, _ in outputs(nb, VIEW)]


def no_machine_path(nb):
    texts = [(i, cell.source) for i, cell in enumerate(nb.cells)]
    texts += [(i, printed([cell])) for i, cell in code_cells(nb)]
    found = [(i, hit) for i, text in texts for hit in MACHINE_PATH.findall(text)]
    return [f"cell {i} names a path of a machine: {hit}" for i, hit in found]


def outputs_are_compared(nb):
    """Only the output of a widget may go unchecked, and no cell may be skipped."""
    problems = []
    for i, cell in code_cells(nb):
        tags = cell.metadata.get("tags", [])
        if {"nbval-skip", "raises-exception", "nbval-raises-exception"} & set(tags):
            problems.append(f"cell {i} is not tested: {tags}")
        if re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE)", cell.source):
            problems.append(f"cell {i} steers nbval by a comment; use a tag")
        if "nbval-ignore-output" in tags and not re.search(r"widgets\.|interact", cell.source):
            problems.append(f"cell {i} ignores its output without being a widget")
    return problems


# What is written


def one_title(nb):
    titles = [title for level, title in headings(nb) if level == 1]
    return [] if len(titles) == 1 else [f"a lesson has one H1, came {titles}"]


def no_skipped_level(nb):
    levels = [0] + [level for level, _ in headings(nb)]
    return [f"heading level {b} follows {a}" for a, b in zip(levels, levels[1:]) if b > a + 1]


def short_cells(nb):
    problems, lengths = [], []
    for i, cell in code_cells(nb):
        n, most = len(cell.source.strip().splitlines()), MAX_EXERCISE if is_exercise(cell) else MAX_LINES
        problems += [f"cell {i} has {n} lines, at most {most}"] * (n > most)
        lengths.append(n)
    median = statistics.median(lengths or [0])
    return problems + [f"the median cell has {median} lines, at most {MAX_MEDIAN}"] * (median > MAX_MEDIAN)


def short_definitions(nb):
    def found(cell):
        definitions = nodes(cell, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        lengths = [node.end_lineno - node.lineno + 1 for node in definitions]
        return max(lengths, default=0) > MAX_DEFINITION and not is_exercise(cell)

    return flagged(nb, f"has a definition of more than {MAX_DEFINITION} lines", found)


def no_semicolon(nb):
    def found(cell):
        tokens = tokenize.generate_tokens(io.StringIO(python(cell)).readline)
        return any(token.type == tokenize.OP and token.string == ";" for token in tokens)

    return flagged(nb, "has a semicolon", found)


def no_command(nb):
    """The one magic of a lesson is %matplotlib inline: no shell, no installation, no timing that changes."""

    def found(cell):
        calls = [ast.unparse(call) for call in nodes(cell, ast.Call)]
        commands = [call for call in calls if re.match(r"get_ipython\(\)\.\w+\(", call)]
        return set(commands) - {"get_ipython().run_line_magic('matplotlib', 'inline')"}

    return flagged(nb, "has a magic or a shell command", found)


def imports_come_first(nb):
    late = {id(cell) for _, cell in code_cells(nb)[1:]}
    complaint = "imports; imports belong in the first code cell"
    return flagged(nb, complaint, lambda c: id(c) in late and nodes(c, ast.Import, ast.ImportFrom))


def plain_imports(nb):
    """No import *, no sys.path, nothing of matplotlib but pyplot as plt."""
    paths = [(i, map(dotted, nodes(cell, ast.Attribute))) for i, cell in code_cells(nb)]
    problems = [f"cell {i} touches sys.path" for i, found in paths if "sys.path" in found]
    for i, cell in code_cells(nb):
        for text in map(ast.unparse, nodes(cell, ast.Import, ast.ImportFrom)):
            problems += [f"cell {i} imports *"] * ("*" in text)
            if "matplotlib" in text and text != "import matplotlib.pyplot as plt":
                problems.append(f"cell {i}: {text}; only 'import matplotlib.pyplot as plt' is needed")
    return problems


def inline_figures(nb):
    first = [line for _, cell in code_cells(nb)[:1] for line in cell.source.splitlines()]
    return [] if "%matplotlib inline" in first else ["the first code cell must have %matplotlib inline"]


def no_drawing(nb):
    """Figures are drawn by course_lib.classroom.plots; a lesson only shows them."""
    problems = []
    for i, node in [(i, node) for i, cell in code_cells(nb) for node in nodes(cell, ast.Attribute)]:
        owner = dotted(node.value)
        own = node.attr != "show" if owner == "plt" else node.attr in DRAWING
        if own and owner.split(".")[-1] != "plots":
            problems.append(f"cell {i} draws: {ast.unparse(node)}")
    return problems


def figures_are_described(nb):
    kinds = ["", *(cell.cell_type for cell in nb.cells), ""]
    bare = [i for i, cell in code_cells(nb) if is_figure(cell) and "markdown" not in (kinds[i], kinds[i + 2])]
    return [f"cell {i} shows a figure without a cell of text beside it" for i in bare]


def figures_are_shown(nb):
    bare = [i for i, _ in outputs(nb, "image/png") if not is_figure(nb.cells[i])]
    return [f"cell {i} stores a picture but does not call plt.show()" for i in bare]


# Exercises


def exercises_are_complete(nb):
    """A heading with number and statement, one function with a docstring and a marked solution, a check."""
    problems = []
    for i, cell in exercise_cells(nb):
        number, name = exercise_of(nb, i)
        said = [ast.get_docstring(function) or "" for function in nodes(cell, ast.FunctionDef)]
        before = nb.cells[i - 1].source if i else ""
        after = (nb.cells[i + 1 :] or [NotebookNode(source="", metadata={})])[0]
        key = number.replace(".", "-")
        check = f'my_{name} = exercises.check("{number}", {name})'
        wanted = {
            "a statement under '### Exercise NN.n: ...' before it": re.search(TITLE, before, re.M),
            "a function with a docstring that says its result after '->'": "->" in "".join(said[:1]),
            "one solution between the markers": re.findall(MARK, cell.source, re.M) == ["BEGIN", "END"],
            f"after it the cell {check}": after.source == check,
            "metadata of nbgrader": nbgrader(cell) == SOLUTION | {"grade_id": f"exercise-{key}"},
            "metadata of nbgrader for its check": nbgrader(after) == CHECK | {"grade_id": f"check-{key}"},
        }
        missing = [what for what, there in wanted.items() if not there]
        problems += [f"exercise {number} in cell {i} needs {what}" for what in missing]
    return problems


MARK = r"^ *### (BEGIN|END) SOLUTION$"
TITLE = r"^### Exercise \d\d\.\d: \S"
SOLUTION = {"grade": False, "locked": False, "schema_version": 3, "solution": True, "task": False}
CHECK = {"grade": True, "locked": True, "points": 1, "schema_version": 3, "solution": False, "task": False}


def exercise_of(nb, i):
    """(number, name of the function) of the exercise in cell i; empty where they cannot be found."""
    number = re.search(r"Exercise (\d\d\.\d)", nb.cells[i - 1].source if i else "")
    functions = nodes(nb.cells[i], ast.FunctionDef)
    return number.group(1) if number else "", functions[0].name if functions else ""


def numbers_of_exercises(nb):
    return [exercise_of(nb, i)[0] for i, _ in exercise_cells(nb)]


def no_stray_solution(nb):
    """A marker outside an exercise would stay in the student's edition, or make nbgrader stop."""
    strays = [i for i, cell in enumerate(nb.cells) if "SOLUTION" in cell.source and not is_exercise(cell)]
    return [f"cell {i} marks a solution without being an exercise" for i in strays]


RULES = (
    no_empty_cell, executed_in_order, no_error_output, no_machine_state, no_widget_view, no_machine_path,
    outputs_are_compared, one_title, no_skipped_level, short_cells, short_definitions, no_semicolon,
    no_command, imports_come_first, plain_imports, inline_figures, no_drawing, figures_are_described,
    figures_are_shown, exercises_are_complete, no_stray_solution,
)  # fmt: skip


# The form of a lesson: ninety minutes, honest guesses, the reader's own code (LESSONS.md)

CELLS, WORDS, CELL_WORDS, MINUTES = 70, 2800, 180, 90
STUDY = re.compile(r"^\*Study: (\d+) minutes\. Machine: (\d+) seconds\.\*$", re.MULTILINE)
SECTION = re.compile(r"^## .+\n+\*(\d+) minutes?, (\d+) s\*$", re.MULTILINE)
KIND = re.compile(r"^### Exercise (\d\d\.\d): .+\n+\*(derive|repair|use), (\d+) minutes\*$", re.MULTILINE)
GUESS = re.compile(r"^(guess_([a-z])) = exercises\.guess\(\"\d\d\.\2\", \.\.\.\)$", re.MULTILINE)
OUTPUT = re.compile(r"\bprint\(|\bplt\.show\(|\bwidgets\.")


def words(text):
    """Words of a text without its displayed formulas and code."""
    return len(re.sub(r"\$\$.*?\$\$", "", FENCE.sub("", text), flags=re.DOTALL).split())


def within_its_length(nb):
    """At most so many cells and words, no long cell of text, no two cells of text in a row."""
    texts = [(i, cell.source) for i, cell in enumerate(nb.cells) if cell.cell_type == "markdown"]
    total, kinds = sum(words(text) for _, text in texts), [cell.cell_type for cell in nb.cells]
    problems = [f"{len(kinds)} cells, at most {CELLS}"] * (len(kinds) > CELLS)
    problems += [f"{total} words, at most {WORDS}"] * (total > WORDS)
    problems += [
        f"cell {i} has {words(t)} words, at most {CELL_WORDS}" for i, t in texts if words(t) > CELL_WORDS
    ]
    pairs = [i for i, (a, b) in enumerate(zip(kinds, kinds[1:])) if a == b == "markdown"]
    return problems + [f"cells {i} and {i + 1} are text: make them one" for i in pairs]


def estimate(nb):
    """Study minutes of a lesson: reading, following displayed formulas and code, and its exercises."""
    text = prose(nb)
    exercises = sum(int(minutes) for _, _, minutes in KIND.findall(text))
    return words(text) / 130 + 0.75 * (text.count("$$") // 2) + 0.5 * len(code_cells(nb)) + exercises


def states_its_minutes(nb):
    """At the top and behind every heading of a section; the sum is the total, near the estimate."""
    text, stated = prose(nb), STUDY.findall(nb.cells[0].source)
    if len(stated) != 1:
        return ["the first cell needs a line *Study: 85 minutes. Machine: 20 seconds.*"]
    study, sections = int(stated[0][0]), [int(minutes) for minutes, _ in SECTION.findall(text)]
    count = len(re.findall(r"^## ", text, re.MULTILINE))
    problems = [f"{count} sections, {len(sections)} of them with a line *12 minutes, 3 s*"] * (
        count != len(sections)
    )
    problems += [f"the sections take {sum(sections)} minutes, the lesson {study}"] * (sum(sections) != study)
    problems += [f"{study} minutes, at most {MINUTES}"] * (study > MINUTES)
    near = abs(study - estimate(nb)) <= estimate(nb) / 4
    return problems + [f"{study} minutes stated, {estimate(nb):.0f} estimated"] * (not near)


def exercises_of_each_kind(nb):
    kinds = {number: kind for number, kind, _ in KIND.findall(prose(nb))}
    missing = [n for n in numbers_of_exercises(nb) if n not in kinds]
    problems = [
        f"exercise {n} needs a line *derive (or repair, use), 8 minutes* under its heading" for n in missing
    ]
    lacking = {"derive", "repair", "use"} - set(kinds.values())
    return problems + [f"no exercise to {kind}" for kind in sorted(lacking) if numbers_of_exercises(nb)]


def guesses_are_honest(nb):
    """Between a guess and the cell that answers it stands no text; the student finds an ellipsis."""
    problems = []
    for i, cell in code_cells(nb):
        if "exercises.guess(" not in cell.source:
            continue
        if cell.source.count("exercises.guess(") != len(GUESS.findall(cell.source)):
            problems.append(f'cell {i} needs the form guess_a = exercises.guess("05.a", ...)')
        for name, _ in GUESS.findall(cell.source):
            after = itertools.takewhile(lambda c: c.cell_type == "code", nb.cells[i + 1 :])
            if not any(re.search(rf"\b{name}\b", c.source) and OUTPUT.search(c.source) for c in after):
                problems.append(f"cell {i}: no cell before the next text shows {name} beside the answer")
    told = [i for i, c in code_cells(nb) if re.search(r"""\.beside\((["'])[^"']*\1[,)]""", c.source)]
    problems += [f"cell {i} tells the answer in its source; let it be computed" for i in told]
    return problems + ["no guess is asked for"] * (
        not GUESS.search("\n".join(c.source for _, c in code_cells(nb)))
    )


CREDIT = re.compile(r"exercises\.credit\(([^)]*)\)")


def handed_back_names_are_used(nb):
    """What a check hands back is read by a later cell that prints or draws, or by what such a cell reads."""
    problems = []
    cells = [(i, NotebookNode(cell, source=CREDIT.sub("''", cell.source))) for i, cell in code_cells(nb)]
    for i, name in [
        (i, name) for i, c in cells for name in re.findall(r"^(my_\w+) = exercises", c.source, re.M)
    ]:
        reach, shown = {name}, False
        for j, cell in cells:
            read, bound, outside = names(cell)
            if j > i and not nbgrader(cell) and reach & (read | outside):
                shown |= bool(OUTPUT.search(cell.source))
                reach |= bound
        problems += [f"cell {i}: {name} makes no later number or picture"] * (not shown)
    return problems


def ends_with_your_code_at_work(nb):
    """A section of that name, whose result says whose functions made it; where exercises are."""
    if not exercise_cells(nb):
        return []
    found = [i for i, cell in enumerate(nb.cells) if re.search(r"^## .*Your code at work", cell.source, re.M)]
    if not found:
        return ["needs a section 'Your code at work'"]
    after = "\n".join(cell.source for cell in nb.cells[found[0] :] if cell.cell_type == "code")
    back = set(re.findall(r"^(my_\w+) = exercises", "\n".join(c.source for _, c in code_cells(nb)), re.M))
    credited = CREDIT.search(after)
    if not credited:
        return ["'Your code at work' needs a line by exercises.credit(...)"]
    named = set(re.findall(r"my_\w+", credited[1]))
    return [f"the credit leaves out {name}" for name in sorted(back - named)]


def no_slideshow(nb):
    return [f"cell {i} has slideshow metadata" for i, c in enumerate(nb.cells) if "slideshow" in c.metadata]


def names_no_report(nb):
    found = [i for i, text in markdown_cells(nb) if re.search(r"\breports?\b", text, re.IGNORECASE)]
    return [f"cell {i} names a report" for i in found]


FORM = (
    within_its_length, states_its_minutes, exercises_of_each_kind, guesses_are_honest,
    handed_back_names_are_used, ends_with_your_code_at_work, no_slideshow,
)  # fmt: skip


def pair_differences(notebook, script):
    """Where a notebook and its script disagree: type, source, tags and nbgrader of their cells."""

    def key(cell):
        parts = [dict(cell.metadata.get("nbgrader", {}))]
        return cell.cell_type, cell.source.strip("\n"), sorted(cell.metadata.get("tags", [])), parts

    left, right = [[key(cell) for cell in nb.cells] for nb in (notebook, script)]
    lengths = f"the notebook has {len(left)} cells, the script {len(right)}"
    differ = [f"cell {i} differs: {a} is not {b}" for i, (a, b) in enumerate(zip(left, right)) if a != b]
    return [lengths] * (len(left) != len(right)) + differ
