#!/usr/bin/python3
"""`schema_agreement_test.py SSISIM`: the schemas that ssisim prints, as an implementation of draft-07 that is not ours reads them.
What is shipped is valid to both, a bad document is refused by both, real results are what their schema says."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import jsonschema

from documents import changed, load, members, pointer, quickstart, shipped, value_at

SSISIM = sys.argv.pop()
OTHER_TYPE = {str: 7, int: "7", float: "7", list: "x", dict: "x", bool: 7}


def run(*words, text=None):
    return subprocess.run([SSISIM, *words], input=text, capture_output=True, text=True, timeout=60, check=False)


def validator(what):
    schema = json.loads(run("schema", what).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def put(value):
    def change(parent, key):
        parent[key] = value
    return change


def misspell(parent, key):
    parent[key + "x"] = parent.pop(key)


def bad_documents():
    """(what was done, document): keys misspelt, values of another type, and choices and bounds that the schema knows."""
    good = quickstart()
    for path in members(good):
        if isinstance(path[-1], str):
            yield pointer(path) + " misspelt", changed(good, path, misspell)
            yield pointer(path) + " retyped", changed(good, path, put(OTHER_TYPE[type(value_at(good, path))]))
    for key in ("name", "duration", "platform", "strategies", "workloads"):
        yield key + " removed", changed(good, (key,), lambda parent, name: parent.pop(name))
    for path, value in [(("seed",), -1), (("seed",), 2**53), (("replicates",), 0), (("replicates",), 1.5), (("duration",), "10"),
                        (("duration",), "10 s"), (("fidelity",), "exact"), (("strategies",), []), (("strategies", 0), "spm"),
                        (("workloads",), []), (("workloads", 0, "name"), "storm"), (("workloads", 0, "nodes"), [-1]),
                        (("workloads", 0, "params", "arrival"), "sometimes"), (("platform", "nodes"), 0),
                        (("platform", "interconnect", "topology"), "ring"), (("platform", "costs", "fork"), {"value": "60us"}),
                        (("platform", "costs", "fork"), 60), (("expect", 0), {"metric": "work.done"})]:
        yield f"{pointer(path)} = {json.dumps(value)}", changed(good, path, put(value))


class Schemas(unittest.TestCase):
    def test_what_is_shipped_is_valid(self):
        for folder, what in (("scenarios", "scenario"), ("platforms", "platform")):
            schema = validator(what)
            self.assertGreater(len(shipped(folder)), 2)
            for path in shipped(folder):
                with self.subTest(path):
                    schema.validate(load(path))
        for path in shipped("scenarios"):
            self.assertEqual(run("--scenario", path, "--validate").returncode, 0, path)

    def test_what_is_bad_is_refused_by_both(self):
        schema = validator("scenario")
        schema.validate(quickstart())
        self.assertEqual(run("--scenario", "-", "--validate", text=json.dumps(quickstart())).returncode, 0)
        seen = 0
        for name, document in bad_documents():
            seen += 1
            with self.subTest(name):
                self.assertFalse(schema.is_valid(document), "the schema takes it")
                done = run("--scenario", "-", "--validate", text=json.dumps(document))
                self.assertEqual(done.returncode, 2, done.stderr)
        self.assertGreater(seen, 100)

    def test_results_are_what_their_schema_says(self):
        scenario = os.path.join(os.path.dirname(os.path.abspath(__file__)), "small.json")
        schema = validator("results")
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run("--scenario", scenario, "--out", folder + "/out").returncode, 0)
            results = load(folder + "/out/results.json")
        schema.validate(results)
        validator("scenario").validate(results["scenario"])   # the echo is a scenario
        for path in (("runs",), ("complete",), ("runs", 0, "fingerprint"), ("runs", 0, "messages", "count")):
            self.assertFalse(schema.is_valid(changed(results, path, lambda parent, key: parent.pop(key))), pointer(path))


if __name__ == "__main__":
    unittest.main()
