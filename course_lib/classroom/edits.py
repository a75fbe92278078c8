"""Wrong answers and wrong formulas, written once: as edits of the source of the right one."""

import inspect
import textwrap


def edit(function, *edits):
    """The function with its source changed: each of the `edits` (old, new) at the place where `old` stands.

    function : one with a `def` and no closure; decorators are left out
    edits : pairs of str; ValueError where `old` stands nowhere or twice; `new` may use the module's names
    """
    source = textwrap.dedent(inspect.getsource(function))
    source = source[source.index("def ") :]
    for old, new in edits:
        if source.count(old) != 1:
            stands = f"{old!r} stands {source.count(old)} times in {function.__name__}"
            raise ValueError(f"edits needs text that stands in one place; {stands}; take more of its line")
        source = source.replace(old, new)
    names = dict(function.__globals__)
    exec(compile(source, f"<{function.__name__}, edited>", "exec"), names)
    return names[function.__name__]
