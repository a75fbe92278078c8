"""Tools for authors: store a lesson, make the student edition, measure a talk."""
