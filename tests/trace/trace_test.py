#!/usr/bin/python3
"""`trace_test.py SSISIM`: traces of real runs pass the checker, tell the same as results.json, and are whole after an interrupt."""
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
import check_trace

SSISIM = os.path.abspath(sys.argv.pop())
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SMALL = os.path.join(ROOT, "tests", "cli", "small.json")


def shipped(name):
    return os.path.join(ROOT, "scenarios", name + ".json")


def of_phase(events, phase, **more):
    return [event for event in events if event["ph"] == phase and all(event.get(key) == value for key, value in more.items())]


class Traces(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_it(self, scenario, *words, code=0):
        done = subprocess.run([SSISIM, "--scenario", scenario, "--out", "out", *words], cwd=self.folder, capture_output=True, timeout=300,
                              check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def runs(self):
        """(run of results.json, its folder) of the last run_it()."""
        with open(os.path.join(self.folder, "out", "results.json"), encoding="utf-8") as file:
            for run in json.load(file)["runs"]:
                name = f"{run['label']}-{run['fidelity']}-s{run['seed']}"
                yield run, os.path.join(self.folder, "out", "runs", name)

    def events(self, folder, name="trace.json"):
        text = check_trace.read(os.path.join(folder, name))
        self.assertEqual(list(check_trace.problems(text)), [], folder)
        return check_trace.parse(text)["traceEvents"]

    def ops(self, folder):
        with open(os.path.join(folder, "ops.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def check_against_results(self, run, folder):
        events = self.events(folder)
        spans, ops = of_phase(events, "b", cat="call"), self.ops(folder)
        for call, places in run["calls"].items():
            if call in ("compute", "sleep"):
                continue
            counted = places["all"]["count"] + sum(places["all"]["errors"].values())
            abandoned = places["all"]["abandoned"]
            mine = [span for span in spans if span["name"] == call]
            self.assertEqual(len([span for span in mine if span["args"]["error"] != "abandoned"]), counted, call)
            self.assertEqual(len([span for span in mine if span["args"]["error"] == "abandoned"]), abandoned, call)
            self.assertEqual(len([op for op in ops if op["call"] == call]), counted)
        arrows = of_phase(events, "s")
        self.assertEqual(len(arrows), run["messages"]["count"])
        self.assertEqual(sum(arrow["args"]["bytes"] for arrow in arrows), run["messages"]["bytes"])
        for name, count in run["messages"]["by_type"].items():
            self.assertEqual(len([arrow for arrow in arrows if arrow["name"] == name]), count["count"], name)
        kernel_ns = sum(event["dur"] for event in of_phase(events, "X") if event["cat"] != "program")
        cores = sum(node["core_count"] * node["cpu"]["kernel"] for node in run["nodes"]) * run["simulated_ns"]
        self.assertGreaterEqual(kernel_ns, round(cores) - 1)   # longer where the core was shared

    def test_shipped_scenarios_tell_what_the_results_tell(self):
        for name, fidelity, *more in (("quickstart", "flow"), ("quickstart", "queue", "--strategy", "vproc_switch"),
                                      ("kill_by_case", "queue", "--strategy", "cached"),
                                      ("working_set", "queue", "--strategy", "vproc_switch", "--set", "expect=[]",
                                       "--set", "workloads.2.params.count=1", "--set", "workloads.3.params.count=1")):
            with self.subTest(name=name, fidelity=fidelity):
                self.run_it(shipped(name), "--trace", "chrome,ops", "--replicates", "1", "--fidelity", fidelity, *more)
                for run, folder in self.runs():
                    self.check_against_results(run, folder)

    def test_a_kernel_over_shared_memory(self):
        self.run_it(SMALL, "--strategy", "dsm_first", "--replicates", "1", "--trace", "chrome,ops", code=5)   # its expects are a switch's
        for run, folder in self.runs():
            self.check_against_results(run, folder)
            self.assertGreater(run["coherence"]["transfers"], 100)
            nodes_with_pages = {event["pid"] for event in of_phase(self.events(folder), "C", name="writable pages")}
            self.assertEqual(len(nodes_with_pages), len(run["nodes"]))

    def test_a_crash_and_its_recovery_by_phases(self):
        self.run_it(shipped("recovery"), "--strategy", "vproc_switch", "--trace", "chrome,ops")
        (run, folder), = self.runs()
        instants = of_phase(self.events(folder), "i")
        fault = run["recovery"][0]
        phases = (("crash", "at_ns"), ("suspects a node", "suspected_ns"), ("new view", "view_agreed_ns"), ("rebuilt", "rebuilt_ns"))
        for name, key in phases:
            times = [event["ts"] for event in instants if event["name"] == name]
            self.assertIn(fault[key], times, name)

    def test_a_trace_changes_nothing(self):
        results = []
        for more in ([], ["--trace", "chrome,ops"], ["--trace", "chrome.gz,paje"]):
            self.run_it(SMALL, "--fidelity", "flow", *more)
            with open(os.path.join(self.folder, "out", "results.json"), "rb") as file:
                results.append(file.read())
        self.assertEqual(results[0], results[1])
        self.assertEqual(results[0], results[2])

    def test_spans_are_the_lines_of_ops(self):
        self.run_it(SMALL, "--trace", "chrome,ops")
        for _, folder in self.runs():
            spans = of_phase(self.events(folder), "b", cat="call")
            of_spans = sorted((span["ts"], span["args"]["pid"], span["name"], span["args"]["node_served"], span["args"]["messages"])
                              for span in spans if span["args"]["error"] != "abandoned")
            ops = [(op["t_ns"], op["pid"], op["call"], op["node_served"], op["messages"]) for op in self.ops(folder)]
            self.assertEqual(of_spans, sorted(ops))

    def test_filters(self):
        only = ["--strategy", "cached", "--trace", "chrome,ops"]
        self.run_it(shipped("kill_by_case"), *only, "--trace-filter", "node=1-2,call=kill", "--trace-filter", "from=1ms,to=1500us")
        (_, folder), = self.runs()
        events = self.events(folder)
        for event in events:
            if event["ph"] not in "M" and event["pid"] != 5:   # 5: the run
                self.assertIn(event["pid"], (2, 3))
        for event in of_phase(events, "X") + of_phase(events, "b") + of_phase(events, "C"):
            self.assertTrue(1_000_000 <= event["ts"] < 1_500_000, event)
        self.assertEqual({event["name"] for event in of_phase(events, "b")}, {"kill"})
        self.assertTrue(of_phase(events, "s") and of_phase(events, "X", name="kill"))
        ops = self.ops(folder)
        self.assertEqual(len(ops), len(of_phase(events, "b")))
        self.assertTrue(all(op["call"] == "kill" and op["node"] in (1, 2) and 1_000_000 <= op["t_ns"] < 1_500_000 for op in ops))

        self.run_it(shipped("kill_by_case"), *only)
        (_, folder), = self.runs()
        kept = [op for op in self.ops(folder) if op["call"] == "kill" and op["node"] in (1, 2) and 1_000_000 <= op["t_ns"] < 1_500_000]
        self.assertEqual(ops, kept)

    def test_compressed_traces_hold_the_same(self):
        self.run_it(SMALL, "--fidelity", "flow", "--trace", "chrome,ops,paje", "--replicates", "1")
        plain = {}
        for run, folder in self.runs():
            for name in sorted(os.listdir(folder)):
                with open(os.path.join(folder, name), "rb") as file:
                    plain[run["label"], name] = file.read()
        self.assertEqual({name for _, name in plain}, {"ops.jsonl", "paje.trace", "trace.json"})
        self.run_it(SMALL, "--fidelity", "flow", "--trace", "chrome.gz,ops.gz,paje.gz", "--replicates", "1")
        for run, folder in self.runs():
            self.assertEqual(sorted(os.listdir(folder)), ["ops.jsonl.gz", "paje.trace.gz", "trace.json.gz"])
            for name in os.listdir(folder):
                with gzip.open(os.path.join(folder, name)) as file:
                    self.assertTrue(file.read() == plain[run["label"], name[:-3]], name)

    def test_an_interrupted_run_leaves_a_whole_trace(self):
        words = [SSISIM, "--scenario", SMALL, "--out", "out", "--trace", "chrome,ops,paje", "--jobs", "2", "--replicates", "1", "--set",
                 "workloads.0.params.count=9000", "--set", "workloads.1.params.count=90000", "--set", "duration=100s", "--set", "expect=[]",
                 "--fidelity", "flow"]
        with subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
            time.sleep(0.7)
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=120)
        self.assertEqual(run.returncode, 143)
        seen = 0
        for record, folder in self.runs():
            self.assertEqual(record["ending"], "interrupted")
            events = self.events(folder)
            seen += len(events)
            self.assertEqual([event["name"] for event in of_phase(events, "i", s="g")], ["interrupted"])
            self.assertTrue(any(span["args"]["error"] == "cut off" for span in of_phase(events, "b")))
            self.ops(folder)
        self.assertGreater(seen, 1000)

    def test_a_full_disk_is_the_users_and_ends_nothing(self):
        for trace in ("chrome", "ops", "paje"):
            done = subprocess.run(["bash", "-c", 'ulimit -f 200; trap "" XFSZ; exec "$0" "$@"', SSISIM, "--scenario", shipped("quickstart"),
                                   "--out", "out", "--trace", trace, "--replicates", "1", "--strategy", "vproc_switch"],
                                  cwd=self.folder, capture_output=True, timeout=120, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(b"/runs/vproc_switch-flow-s1/", done.stderr)
            (run, _), = self.runs()
            self.assertEqual(run["ending"], "finished")


if __name__ == "__main__":
    unittest.main()
