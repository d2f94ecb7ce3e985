"""Figures of what a design is made of: where the time of its kernel goes, which of its kernel's tables fault, which behaviours hold. As
those of figures.py: each takes Results (or a frame of conformance), draws one question, and returns a matplotlib Figure."""
import matplotlib.pyplot as plt
import numpy as np

from . import style
from .figures import PARTS

OUTCOMES = ("broken", "missing", "weakened", "holds")
WAITS = ("compute", "sleep", "wait", "pause")   # calls that are long because somebody else is


def kernel_time(results, fidelity=None, without=WAITS):
    """Time of all calls but `without`, for each unit of useful work, stacked by where it went (waiting for other processes left out); the
    mean over the seeds."""
    fidelity = fidelity or results.fidelities[0]
    frame = results.where_sums()
    frame = frame[(frame.fidelity == fidelity) & ~frame.call.isin(without) & (frame.part != "blocked")]
    table = _per_unit(results, frame, "part", "total_ns")
    table = table[[part for part in PARTS if part in table and table[part].max() > 0]]
    figure, axes = plt.subplots(figsize=(style.WIDTH, 0.9 + 0.42 * len(table)))
    _stacked(axes, table, style.look(PARTS), style.time_text)
    style.time_axis(axes.xaxis)
    axes.set_xlabel(f"time of calls per unit of work, without {', '.join(without)}")
    return figure


def page_faults_by_table(results, fidelity=None, most=7):
    """Page faults for each unit of useful work, stacked by the kernel's table that was touched; the mean over the seeds. Tables that fault
    less than the `most` first are one."""
    fidelity = fidelity or results.fidelities[0]
    frame = results.faults_by_table()
    frame = frame[frame.fidelity == fidelity] if not frame.empty else frame
    if frame.empty:
        raise ValueError("no run of these results has a page that several nodes share")
    table = _per_unit(results, frame, "table", "faults")
    table = table[table.sum().sort_values(ascending=False, kind="stable").index]
    if table.shape[1] > most + 1:
        table, rest = table.iloc[:, :most].copy(), table.iloc[:, most:]
        table[f"{rest.shape[1]} others"] = rest.sum(axis=1)
    figure, axes = plt.subplots(figsize=(style.WIDTH, 0.9 + 0.42 * len(table)))
    _stacked(axes, table, style.look(list(table.columns)), lambda total: f"{total:.3g}")
    axes.set_xlabel("page faults per unit of work")
    return figure


def conformance_matrix(conformance):
    """Which POSIX behaviours hold, are weakened or missing: a row a behaviour, a column a design."""
    table = conformance.pivot(index="behaviour", columns="label", values="outcome")
    table = table.reindex(index=conformance.behaviour.unique(), columns=conformance.label.unique())
    degree = table.applymap(OUTCOMES.index)
    figure, axes = plt.subplots(figsize=(1.9 + 0.75 * table.shape[1], 0.8 + 0.17 * table.shape[0]))
    axes.imshow(degree, cmap="cividis", vmin=0, vmax=3, aspect="auto")
    axes.grid(False)
    for i, j in np.ndindex(table.shape):
        axes.text(j, i, table.iloc[i, j], ha="center", va="center", fontsize=6, color="black" if degree.iloc[i, j] >= 2 else "white")
    axes.set_xticks(range(table.shape[1]), [label.replace(" ", "\n").replace("+", "+\n") for label in table.columns], fontsize=6)
    axes.set_yticks(range(table.shape[0]), table.index, fontsize=7)
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(table.shape[1] - 1) + 0.5, minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", axis="x", color="white", linewidth=1.5)
    return figure


def _per_unit(results, frame, part, value):
    """A row a label, in their order, a column a part: the sum of `value` for each unit of work, the mean over the seeds."""
    done = results.work().set_index(["label", "fidelity", "seed"]).done.clip(lower=1)
    seeds = frame.groupby("label").seed.nunique()
    table = frame.assign(share=[row[value] / done[row["label"], row["fidelity"], row["seed"]] for _, row in frame.iterrows()])
    table = table.pivot_table(index="label", columns=part, values="share", aggfunc="sum", fill_value=0).div(seeds, axis=0)
    return table.reindex([label for label in results.labels if label in table.index])


def _stacked(axes, table, looks, text):
    """Bars of a table's rows, stacked by its columns, with their sums."""
    left = np.zeros(len(table))
    for part in table.columns:
        look = {"color": looks[part]["color"], "hatch": looks[part]["hatch"], "edgecolor": "white"}
        axes.barh(table.index, table[part], left=left, label=part, **look)
        left += table[part].to_numpy()
    for label, total in zip(table.index, left):
        axes.annotate(f" {text(total)}", (total, label), va="center", fontsize=9)
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    axes.margins(x=0.12)
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4)
