"""Sizes as a ratchet: the longest file, function and line of each room. ratchet.json holds what was reached; nothing may grow
beyond it, and `tidy_test.py --update` lowers it to today's values. A room that is not in it yet has the limits of NEW."""
import json
import os

from source import CPP, room_of

RATCHET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ratchet.json")
NEW = {"file": 300, "function": 40, "columns": 140}   # what STYLE asks of most files, with some room


def measure(sources):
    """{room: {"file": (lines, where), "function": ..., "columns": ...}} of the C++ and Python sources."""
    rooms = {}
    for source in sources:
        if not source.path.endswith(CPP + (".py",)):
            continue
        room = rooms.setdefault(room_of(source.path), {})
        found = [("file", len(source.lines) - 1, source.path)]
        found += [("function", f.lines, f"{source.path}:{f.line}: {f.name}") for f in source.functions()]
        found += [("columns", len(line), f"{source.path}:{n}") for n, line in enumerate(source.lines, 1)]
        for what, size, where in found:
            if size > room.get(what, (-1, ""))[0]:
                room[what] = (size, where)
    return rooms


def read_ratchet():
    if not os.path.exists(RATCHET):
        return {}
    with open(RATCHET, encoding="utf-8") as file:
        return json.load(file)


def problems(measured, ratchet):
    for room, sizes in sorted(measured.items()):
        limits = ratchet.get(room, NEW)
        for what, (size, where) in sorted(sizes.items()):
            if size > limits.get(what, NEW[what]):
                yield f"{where}: {what} of {size}, the longest in {room} was {limits.get(what, NEW[what])}: make it smaller"


def lowered(measured, ratchet):
    """The new ratchet: never above the old one; rooms that are new enter with what they have."""
    return {room: {what: min(size, ratchet.get(room, {}).get(what, size)) for what, (size, _) in sorted(sizes.items())}
            for room, sizes in sorted(measured.items())}


def update():
    from source import all_sources
    new = lowered(measure(all_sources()), read_ratchet())
    with open(RATCHET, "w", encoding="utf-8") as file:
        json.dump(new, file, indent=1)
        file.write("\n")
