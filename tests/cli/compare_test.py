#!/usr/bin/python3
"""`compare_test.py SSISIM`: `ssisim compare` finds what is planted in a real result, in every format, and nothing where there is nothing."""
import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True
SSISIM = os.path.abspath(sys.argv.pop())
HERE = os.path.dirname(os.path.abspath(__file__))
GOOGLES = "/usr/share/benchmark/compare.py"   # Debian: libbenchmark-tools


class Compare(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.held.cleanup)
        cls.folder = cls.held.name
        subprocess.run([SSISIM, "--scenario", os.path.join(HERE, "small.json"), "--out", "base", "--replicates", "3"], cwd=cls.folder,
                       check=True, capture_output=True)
        with open(os.path.join(cls.folder, "base", "results.json"), encoding="utf-8") as file:
            cls.base = json.load(file)
        with open(os.path.join(cls.folder, "base", "perf.json"), encoding="utf-8") as file:
            cls.perf = json.load(file)

    def run_it(self, *words):
        return subprocess.run([SSISIM, "compare", *words], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)

    def write(self, name, document):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)
        return path

    def planted(self, change):
        """The base with `change` made to one remote figure of the last run, a vproc one."""
        document = copy.deepcopy(self.base)
        change(document["runs"][-1]["calls"]["spawn"]["remote"])
        return self.write("planted.json", document)

    def differences(self, path, *words, code):
        done = self.run_it("base", path, "--format", "json", *words)
        self.assertEqual(done.returncode, code, done.stderr)
        document = json.loads(done.stdout)
        self.assertEqual(document["ok"], code == 0)
        self.assertEqual(sum(document["counts"].values()) - document["counts"]["same"], len(document["differences"]))
        return [(row["verdict"], row["metric"]) for row in document["differences"]]

    def slower(self, place):
        place["p99_ns"] = round(place["p99_ns"] * 1.01)

    def test_the_same_is_not_worse(self):
        self.assertEqual(self.differences("base", code=0), [])
        table = self.run_it("base/results.json", "base")
        self.assertEqual(table.returncode, 0)
        self.assertIn("0 worse, 0 missing, 0 better, 0 new, 0 changed", table.stdout)

    def test_one_percent_in_one_percentile_is_found(self):
        path = self.planted(self.slower)
        self.assertEqual(self.differences(path, code=5), [("worse", "calls.spawn.remote.p99")])
        self.assertEqual(self.differences(path, "--tolerance", "calls.*.p99=1.1", code=0), [])
        self.assertEqual(self.differences(path, "--tolerance", "*=5", "--tolerance", "calls.spawn.*=0.9", code=5),
                         [("worse", "calls.spawn.remote.p99")])
        self.assertEqual(self.run_it(path, "base").returncode, 0)   # the other way round it is better

    def test_better_worse_missing_and_new_are_told_apart(self):
        def change(place):
            place["p50_ns"] -= 1
            place["p90_ns"] += 1
            del place["p999_ns"]
            place["max_ns"] = None
            place["p75_ns"] = 3
            place["count"] += 1
            place["messages"]["7"] = 1
            place["errors"]["EIO"] = 1
            place["histogram"]["count"][0] += 1
        found = self.differences(self.planted(change), code=5)
        of = lambda verdict: sorted(metric.removeprefix("calls.spawn.remote.") for kind, metric in found if kind == verdict)
        self.assertEqual(of("better"), ["count", "p50"])
        self.assertEqual(of("worse"), ["errors.EIO", "p90"])
        self.assertEqual(of("missing"), ["max", "p999"])
        self.assertEqual(of("new"), ["p75"])
        self.assertEqual(of("changed"), ["histogram", "messages.7"])

    def test_every_number_that_vanishes_is_found(self):
        names = []
        def numbers(at, path):
            for key, value in at.items() if isinstance(at, dict) else enumerate(at):
                if isinstance(value, (dict, list)) and key not in ("histogram", "timeline"):
                    numbers(value, path + [key])
                elif value is not None:
                    names.append(path + [key])
        numbers(self.base["runs"][-1], [])
        counts = ("messages", "critical_path", "messages_of_failed", "errors", "by_type")   # of what never happened
        for path in names[::7] + [["work", "done"], ["nodes", 1, "cpu", "kernel"], ["timeline"], ["calls", "kill", "all", "histogram"]]:
            if path[0] in ("strategy", "label", "fidelity", "seed", "message") or path[-2:-1] and path[-2] in counts:
                continue
            document = copy.deepcopy(self.base)
            at = document["runs"][-1]
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = None
            with self.subTest(path=path):
                found = self.differences(self.write("planted.json", document), code=5)
                self.assertEqual([verdict for verdict, _ in found], ["missing"])

    def test_runs_that_vanish_or_are_new(self):
        document = copy.deepcopy(self.base)
        document["runs"][0]["seed"] = 99
        self.assertEqual(self.differences(self.write("planted.json", document), code=5), [("missing", "run"), ("new", "run")])

    def test_a_design_that_covers_less_is_worse(self):
        document = copy.deepcopy(self.base)
        document["runs"][-1]["coverage"]["process"] = "none"
        document["runs"][-1]["fingerprint"] = "0"
        found = self.differences(self.write("planted.json", document), code=5)
        self.assertEqual(found, [("worse", "coverage.process"), ("changed", "fingerprint")])

    def test_what_is_no_result_is_the_users_mistake(self):
        incomplete = self.write("incomplete.json", {**self.base, "complete": False})
        version = self.write("version.json", {**self.base, "schema_version": 2})
        shape = self.write("shape.json", {"schema_version": 1, "complete": True, "runs": [3], "scenario": {}})
        for words, complaint in ((("base",), "takes two results"), (("base", "nowhere"), "nowhere: No such file"),
                                 (("base", incomplete), "not complete"), (("base", version), "another version"),
                                 (("base", shape), "no results.json"), (("base", "base/perf.json"), "no results.json"),
                                 (("base", SSISIM), "no results.json"), (("base", "base", "--format", "xml"), "none of table"),
                                 (("base", "base", "--tolerance", "calls.spwn.*=1"), "no figure of these results"),
                                 (("base", "base", "--tolerance", "calls.*=-1"), "not a number of percent"),
                                 (("base", "base", "--tolerance", "1"), "not PATTERN=PCT"),
                                 (("base", "base", "--tol", "*=1"), "unrecognised option"),
                                 (("base", "base/results.json", "--host-tolerance", "x"), "not a number of percent")):
            done = self.run_it(*words)
            with self.subTest(words=words):
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(complaint, done.stderr)

    def test_other_scenarios_are_noted(self):
        document = copy.deepcopy(self.base)
        document["scenario"]["platform"]["nodes"] = 77
        self.assertIn("/platform/nodes", self.run_it("base", self.write("planted.json", document)).stdout)

    def test_junit(self):
        done = self.run_it("base", self.planted(self.slower), "--format", "junit")
        self.assertEqual(done.returncode, 5)
        suites = ElementTree.fromstring(done.stdout)
        simulated = [suite for suite in suites if suite.get("name") != "host"]
        self.assertEqual(len(simulated), len(self.base["runs"]))
        failed = [case for case in suites.iter("testcase") if case.find("failure") is not None]
        self.assertEqual([case.get("name") for case in failed], ["calls.spawn.remote.p99"])
        self.assertRegex(failed[0].find("failure").get("message"), r"worse: .* -> .* \+1 %, tolerated 0 %")
        for suite in suites:
            self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
            self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))

    def test_markdown(self):
        text = self.run_it("base", self.planted(self.slower), "--format", "markdown").stdout
        self.assertIn("| worse | vproc, queue, seed 3 | calls.spawn.remote.p99 | ", text)
        self.assertTrue(text.startswith("### \u274c small: worse"))

    def test_googles_compare_takes_the_export(self):
        for name, path in (("before", "base"), ("after", self.planted(self.slower))):
            with open(os.path.join(self.folder, name + ".json"), "w", encoding="utf-8") as file:
                subprocess.run([SSISIM, "compare", "base", path, "--format", "gbench"], cwd=self.folder, stdout=file, check=False)
        done = subprocess.run(["/usr/bin/python3", GOOGLES, "--no-color", "-d", "difference.json", "benchmarks", "before.json", "after.json"],
                              cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(self.folder, "difference.json"), encoding="utf-8") as file:
            rows = json.load(file)
        changed = {row["name"]: [m["time"] for m in row["measurements"]] for row in rows
                   if any(m["time"] != 0 for m in row.get("measurements", []))}
        self.assertEqual(list(changed), ["small/vproc/queue/calls.spawn.remote.p99"])
        self.assertAlmostEqual(max(changed["small/vproc/queue/calls.spawn.remote.p99"]), 0.01, places=3)

    def test_custom_smaller_is_better(self):
        rows = json.loads(self.run_it("base", "base", "--format", "custom-smaller-is-better").stdout)
        self.assertEqual(len({row["name"] for row in rows}), len(rows))
        for row in rows:
            self.assertEqual(set(row), {"name", "unit", "value", "range", "extra"})
            self.assertIn(row["unit"], ("ns", "B", "1"))
        self.assertFalse([row for row in rows if "work.done" in row["name"] or "per_second" in row["name"]])

    def host(self, factors, *words, runs=None):
        """The verdict on CPU time when the result took `factors` times as long, by seed."""
        perf = copy.deepcopy(self.perf)
        for run in perf["runs"]:
            run["cpu_seconds"] *= factors[run["seed"] - 1]
        perf["runs"] = perf["runs"][:runs]
        self.write("other/results.json", self.base)
        self.write("other/perf.json", perf)
        done = self.run_it("base", "other", "--format", "json", *words)
        rows = [row for row in json.loads(done.stdout)["host"] if row["label"] == "smp" and row["figure"] == "cpu_seconds_per_event"]
        return rows[0]["verdict"], done.returncode

    def test_host_figures_stand_apart_and_know_of_noise(self):
        self.assertEqual(self.host([1, 1, 1]), ("same", 0))
        self.assertEqual(self.host([1.3, 1.31, 1.29]), ("worse", 0))
        self.assertEqual(self.host([1.3, 1.31, 1.29], "--host-tolerance", "20"), ("worse", 5))
        self.assertEqual(self.host([1.3, 1.31, 1.29], "--host-tolerance", "40"), ("same", 0))
        self.assertEqual(self.host([0.5, 0.51, 0.52]), ("better", 0))
        self.assertEqual(self.host([0.7, 2.5, 1.3], "--host-tolerance", "20"), ("undecided", 0))   # noise
        self.assertEqual(self.host([1.3, 1.31, 1.29], "--host-tolerance", "20", runs=2), ("undecided", 0))


if __name__ == "__main__":
    unittest.main()
