"""What the tables of mistakes of several lessons share."""


def unless(lost):
    """The last edit of a slip whose numbers are noise where the expression `lost` holds: there, ANY."""
    return "):\n", f"):\n    if {lost}:\n        return ANY\n"
