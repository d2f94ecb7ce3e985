"""ops.jsonl and trace.json as data frames, compressed or not. Times become integer nanoseconds."""
import gzip
import json
import os
from dataclasses import dataclass

import pandas as pd


def _open(folder, name):
    path = os.path.join(folder, name)
    if os.path.exists(path):
        return open(path, encoding="utf-8")
    if os.path.exists(path + ".gz"):
        return gzip.open(path + ".gz", "rt", encoding="utf-8")
    raise FileNotFoundError(f"{path}: run ssisim with --trace {'ops' if name == 'ops.jsonl' else 'chrome'}")


def read_ops(folder):
    """A row a finished call: t_ns (asked), node, pid, call, served, node_served, latency_ns, messages, error (None: it succeeded)."""
    with _open(folder, "ops.jsonl") as file:
        return pd.read_json(file, lines=True, convert_dates=False, dtype={"error": object})


@dataclass
class Trace:
    """slices: start_ns, duration_ns, node, track, category, name, call. spans (of calls): start_ns, duration_ns, node, name, call and the
    span's arguments. messages: sent_ns, received_ns (its handler began), wait_ns, from, to, name, bytes. counters: t_ns, node, name,
    value. instants: t_ns, node, name, scope. node is -1 for what concerns the whole run; call -1 for what is done for none."""
    metadata: dict
    slices: pd.DataFrame
    spans: pd.DataFrame
    messages: pd.DataFrame
    counters: pd.DataFrame
    instants: pd.DataFrame


def _nanoseconds(text):
    """Microseconds with three decimals, exactly; a fourth, a 9, stands for a duration written 0.1 ns short."""
    whole, decimals = text.split(".")
    return int(whole) * 1000 + int(decimals[:3]) + (len(decimals) > 3)


def _call_of(event):
    return event.get("args", {}).get("call", -1)


def _paired(events, first, second):
    begun = {(event["cat"], event["id"]): event for event in events if event["ph"] == first}
    for event in events:
        if event["ph"] == second:
            yield begun[event["cat"], event["id"]], event


def read_trace(folder):
    with _open(folder, "trace.json") as file:
        document = json.load(file, parse_float=_nanoseconds)
    events = document["traceEvents"]
    processes = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
    tracks = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}

    def node(event):
        name = processes[event["pid"]]
        return int(name.split()[1]) if name.startswith("node ") else -1

    def rows(phase, make):
        return pd.DataFrame([make(event) for event in events if event["ph"] == phase])

    return Trace(
        metadata=document["metadata"],
        slices=rows("X", lambda e: {"start_ns": e["ts"], "duration_ns": e["dur"], "node": node(e), "track": tracks[e["tid"]],
                                    "category": e["cat"], "name": e["name"], "call": _call_of(e)}),
        spans=pd.DataFrame([{"start_ns": b["ts"], "duration_ns": e["ts"] - b["ts"], "node": node(b), "name": b["name"], **b["args"]}
                            for b, e in _paired(events, "b", "e")]),
        messages=pd.DataFrame([{"sent_ns": s["ts"], "received_ns": f["ts"], "wait_ns": f["ts"] - s["ts"], "from": node(s), "to": node(f),
                                "name": s["name"], "bytes": s["args"]["bytes"]} for s, f in _paired(events, "s", "f")]),
        counters=rows("C", lambda e: {"t_ns": e["ts"], "node": node(e), "name": e["name"], "value": e["args"]["value"]}),
        instants=rows("i", lambda e: {"t_ns": e["ts"], "node": node(e), "name": e["name"], "scope": e["s"]}))
