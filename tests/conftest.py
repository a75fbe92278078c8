"""Settings of the unit tests: one BLAS thread, and reproducible hypothesis runs on CI."""

import os

# Before numpy is first imported: BLAS counts threads at load time, and two workers fill two cores.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import hypothesis  # noqa: E402

hypothesis.settings.register_profile("course", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("course")
