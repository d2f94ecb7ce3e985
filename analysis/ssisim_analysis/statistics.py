"""Two strategies met the same demand, seed by seed, so their ratio is taken pair by pair: it is free of what the seed drew."""
from collections import namedtuple

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
Ratio = namedtuple("Ratio", "ratio low high pairs")


def paired_ratio(values, base):
    """Geometric mean of values/base with its 95 % interval (Student's t on the logarithms), as ssisim's own `comparison`. One pair
    has no interval: low and high are NaN. None when no pair has two positive values."""
    pairs = [(value, other) for value, other in zip(values, base) if value > 0 and other > 0]
    if not pairs:
        return None
    logs = np.log([value / other for value, other in pairs])
    mean = logs.mean()
    if len(logs) == 1:
        return Ratio(float(np.exp(mean)), float("nan"), float("nan"), 1)
    half = stats.t.ppf((1 + CONFIDENCE) / 2, len(logs) - 1) * logs.std(ddof=1) / np.sqrt(len(logs))
    return Ratio(float(np.exp(mean)), float(np.exp(mean - half)), float(np.exp(mean + half)), len(logs))


def mean_interval(values):
    """(mean, half width of its 95 % interval); the half is NaN for one value."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return float(values.mean()), float("nan")
    half = stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(half)
