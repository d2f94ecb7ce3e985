"""One house style: readable in print (no grey on white below 40 % contrast, hatches and line styles beside colours) and by colour-blind
people (the palette of Okabe and Ito). A strategy keeps its colour in all figures of a notebook."""
import os

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
HATCHES = ("", "//", "..", "\\\\", "xx", "++", "--", "oo")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)), (0, (8, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
WIDTH = 7.0   # inches: a text column

SETTINGS = {
    "figure.dpi": 110, "savefig.dpi": 160, "savefig.bbox": "tight", "figure.constrained_layout.use": True, "font.size": 10,
    "font.family": "DejaVu Sans", "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.grid.axis": "y",
    "grid.color": "#DDDDDD", "axes.axisbelow": True, "axes.titlesize": 11, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "legend.frameon": False, "hatch.linewidth": 0.6, "lines.linewidth": 1.6,
}


def use():
    """To be called once, at the head of a notebook."""
    plt.rcParams.update(SETTINGS)


def look(labels):
    """{label: its colour, hatch, line and marker}, in the order of the labels."""
    return {label: {"color": PALETTE[i % 8], "hatch": HATCHES[i % 8], "line": LINES[i % 8], "marker": MARKERS[i % 8]}
            for i, label in enumerate(labels)}


def time_text(ns, _=None):
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if abs(ns) >= factor:
            return f"{ns / factor:.3g} {unit}"
    return f"{ns:.3g} ns"


def time_axis(axis):
    axis.set_major_formatter(FuncFormatter(time_text))


def log_ticks(axis, text):
    """A logarithmic axis with words at 1, 2 and 5 of each decade."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(text))
    axis.set_minor_formatter(NullFormatter())


def save(figure, name):
    """Also as a PNG file, where SSISIM_FIGURES says so (`./dev analysis` does)."""
    folder = os.environ.get("SSISIM_FIGURES")
    if folder:
        os.makedirs(folder, exist_ok=True)
        figure.savefig(os.path.join(folder, f"{name}.png"))
    return figure
