"""What one fault does, measured in runs, and what faults come to over years and node counts: renewal-reward arithmetic over faults, so that
no years of heartbeats are simulated. Every assumption is in ASSUMPTIONS and is printed with the figures."""
import numpy as np
import pandas as pd
from scipy import stats

from .results import RUN
from .statistics import CONFIDENCE, mean_interval

YEAR_S = 365.25 * 86400
ASSUMPTIONS = (
    "nodes fail independently, each after {mttf_days:g} days on average, exponentially",
    "one fault at a time: everything is as before when the next one strikes (regeneration), so faults are as many as their rate says",
    "an image that does not come back by itself is down for {repair_s:g} s; every other outage is as measured on {nodes} nodes",
    "an outage: a second in which less than half of the work before the fault was done",
    "a fault that spares the image takes one node's share of the processes: what is lost does not grow with the nodes; else all is lost",
    "intervals: {confidence:.0%}, Student's t over seeds for means, Clopper and Pearson for the chance that the image is lost",
)
OUTCOME = ["survived", "cpu_lost_s", "outage_s", "image_lost", "comes_back"]
SECOND_NS = 1_000_000_000
NEARLY_ALL = 0.95


def outcomes(results, fault=0):
    """A row a run that this fault struck: which part of the processes survived, CPU seconds lost, seconds of outage while work was still
    asked for, whether the image was lost (0 or 1) and whether work went on afterwards."""
    rows = []
    for run in results.document["runs"]:
        if len(run.get("recovery", [])) <= fault:
            continue
        struck = run["recovery"][fault]
        rows.append({**{key: run[key] for key in RUN}, "nodes": results.document["scenario"]["platform"]["nodes"],
                     "survived": struck["survived"], "cpu_lost_s": struck["lost"]["cpu_ns"] / SECOND_NS,
                     "outage_s": outage_s(run["timeline"], struck["at_ns"]), "image_lost": struck["lost"]["image"],
                     "comes_back": int(struck["without_work_ns"] is not None)})
    return pd.DataFrame(rows, columns=[*RUN, "nodes", *OUTCOME])


def outage_s(timeline, at_ns):
    """Whole seconds from the fault on with less than half of the mean rate of the seconds before it, until nearly all work of the run is
    done (what is left then has no demand behind it); NaN: no work was done afterwards."""
    rate = 2 * (work_until(timeline, at_ns) - work_until(timeline, at_ns / 2)) / (at_ns / SECOND_NS)   # the first half is the start
    work = np.concatenate([[0], np.cumsum(timeline["work_done"])])
    last = np.searchsorted(work, NEARLY_ALL * work[-1]) * timeline["bucket_ns"]
    if rate == 0 or last <= at_ns + SECOND_NS:
        return float("nan")
    return float((work_each_second(timeline, np.arange(at_ns, last - SECOND_NS, SECOND_NS)) < rate / 2).sum())


def work_until(timeline, at_ns):
    """Units of work done until then; within a bucket of the timeline as if evenly."""
    work = np.concatenate([[0], np.cumsum(timeline["work_done"])])
    return np.interp(at_ns, np.arange(len(work)) * timeline["bucket_ns"], work)


def work_each_second(timeline, begin_ns):
    return work_until(timeline, begin_ns + SECOND_NS) - work_until(timeline, begin_ns)


def chance(hits, trials):
    """(mean, low, high) of a probability: Clopper and Pearson."""
    low = stats.beta.ppf((1 - CONFIDENCE) / 2, hits, trials - hits + 1) if hits > 0 else 0.0
    high = stats.beta.ppf((1 + CONFIDENCE) / 2, hits + 1, trials - hits) if hits < trials else 1.0
    return hits / trials, float(low), float(high)


def over_years(measured, node_counts=(4, 16, 64, 256, 1024), mttf_days=1000.0, repair_s=3600.0):
    """A row a label and node count: faults a year, mean time to image failure and availability with their intervals, CPU hours lost a
    year. `measured`: of outcomes(). mttf_days: of one node."""
    rows = []
    for label, mine in measured.groupby("label", sort=False):
        image, image_low, image_high = chance(int(mine.image_lost.sum()), len(mine))
        down = np.where((mine.image_lost == 1) & (mine.comes_back == 0), repair_s, mine.outage_s)
        outage, half = mean_interval(down)
        lost, lost_half = mean_interval(mine.cpu_lost_s)
        share = int(mine.nodes.iloc[0])
        for nodes in node_counts:
            per_year = nodes * 365.25 / mttf_days
            grows = image * nodes / share + (1 - image)   # an image's loss is everybody's
            rows.append({"label": label, "nodes": nodes, "faults_per_year": per_year,
                         **_between(mttf_days, nodes, image, image_low, image_high),
                         "availability": _available(per_year, outage), "availability_low": _available(per_year, outage + half),
                         "availability_high": _available(per_year, max(outage - half, 0.0)),
                         "cpu_hours_lost_per_year": per_year * lost * grows / 3600, "cpu_hours_half": per_year * lost_half * grows / 3600})
    return pd.DataFrame(rows)


def _between(mttf_days, nodes, image, low, high):
    """Mean days between losses of the image; infinite where it was never lost, but not longer than the data allow to say (low)."""
    days = [float("inf") if p == 0 else mttf_days / (nodes * p) for p in (image, high, low)]
    return {"image_days": days[0], "image_days_low": days[1], "image_days_high": days[2]}


def _available(per_year, outage_s_each):
    """Of a cycle of time between faults and outage (renewal reward)."""
    return 1 / (1 + per_year * outage_s_each / YEAR_S)


def assumptions(measured, mttf_days=1000.0, repair_s=3600.0):
    words = {"mttf_days": mttf_days, "repair_s": repair_s, "nodes": int(measured.nodes.iloc[0]), "confidence": CONFIDENCE}
    return "\n".join("* " + line.format(**words) for line in ASSUMPTIONS)
