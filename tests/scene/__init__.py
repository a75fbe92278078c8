"""Tests of the second track: a face, a background and where the face sits."""
