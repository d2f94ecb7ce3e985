"""The figures of a comparison. Each takes Results (or a Trace), draws one question, and returns a matplotlib Figure."""
import matplotlib.pyplot as plt
import numpy as np

from . import style
from .statistics import mean_interval


def _legend(axes, columns=4):
    """Above the figure, so that it takes no room from the axes; each label once."""
    once = dict(zip(*reversed(axes.get_legend_handles_labels())))
    axes.figure.legend(once.values(), once.keys(), loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns)


def useful_work(results, fidelity=None):
    """Units of useful work in a simulated second: the mean over the seeds with its 95 % interval."""
    fidelity = fidelity or results.fidelities[0]
    work = results.work()
    work = work[work.fidelity == fidelity]
    figure, axes = plt.subplots(figsize=(style.WIDTH, 2.6))
    looks = style.look(results.labels)

    def value(label, _):
        mean, half = mean_interval(work[work.label == label].per_second)
        return mean, half, half

    for label in results.labels:
        mean, half, _ = value(label, None)
        axes.barh(label, mean, xerr=None if np.isnan(half) else half, capsize=3, color=looks[label]["color"], hatch=looks[label]["hatch"],
                  edgecolor="white")
        axes.annotate(f" {mean:,.0f}", (mean + (0 if np.isnan(half) else half), label), va="center", fontsize=9)
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    axes.margins(x=0.15)
    axes.set_xlabel(f"{work.unit.iloc[0]} per simulated second")
    axes.set_title("Useful work")
    return figure


def slow_down(results, against, metrics=("work.makespan", "calls.spawn.p50", "calls.kill.p50", "calls.wait.service_p50"), fidelity=None):
    """How many times as long as `against` it takes: ratios paired by seed, 95 % intervals, on a logarithmic axis around 1."""
    fidelity = fidelity or results.fidelities[0]
    frames = {metric: results.compare(metric, against) for metric in metrics}
    frames = {metric: frame[frame.fidelity == fidelity].set_index("label") for metric, frame in frames.items()}
    metrics = [metric for metric in metrics if not frames[metric].empty]
    figure, axes = plt.subplots(figsize=(style.WIDTH, 3.0))
    looks = style.look(results.labels)
    others = [label for label in results.labels if label != against]
    for i, label in enumerate(others):
        x, rows = [], []
        for j, metric in enumerate(metrics):
            if label in frames[metric].index:
                x.append(j + (i - (len(others) - 1) / 2) * 0.8 / len(others))
                rows.append(frames[metric].loc[label])
        ratios = np.array([row.ratio for row in rows])
        errors = np.nan_to_num(np.array([[row.ratio - row.low for row in rows], [row.high - row.ratio for row in rows]]))
        axes.errorbar(x, ratios, yerr=errors, fmt=looks[label]["marker"], color=looks[label]["color"], capsize=3, markersize=7, label=label)
        for at, ratio in zip(x, ratios):
            axes.annotate(f"{ratio:.3g}", (at, ratio), xytext=(7, 3), textcoords="offset points", fontsize=8)
    axes.axhline(1, color="black", linewidth=1)
    axes.set_yscale("log")
    style.log_ticks(axes.yaxis, lambda value, _=None: f"{value:g} x")
    axes.set_xticks(range(len(metrics)), metrics)
    axes.set_xlim(-0.5, len(metrics) - 0.3)
    axes.set_ylabel(f"against {against} (log)")
    _legend(axes)
    return figure


def latency_percentiles(results, calls, place="all", fidelity=None, figures=("p50", "p90", "p99", "p999")):
    """Percentiles of calls that succeeded, the mean over the seeds, on a logarithmic axis."""
    fidelity = fidelity or results.fidelities[0]
    frame = results.calls()
    frame = frame[(frame.fidelity == fidelity) & (frame.place == place)]
    figure, all_axes = plt.subplots(1, len(calls), figsize=(style.WIDTH, 2.9), sharey=True, squeeze=False)
    looks = style.look(results.labels)
    for axes, call in zip(all_axes[0], calls):
        for label in results.labels:
            values = frame[(frame.call == call) & (frame.label == label)].groupby("figure").value.mean().reindex(figures).dropna()
            if not values.empty:
                axes.plot(values.index, values, marker=looks[label]["marker"], linestyle=looks[label]["line"], color=looks[label]["color"],
                          label=label)
        axes.set_yscale("log")
        axes.set_title(f"{call} ({place})")
    style.log_ticks(all_axes[0][0].yaxis, style.time_text)
    all_axes[0][0].set_ylabel("latency (log)")
    _legend(all_axes[0][0])
    return figure


