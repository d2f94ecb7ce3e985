#!/usr/bin/python3
"""`check_trace.py TRACE...`: is a trace what Perfetto, catapult and speedscope agree on? Stricter than any of them: they drop or guess
where this complains. problems(text) yields one line for each thing that is wrong; times are compared as integer nanoseconds."""
import gzip
import json
import re
import sys
from collections import defaultdict

import slices

REQUIRED = {
    "M": {"name", "pid", "tid", "args"},
    "X": {"name", "ts", "dur", "pid", "tid"},
    "b": {"name", "cat", "id", "ts", "pid", "tid"},
    "e": {"name", "cat", "id", "ts", "pid", "tid"},
    "s": {"name", "cat", "id", "ts", "pid", "tid"},
    "f": {"name", "cat", "id", "ts", "pid", "tid", "bp"},
    "C": {"name", "ts", "pid", "args"},
    "i": {"name", "ts", "pid", "tid", "s"},
}
METADATA = {"process_name", "process_sort_index", "thread_name", "thread_sort_index"}


class Nanoseconds(int):
    """A time of the file, which is in microseconds with three decimals. A duration may be written 0.1 ns short, with a 9 as a fourth."""
    as_double = 0.0   # what a viewer in JavaScript reads


class Broken(Exception):
    pass


def _time(text):
    if not re.fullmatch(r"\d+\.\d{3}9?", text):
        raise Broken(f"{text} is no time of microseconds with three decimals")
    whole, decimals = text.split(".")
    time = Nanoseconds(int(whole + decimals[:3]) + (len(decimals) > 3))
    time.as_double = float(text)
    return time


def _no_double_key(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise Broken(f"a key twice in {keys}")
    return dict(pairs)


def _no_constant(text):
    raise Broken(f"{text} is no number of JSON")


def parse(text):
    try:
        document = json.loads(text, parse_float=_time, parse_constant=_no_constant, object_pairs_hook=_no_double_key)
    except ValueError as wrong:
        raise Broken(f"no JSON: {wrong}") from wrong
    parts = document if isinstance(document, dict) else {}
    if not isinstance(parts.get("traceEvents"), list) or not isinstance(parts.get("metadata"), dict):
        raise Broken("not an object with traceEvents and metadata")
    return document


def _is_id(value, least):
    return isinstance(value, int) and not isinstance(value, (bool, Nanoseconds)) and value >= least


def shape(event):
    """What is wrong with one event alone."""
    phase = event.get("ph") if isinstance(event, dict) else None
    if phase not in REQUIRED:
        return f"unknown phase {phase!r}"
    missing = REQUIRED[phase] - event.keys()
    if missing:
        return f"{', '.join(sorted(missing))} missing"
    if not isinstance(event["name"], str) or event["name"] == "":
        return "a name that is no text"
    for key in ("ts", "dur"):
        if key in event and (not isinstance(event[key], Nanoseconds) or key == "ts" and event[key].as_double != event[key] / 1000):
            return f"{key} is {event[key]!r}, not microseconds with three decimals"
    for key, least in (("pid", 1), ("tid", 1), ("id", 0)):
        if key in event and not _is_id(event[key], least):
            return f"{key} is {event[key]!r}, not a whole number from {least}"
    return {"M": _metadata, "C": _counter, "f": _flow_end, "i": _instant}.get(phase, lambda _: None)(event)


def _metadata(event):
    if event["name"] not in METADATA:
        return f"unknown metadata {event['name']}"
    key, kind = ("name", str) if event["name"].endswith("_name") else ("sort_index", int)
    if set(event["args"]) != {key} or not isinstance(event["args"][key], kind):
        return f"{event['name']} without {key}"
    return None


def _counter(event):
    values = event["args"].values()
    if not values or not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return "a counter that is no number"
    return "a counter below 0" if min(values) < 0 else None


def _flow_end(event):
    return None if event["bp"] == "e" else "the end of an arrow that binds to the next slice"


def _instant(event):
    return None if event["s"] in ("t", "p", "g") else f"an instant of scope {event['s']!r}"


def names(events):
    """Every process and track is named, once; a tid belongs to one process and is no pid."""
    process_of, named = {}, defaultdict(list)
    for event in events:
        if event["ph"] == "M":
            if event["name"] == "process_name":
                named[event["pid"]].append(event["args"]["name"])
            elif event["name"] == "thread_name":
                named[event["pid"], event["tid"]].append(event["args"]["name"])
        if "tid" in event and process_of.setdefault(event["tid"], event["pid"]) != event["pid"]:
            yield f"tid {event['tid']} in two processes"
    used = {(event["pid"], event["tid"]) for event in events if "tid" in event} | {event["pid"] for event in events}
    for what in sorted(used, key=str):
        if len(named[what]) != 1:
            yield f"{what} has {len(named[what])} names"
    tracks = [(what[0], name) for what, all_names in named.items() if isinstance(what, tuple) for name in all_names]
    if len(set(tracks)) < len(tracks):
        yield "two tracks of one process with one name"
    for tid in sorted({event["pid"] for event in events} & process_of.keys()):
        yield f"tid {tid} is also a pid"


def pairs(events, first, second, what):
    """(begin, end) of each (cat, name, id); an id is used once."""
    found = defaultdict(lambda: ([], []))
    for event in events:
        if event["ph"] in (first, second):
            found[event["cat"], event["id"]][event["ph"] == second].append(event)
    for key, (begins, ends) in found.items():
        if len(begins) != 1 or len(ends) != 1:
            yield f"{what} {key} has {len(begins)} beginnings and {len(ends)} ends"
        elif begins[0]["name"] != ends[0]["name"]:
            yield f"{what} {key} ends under another name"
        elif begins[0]["ts"] > ends[0]["ts"]:
            yield f"{what} {key} ends before it begins"
        elif what == "span" and begins[0]["pid"] != ends[0]["pid"]:
            yield f"span {key} ends in another process"


def steps(events):
    """A counter is written when it changes, in order of time."""
    last = {}
    for event in events:
        if event["ph"] == "C":
            key = event["pid"], event["name"]
            before = last.get(key, (-1, None))
            if event["ts"] <= before[0]:
                yield f"counter {key} goes back in time"
            if event["args"] == before[1]:
                yield f"counter {key} is written without a change at {event['ts']} ns"
            last[key] = event["ts"], event["args"]


def problems(text):
    try:
        events = parse(text)["traceEvents"]
    except Broken as broken:
        yield str(broken)
        return
    malformed = [f"{trouble}: {event}" for event in events if (trouble := shape(event))]
    yield from malformed
    if malformed:
        return
    tracks = slices.by_track(events)
    inside = slices.Inside(tracks)
    yield from names(events)
    yield from slices.problems(events, tracks)
    yield from pairs(events, "s", "f", "arrow")
    yield from pairs(events, "b", "e", "span")
    yield from steps(events)
    for event in events:
        if event["ph"] in "sf" and not inside(event):
            yield f"the {'beginning' if event['ph'] == 's' else 'end'} of arrow {event['id']} is in no slice"


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
        return file.read()


def main(paths):
    wrong = 0
    for path in paths:
        found = list(problems(read(path)))
        wrong += len(found)
        for problem in found[:20]:
            print(f"{path}: {problem}"[:400])
    print(f"{len(paths)} traces, {wrong} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
