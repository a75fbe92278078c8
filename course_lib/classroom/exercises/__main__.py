"""Grade notebooks: python -m course_lib.classroom.exercises NOTEBOOK [NOTEBOOK ...]"""

import argparse
import sys

from ._grader import SECONDS, verdicts


def main(argv=None):
    """Print for each notebook how many answers are right, and the state of each.  ->  1 if one is none"""
    parser = argparse.ArgumentParser(prog="python -m course_lib.classroom.exercises")
    parser.add_argument("notebooks", nargs="+", metavar="NOTEBOOK")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for one call of an answer")
    options, failed = parser.parse_args(argv), False
    for path in options.notebooks:
        try:
            found = verdicts(path, seconds=options.seconds)
        except (OSError, ValueError) as error:
            print(f"{error}", file=sys.stderr)
            failed = True
            continue
        states = [f"    {number}  {said.state}" for number, said in found.items()]
        right = sum(state.endswith("right") for state in states)
        print(f"{path}: {right} of {len(found)} right", *states, sep="\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