def latency_cdf(results, call, fidelity=None):
    """What share of a call's latencies is at most this long, by label and by where it was served (all seeds together)."""
    fidelity = fidelity or results.fidelities[0]
    frame = results.histogram()
    frame = frame[(frame.fidelity == fidelity) & (frame.call == call) & (frame.place != "all")]
    figure, axes = plt.subplots(figsize=(style.WIDTH, 3.0))
    looks = style.look(results.labels)
    for (label, place), rows in frame.groupby(["label", "place"], sort=False):
        counts = rows.groupby("upper_ns")["count"].sum().sort_index()
        share = counts.cumsum() / counts.sum()
        axes.step([counts.index[0], *counts.index], [0, *share], where="post", color=looks[label]["color"],
                  linestyle="-" if place == "local" else "--", label=f"{label}, {place}")
    axes.set_xscale("log")
    style.log_ticks(axes.xaxis, style.time_text)
    axes.set_xlabel(f"latency of {call} (log)")
    axes.set_ylabel("share of calls")
    axes.set_ylim(0, 1.02)
    _legend(axes)
    return figure


PARTS = ("dispatch", "cpu", "queue", "wire", "disk", "lock", "blocked")


def where_time_goes(results, call, fidelity=None):
    """The mean call's critical path, stacked by what it waited for; a bar a label and place."""
    fidelity = fidelity or results.fidelities[0]
    frame = results.where()
    frame = frame[(frame.fidelity == fidelity) & (frame.call == call) & (frame.place != "all")]
    table = frame.groupby(["label", "place", "part"], sort=False).mean_ns.mean().unstack("part")
    parts = [part for part in PARTS if part in table and table[part].max() > 0]
    looks = style.look(PARTS)
    figure, axes = plt.subplots(figsize=(style.WIDTH, 0.8 + 0.42 * len(table)))
    left = np.zeros(len(table))
    names = [f"{label}, {place}" for label, place in table.index]
    for part in parts:
        axes.barh(names, table[part], left=left, color=looks[part]["color"], hatch=looks[part]["hatch"], edgecolor="white", label=part)
        left += table[part].to_numpy()
    for name, total in zip(names, left):
        axes.annotate(f" {style.time_text(total)}", (total, name), va="center", fontsize=8)
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    axes.margins(x=0.12)
    style.time_axis(axes.xaxis)
    axes.set_xlabel(f"mean time of {call}")
    _legend(axes, 7)
    return figure


def messages_by_type(results, fidelity=None):
    """Messages for each unit of useful work, stacked by type; the mean over the seeds."""
    fidelity = fidelity or results.fidelities[0]
    frame = results.messages()
    done = results.work().set_index(["label", "fidelity", "seed"]).done
    figure, axes = plt.subplots(figsize=(style.WIDTH, 0.9 + 0.42 * len(results.labels)))
    frame = frame[frame.fidelity == fidelity] if not frame.empty else frame
    types = sorted(frame.type.unique()) if not frame.empty else []
    looks = style.look(types)
    left = np.zeros(len(results.labels))
    for name in types:
        widths = [_messages_per_unit(frame, done, label, fidelity, name) for label in results.labels]
        axes.barh(results.labels, widths, left=left, color=looks[name]["color"], hatch=looks[name]["hatch"], edgecolor="white", label=name)
        left += widths
    for label, total in zip(results.labels, left):
        axes.annotate(f" {total:.3g}", (total, label), va="center", fontsize=9)
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    axes.margins(x=0.12)
    axes.set_xlabel("messages per unit of work")
    if types:
        _legend(axes)
    return figure


def _messages_per_unit(frame, done, label, fidelity, name):
    rows = frame[(frame.label == label) & (frame.type == name)]
    shares = [count / done[label, fidelity, seed] for count, seed in zip(rows["count"], rows.seed)]
    return float(np.mean(shares)) if shares else 0.0


