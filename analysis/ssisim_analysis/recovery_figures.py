"""Figures of how designs get over faults. As those of figures.py: each takes Results, draws one question, returns a matplotlib Figure."""
import matplotlib.pyplot as plt
import numpy as np

from . import style

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
    lost = [f"{number} {what.replace('_', ' ')}" for what, number in fault.lost.items() if number]
    axes.axvline(fault.at_ns, color="black", linestyle=":")
    axes.annotate(f" {fault.kind}; lost: {', '.join(lost) or 'nothing'}", (fault.at_ns, 0.97), xycoords=("data", "axes fraction"),
                  fontsize=8, va="top")
