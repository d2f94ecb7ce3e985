"""Figures of how designs get over faults. As those of figures.py: each takes Results, draws one question, returns a matplotlib Figure."""
import matplotlib.pyplot as plt
import numpy as np

from . import style
from .fault_arithmetic import work_each_second

PHASES = (("suspected", "until suspected"), ("view_agreed", "until a view is agreed"), ("rebuilt", "until all survivors have rebuilt"),
          ("first_success", "until another node serves a call"))


def recovery_timeline(results, fidelity=None, seed=None):
    """What was done over time, a row a label, with the phases of each fault's recovery behind it and its losses in words."""
    fidelity, seed = fidelity or results.fidelities[0], seed or results.document["runs"][0]["seed"]
    faults, line = results.recovery(), results.timeline()
    if faults.empty:
        raise ValueError("no fault was planned in these results")
    faults, line = (frame[(frame.fidelity == fidelity) & (frame.seed == seed)] for frame in (faults, line))
    labels = [label for label in results.labels if label in set(faults.label)]
    looks = style.look([words for _, words in PHASES])
    figure, all_axes = plt.subplots(len(labels), 1, figsize=(style.WIDTH, 0.7 + 1.4 * len(labels)), sharex=True, squeeze=False)
    for axes, label in zip(all_axes[:, 0], labels):
        mine = line[line.label == label]
        axes.step(mine.start_ns, mine.calls_completed, where="post", color="black", linewidth=1.2)
        axes.set_ylim(0, 1.3 * max(1, mine.calls_completed.max()))
        for fault in faults[faults.label == label].itertuples():
            _draw_phases(axes, fault, looks)
        axes.set_title(f"{label}: calls completed in {style.time_text(_bucket(mine))}")
    style.time_axis(all_axes[-1, 0].xaxis)
    all_axes[-1, 0].set_xlabel("simulated time")
    shown = {words: handle for axes in all_axes[:, 0] for handle, words in zip(*axes.get_legend_handles_labels())}
    in_order = [words for _, words in PHASES if words in shown]
    figure.legend([shown[words] for words in in_order], in_order, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def _bucket(line):
    return line.start_ns.iloc[1] - line.start_ns.iloc[0] if len(line) > 1 else 0


def _draw_phases(axes, fault, looks):
    begin = fault.at_ns
    for key, words in PHASES:
        end = getattr(fault, key + "_ns")
        if end is None or np.isnan(end) or end <= begin:
            continue
        axes.axvspan(begin, end, facecolor=looks[words]["color"], hatch=looks[words]["hatch"], edgecolor="white", alpha=0.55, label=words)
        begin = end
    lost = [f"{number} {what}" for what, number in fault.lost.items() if number and what != "cpu_ns"]
    axes.axvline(fault.at_ns, color="black", linestyle=":")
    axes.annotate(f" {fault.kind}; lost: {', '.join(lost) or 'nothing'}", (fault.at_ns, 0.97), xycoords=("data", "axes fraction"),
                  fontsize=8, va="top")


def goodput_around_fault(results, before_s=6, after_s=30):
    """Units of work a second around the first fault, a row a label: the mean over seeds and the range of all."""
    rows = [(run, run["recovery"][0]["at_ns"]) for run in results.document["runs"] if run.get("recovery")]
    if not rows:
        raise ValueError("no fault was planned in these results")
    labels = list(dict.fromkeys(run["label"] for run, _ in rows))
    looks = style.look(labels)
    figure, all_axes = plt.subplots(len(labels), 1, figsize=(style.WIDTH, 0.7 + 1.2 * len(labels)), sharex=True, sharey=True, squeeze=False)
    seconds = np.arange(-before_s, after_s)
    for axes, label in zip(all_axes[:, 0], labels):
        lines = np.array([work_each_second(run["timeline"], at + seconds * 1_000_000_000) for run, at in rows if run["label"] == label])
        color = looks[label]["color"]
        axes.fill_between(seconds, lines.min(axis=0), lines.max(axis=0), step="post", color=color, alpha=0.25, linewidth=0)
        axes.step(seconds, lines.mean(axis=0), where="post", color=color)
        axes.axvline(0, color="black", linestyle=":")
        axes.set_title(f"{label}: work done each second")
    all_axes[-1, 0].set_xlabel("seconds after the crash")
    return figure


def over_node_counts(frame):
    """Of fault_arithmetic.over_years: mean time to image failure and unavailability against the node count, with intervals."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(style.WIDTH, 3.0))
    labels = list(dict.fromkeys(frame.label))
    looks = style.look(labels)
    for label in labels:
        mine, color = frame[frame.label == label], looks[label]["color"]
        if np.isfinite(mine.image_days).all():
            left.plot(mine.nodes, mine.image_days, color=color, marker="o", label=label)
            left.fill_between(mine.nodes, mine.image_days_low, mine.image_days_high, color=color, alpha=0.2)
        else:   # never seen: what is excluded lies below
            left.plot(mine.nodes, mine.image_days_low, color=color, marker="^", linestyle=":", label=f"{label}: at least")
        down = 1 - mine.availability
        right.plot(mine.nodes, down.clip(lower=1e-9), color=color, marker="o", label=label)
        right.fill_between(mine.nodes, (1 - mine.availability_high).clip(lower=1e-9), 1 - mine.availability_low, color=color, alpha=0.2)
    for axes, words in ((left, "days to the loss of the image"), (right, "unavailable part of the time")):
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xlabel("nodes")
        axes.set_title(words)
    left.legend(fontsize=7)
    return figure