def traffic_matrix(results, label, fidelity=None):
    """Bytes from each node (row) to each other (column), the mean over the seeds."""
    fidelity = fidelity or results.fidelities[0]
    frame = results.traffic()
    frame = frame[(frame.fidelity == fidelity) & (frame.label == label)]
    table = frame.groupby(["from", "to"]).bytes.mean().unstack() / 1024
    figure, axes = plt.subplots(figsize=(4.2, 3.4))
    image = axes.imshow(table, cmap="cividis")
    axes.grid(False)
    if len(table) <= 16:
        middle = (table.max().max() + table.min().min()) / 2
        for i in range(len(table)):
            for j in range(len(table)):
                axes.text(j, i, f"{table.iloc[i, j]:.0f}", ha="center", va="center", fontsize=8,
                          color="black" if table.iloc[i, j] > middle else "white")
        axes.set_xticks(range(len(table)))
        axes.set_yticks(range(len(table)))
    axes.set_xlabel("to node")
    axes.set_ylabel("from node")
    axes.set_title(f"{label}: KiB between nodes")
    figure.colorbar(image, ax=axes, shrink=0.85)
    return figure


COVERAGES = ("none", "partial", "full")


def coverage_matrix(results):
    """Which classes of calls each design gives across nodes."""
    frame = results.coverage().drop_duplicates(["label", "class"])
    table = frame.pivot(index="label", columns="class", values="coverage").reindex(results.labels)
    degree = table.applymap(lambda how: COVERAGES.index(how) if how in COVERAGES else 1)
    figure, axes = plt.subplots(figsize=(style.WIDTH * 0.75, 0.9 + 0.42 * len(table)))
    axes.imshow(degree, cmap="cividis", vmin=0, vmax=2, aspect="auto")
    axes.grid(False)
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            axes.text(j, i, table.iloc[i, j], ha="center", va="center", color="black" if degree.iloc[i, j] == 2 else "white")
    axes.set_xticks(range(table.shape[1]), table.columns)
    axes.set_yticks(range(table.shape[0]), table.index)
    axes.set_title("Calls that reach across nodes")
    return figure


def call_story(trace, call):
    """One call through the nodes: its handlers as bars, its messages as arrows, from the asking on. `call`: a number of trace.spans."""
    slices = trace.slices[trace.slices.call == call].sort_values("start_ns")
    span = trace.spans[trace.spans.call == call].iloc[0]
    nodes = sorted(slices.node.unique())
    rows = {node: i for i, node in enumerate(nodes)}
    figure, axes = plt.subplots(figsize=(style.WIDTH, 0.9 + 0.6 * len(nodes)))
    looks = style.look(list(dict.fromkeys(slices.name)))
    for one in slices.itertuples():
        axes.barh(rows[one.node], one.duration_ns, left=one.start_ns - span.start_ns, height=0.5, color=looks[one.name]["color"],
                  hatch=looks[one.name]["hatch"], edgecolor="black", label=one.name)
    for message in messages_of(trace, slices).itertuples(index=False):
        axes.annotate("", xytext=(message.sent_ns - span.start_ns, rows[message.origin]),
                      xy=(message.received_ns - span.start_ns, rows[message.to]), arrowprops={"arrowstyle": "->", "linewidth": 1.2})
    axes.axvline(span.duration_ns, color="black", linestyle=":")
    axes.annotate(" answered", (span.duration_ns, -0.45), fontsize=8, va="top")
    axes.set_yticks(range(len(nodes)), [f"node {node}" for node in nodes])
    axes.set_ylim(len(nodes) - 0.5, -0.6)
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    style.time_axis(axes.xaxis)
    axes.set_xlabel(f"since {span['name']} was called on node {span.node}")
    _legend(axes)
    return figure


def messages_of(trace, slices):
    """The messages whose handlers these slices are."""
    handlers = set(zip(slices.node, slices.start_ns, slices.name))
    messages = trace.messages.rename(columns={"from": "origin"})
    keep = [(m.to, m.received_ns, m.name) in handlers for m in messages.itertuples()]
    return messages[keep]
