"""`python -m course_lib.classroom.ledger` runs every check and prints the table."""

from . import table

if __name__ == "__main__":
    print(table())
