"""The real implementations behind the course "Seeing Through Noise".

Pure functions over frozen records: `gaussian`, `mixture`, `em`, `patches`, `denoising`, `images`, `datasets`;
`priors` holds the fitted priors of the lessons, `estimators` the scikit-learn estimators, `plots` the figures.
"""
