"""results.json as data frames. Every frame has the columns label, strategy, fidelity, seed first; what a run does not have is not a row."""
import json
import os

import pandas as pd

from .statistics import paired_ratio

SCHEMA_VERSION = 1
PLACES = ("all", "local", "remote")
LATENCIES = ("mean", "p50", "p90", "p99", "p999", "max", "service_p50", "service_p99")
# Absent there: never happened, so 0.
COUNTED = ("messages", "critical_path", "messages_of_failed", "errors", "by_type", "faults_by_table", "transitions")
RUN = ["label", "strategy", "fidelity", "seed"]


class NoResult(ValueError):
    """The file is no results.json that this package understands."""


def read_results(path):
    """`path`: a folder that --out made, or a results.json."""
    file_path = os.path.join(path, "results.json") if os.path.isdir(path) else path
    with open(file_path, encoding="utf-8") as file:
        document = json.load(file)
    if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION:
        raise NoResult(f"{file_path}: not a results.json of schema_version {SCHEMA_VERSION}")
    return Results(document, os.path.dirname(file_path))


def read_conformance(path):
    """What `ssisim conformance --format json` printed: a row a design and behaviour; outcome: holds, weakened, missing or broken."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION or "designs" not in document:
        raise NoResult(f"{path}: not a result of ssisim conformance")
    return pd.DataFrame([{"label": design["label"], "strategy": design["strategy"], **behaviour} for design in document["designs"]
                         for behaviour in design["behaviours"]])


class Results:
    def __init__(self, document, folder):
        self.document = document
        self.folder = folder
        self.name = document["scenario"]["name"]
        self.question = document["scenario"].get("description", "")
        self.complete = document["complete"]
        self.labels = list(dict.fromkeys(run["label"] for run in document["runs"]))
        self.fidelities = list(dict.fromkeys(run["fidelity"] for run in document["runs"]))

    def trace_folder(self, label, fidelity=None, seed=None):
        """Where the run's traces are; the first run of the label when no more is said."""
        for run in self.document["runs"]:
            if run["label"] == label and fidelity in (None, run["fidelity"]) and seed in (None, run["seed"]):
                return os.path.join(self.folder, "runs", f"{_path_component(label)}-{run['fidelity']}-s{run['seed']}")
        raise KeyError(f"no run of {label}, {fidelity}, seed {seed}")

    def metric(self, name):
        """A row a run: the figure that `expect` calls by this name; NaN where the run has none."""
        return self._frame({**_id(run), "metric": name, "value": metric_of(run, name)} for run in self.document["runs"])

    def compare(self, name, against):
        """A row a label and fidelity: ratio to `against`, paired by seed, with its 95 % interval."""
        values = self.metric(name)
        rows = []
        for (fidelity, label), mine in values.groupby(["fidelity", "label"], sort=False):
            theirs = values[(values.fidelity == fidelity) & (values.label == against)]
            pairs = mine.merge(theirs, on="seed", suffixes=("", "_base")).dropna(subset=["value", "value_base"])
            ratio = paired_ratio(pairs.value, pairs.value_base)
            if ratio is not None:
                rows.append({"label": label, "fidelity": fidelity, "metric": name, "against": against, **ratio._asdict()})
        return pd.DataFrame(rows, columns=["label", "fidelity", "metric", "against", "ratio", "low", "high", "pairs"])

    def calls(self):
        """A row a run, call, place and figure. unit: ns or calls."""
        rows = []
        for run, call, place, of in self._places():
            row = {**_id(run), "call": call, "place": place}
            rows.append({**row, "figure": "count", "value": of["count"], "unit": "calls"})
            rows += [{**row, "figure": f"error {name}", "value": n, "unit": "calls"} for name, n in of["errors"].items()]
            rows += [{**row, "figure": name, "value": of[f"{name}_ns"], "unit": "ns"} for name in LATENCIES if of[f"{name}_ns"] is not None]
        return self._frame(rows)

    def where(self):
        """A row a run, call, place and part: mean nanoseconds of a successful call's critical path spent there."""
        return self._frame({**_id(run), "call": call, "place": place, "part": part, "mean_ns": total / of["count"]}
                           for run, call, place, of in self._places() if of["count"] > 0 for part, total in of["where_ns"].items())

    def where_sums(self):
        """A row a run, call and part: nanoseconds of all successful calls' critical paths spent there."""
        return self._frame({**_id(run), "call": call, "part": part, "total_ns": total}
                           for run, call, place, of in self._places() if place == "all" for part, total in of["where_ns"].items())

    def histogram(self):
        """A row a run, call, place and bucket: `count` latencies of at most `upper_ns`."""
        return self._frame({**_id(run), "call": call, "place": place, "upper_ns": upper, "count": count}
                           for run, call, place, of in self._places()
                           for upper, count in zip(of["histogram"]["upper_ns"], of["histogram"]["count"]))

    def work(self):
        rows = ({**_id(run), **{key: value for key, value in run["work"].items() if key != "by_workload"}} for run in self.document["runs"])
        return self._frame(rows)

    def messages(self):
        """A row a run and type: count and bytes of messages between nodes."""
        return self._frame({**_id(run), "type": name, **counts}
                           for run in self.document["runs"] for name, counts in run["messages"]["by_type"].items())

    def traffic(self):
        """A row a run and pair of nodes; none for runs of more than 256 nodes, which keep no matrix."""
        rows = []
        for run in self.document["runs"]:
            counts, sizes = run["messages"].get("between", []), run["messages"].get("between_bytes", [])
            rows += [{**_id(run), "from": i, "to": j, "count": count, "bytes": sizes[i][j]}
                     for i, row in enumerate(counts) for j, count in enumerate(row)]
        return self._frame(rows)

    def nodes(self):
        return self._frame({**_id(run), "node": node["id"], "core_count": node["core_count"], "kernel": node["cpu"]["kernel"],
                            "program": node["cpu"]["program"], "egress": node.get("egress"), "ingress": node.get("ingress")}
                           for run in self.document["runs"] for node in run["nodes"])

    def timeline(self):
        """A row a run and bucket; `start_ns` is when the bucket begins."""
        rows = []
        for run in self.document["runs"]:
            line = run["timeline"]
            for i, (calls, work, p99) in enumerate(zip(line["calls_completed"], line["work_done"], line["p99_ns"])):
                rows.append({**_id(run), "start_ns": i * line["bucket_ns"], "calls_completed": calls, "work_done": work, "p99_ns": p99})
        return self._frame(rows)

    def faults_by_table(self):
        """A row a run and table of a kernel on shared memory (or `segment_data`: programs' memory): faults on its pages."""
        return self._frame({**_id(run), "table": name, "faults": count} for run in self.document["runs"]
                           for name, count in run["coherence"]["faults_by_table"].items())

    def hottest_pages(self):
        """A row a run and page, those that faulted most: its table, faults, invalidations, transfers."""
        return self._frame({**_id(run), **page} for run in self.document["runs"] for page in run["coherence"]["hottest"])

    def paging(self):
        """A row a run and node whose memory has a limit: pages faulted, given up, written, read."""
        return self._frame({**_id(run), "node": node["id"], **node["paging"]}
                           for run in self.document["runs"] for node in run["nodes"] if "paging" in node)

    def recovery(self):
        """A row a run and fault: when it was suspected, agreed on and repaired (dates and times in ns, None: never), calls that failed or
        stalled, and what was lost (a dict)."""
        return self._frame({**_id(run), **fault} for run in self.document["runs"] for fault in run.get("recovery", []))

    def coverage(self):
        """A row a run and class of calls: how much of the image the design gives ("full", "none", ...)."""
        return self._frame({**_id(run), "class": name, "coverage": how} for run in self.document["runs"]
                           for name, how in run["coverage"].items())

    def _places(self):
        for run in self.document["runs"]:
            for call, places in run["calls"].items():
                for place in PLACES:
                    yield run, call, place, places[place]

    @staticmethod
    def _frame(rows):
        rows = list(rows)
        return pd.DataFrame(rows) if rows else pd.DataFrame(columns=RUN)


def metric_of(run, name):
    """As ssisim names figures: without _ns, and without `all` where no place is given."""
    keys = name.split(".")
    if keys[0] == "calls" and len(keys) > 2 and keys[2] not in PLACES:
        keys.insert(2, "all")
    at, parent = run, None
    for key in keys:
        if isinstance(at, list):
            at = at[int(key)] if key.isdigit() and int(key) < len(at) else None
        elif isinstance(at, dict):
            at = at.get(key, at.get(f"{key}_ns"))
        else:
            at = None
        if at is None:
            return 0 if parent in COUNTED else None
        parent = key
    return at if isinstance(at, (int, float)) and not isinstance(at, bool) else None


def _id(run):
    return {key: run[key] for key in RUN}


def _path_component(label):
    """As ssisim names folders."""
    return "".join(c if c.isprintable() and c not in "/%" and not (c == "." and i == 0) else "".join(f"%{b:02X}" for b in c.encode())
                   for i, c in enumerate(label)) or "%"
