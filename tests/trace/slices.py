"""Rules of a trace's slices: what is on one track must nest, and begin and end so that each viewer tells them apart."""
import bisect
from collections import defaultdict


def by_track(events):
    tracks = defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            tracks[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"], event["name"]))
    for slices in tracks.values():
        slices.sort(key=lambda slice_: (slice_[0], -slice_[1]))
    return tracks


def problems(events, tracks):
    yield from _nesting(tracks)
    yield from _instants(tracks)
    yield from _gaps(events)


def _nesting(tracks):
    for track, slices in tracks.items():
        open_ends = []
        for start, end, name in slices:
            while open_ends and open_ends[-1] <= start:
                open_ends.pop()
            if open_ends and end > open_ends[-1]:
                yield f"slice {name} of {track} at {start} ns ends outside the slice that it began in"
            open_ends.append(end)


def _instants(tracks):
    """A viewer that sorts beginnings by length takes the end of a slice of no length for the other's that begins with it."""
    for track, slices in tracks.items():
        for (start, end, name), (next_start, next_end, next_name) in zip(slices, slices[1:]):
            if start == next_start and next_end == next_start and name != next_name:
                yield f"slice {next_name} of {track} has no length and begins at {start} ns with {name}"


def _gaps(events):
    """A viewer in JavaScript counts from the first event on, in doubles; a slice must not end after the next one begins even so."""
    first = min((event["ts"].as_double for event in events if "ts" in event), default=0.0)
    ends, starts = defaultdict(dict), defaultdict(dict)
    for event in events:
        if event["ph"] == "X":
            track = event["pid"], event["tid"]
            ends[track][event["ts"] + event["dur"]] = event["ts"].as_double - first + event["dur"].as_double
            starts[track][int(event["ts"])] = event["ts"].as_double - first
    for track, at in ends.items():
        for instant, end in at.items():
            if end > starts[track].get(instant, end):
                yield f"as doubles, a slice of {track} ends after the next one begins at {instant} ns"


class Inside:
    """Is an instant inside a slice of its track? Its end is outside, but for a slice of no length."""

    def __init__(self, tracks):
        self.slices = {track: [(start, max(end, start + 1)) for start, end, _ in slices] for track, slices in tracks.items()}
        self.furthest = {}
        for track, slices in self.slices.items():
            furthest, ends = 0, []
            for _, end in slices:
                furthest = max(furthest, end)
                ends.append(furthest)
            self.furthest[track] = ends

    def __call__(self, event):
        track = event["pid"], event["tid"]
        at = bisect.bisect_right(self.slices.get(track, []), (event["ts"], float("inf"))) - 1
        return at >= 0 and event["ts"] < self.furthest[track][at]
