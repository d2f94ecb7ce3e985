"""Shipped scenarios and platforms as documents, and every way in which one of them is changed to be wrong."""
import copy
import glob
import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def load(path):
    """JSON with comments."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', lambda found: found.group(1) or "", file.read(), flags=re.S)
    return json.loads(text)


def shipped(folder):
    return sorted(glob.glob(os.path.join(ROOT, folder, "*.json")))


def quickstart():
    """The shipped quickstart with its platform inside: one document that has both kinds of keys."""
    scenario = load(os.path.join(ROOT, "scenarios", "quickstart.json"))
    scenario["platform"] = load(os.path.join(ROOT, "scenarios", scenario["platform"]["file"]))
    scenario["expect"] = scenario["expect"][:2]
    return scenario


def members(node, at=()):
    """Paths of all members of objects, depth first."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from members(item, at + (index,))
    if isinstance(node, dict):
        for key, value in node.items():
            yield at + (key,)
            yield from members(value, at + (key,))


def changed(document, path, change):
    """A copy in which `change(parent, key)` was done at `path`."""
    copied = copy.deepcopy(document)
    parent = copied
    for step in path[:-1]:
        parent = parent[step]
    change(parent, path[-1])
    return copied


def pointer(path):
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def value_at(document, path):
    for step in path:
        document = document[step]
    return document
