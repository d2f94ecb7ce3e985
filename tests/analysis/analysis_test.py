#!/usr/bin/python3
"""`analysis_test.py SSISIM`: what ssisim_analysis makes of a real result is what results.json, ops.jsonl and trace.json say."""
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

import matplotlib

matplotlib.use("Agg")
sys.dont_write_bytecode = True
SSISIM = os.path.abspath(sys.argv.pop())
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "analysis"))
from ssisim_analysis import NoResult, figures, paired_ratio, read_ops, read_results, read_trace, recovery_figures, style


class Analysis(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.folder = os.path.join(held.name, "out")
        words = ["--scenario", os.path.join(ROOT, "tests", "cli", "small.json"), "--out", cls.folder, "--trace", "chrome,ops.gz",
                 "--replicates", "3", "--fidelity", "flow,queue"]
        subprocess.run([SSISIM, *words], check=True, capture_output=True, timeout=120)
        cls.results = read_results(cls.folder)
        with open(os.path.join(cls.folder, "results.json"), encoding="utf-8") as file:
            cls.raw = json.load(file)

    def test_every_metric_has_its_value_under_its_name(self):
        run = self.raw["runs"][-1]
        spawn = run["calls"]["spawn"]
        for name, value in (("calls.spawn.p99", spawn["all"]["p99_ns"]), ("calls.spawn.remote.p50", spawn["remote"]["p50_ns"]),
                            ("calls.spawn.where.cpu", spawn["all"]["where_ns"]["cpu"]), ("calls.spawn.errors.EIO", 0),
                            ("calls.spawn.messages.77", 0), ("work.makespan", run["work"]["makespan_ns"]), ("calls.nothing.p50", None),
                            ("messages.between.0.1", run["messages"]["between"][0][1]), ("nodes.9.egress", None), ("fingerprint", None),
                            ("simulated", run["simulated_ns"]), ("work.per_second", run["work"]["per_second"])):
            found = self.results.metric(name).value.iloc[-1]
            with self.subTest(name=name):
                self.assertTrue(found is None or math.isnan(found) if value is None else found == value, found)

    def test_ratios_are_those_of_the_results(self):
        seen = 0
        for row in self.raw["comparison"]:
            mine = self.results.compare(row["metric"], row["against"])
            mine = mine[(mine.label == row["strategy"]) & (mine.fidelity == row["fidelity"])].iloc[0]
            for key in ("ratio", "low", "high"):
                apart = abs(math.log(mine[key] / row[key]))   # the quantile of t has four digits there
                self.assertLess(apart, 1e-8 + 2e-4 * math.log(row["high"] / row["low"]), row)
            self.assertEqual(mine.pairs, row["pairs"])
            seen += 1
        self.assertGreater(seen, 10)

    def test_a_ratio_needs_pairs_of_positive_values(self):
        self.assertIsNone(paired_ratio([0, 1], [1, 0]))
        one = paired_ratio([4], [2])
        self.assertEqual((one.ratio, one.pairs), (2.0, 1))
        self.assertTrue(math.isnan(one.low))
        self.assertAlmostEqual(paired_ratio([1, 4], [1, 1]).ratio, 2)

    def test_frames_add_up(self):
        calls, where, histogram = self.results.calls(), self.results.where(), self.results.histogram()
        for run in self.raw["runs"]:
            def mine(frame):
                return frame[(frame.label == run["label"]) & (frame.fidelity == run["fidelity"]) & (frame.seed == run["seed"])]
            for call, places in run["calls"].items():
                for place, figure in places.items():
                    these = mine(calls)[(mine(calls).call == call) & (mine(calls).place == place)]
                    self.assertEqual(int(these[these.figure == "count"].value.iloc[0]), figure["count"])
                    buckets = mine(histogram)
                    counted = buckets[(buckets.call == call) & (buckets.place == place)]["count"].sum() if len(buckets) else 0
                    self.assertEqual(counted, figure["count"])
                    if figure["count"] > 0:
                        parts = mine(where)[(mine(where).call == call) & (mine(where).place == place)].mean_ns.sum()
                        self.assertAlmostEqual(parts, figure["mean_ns"], delta=1)
            self.assertEqual(mine(self.results.messages())["count"].sum(), run["messages"]["count"])
            self.assertEqual(mine(self.results.traffic())["bytes"].sum(), run["messages"]["bytes"])
            self.assertEqual(list(mine(self.results.timeline()).work_done), run["timeline"]["work_done"])
            self.assertEqual(list(mine(self.results.work()).done), [run["work"]["done"]])
            self.assertEqual(len(mine(self.results.nodes())), len(run["nodes"]))
            self.assertEqual(set(mine(self.results.coverage()).coverage), set(run["coverage"].values()))

    def test_traces_are_those_of_the_run(self):
        for run in self.raw["runs"]:
            folder = self.results.trace_folder(run["label"], run["fidelity"], run["seed"])
            ops, trace = read_ops(folder), read_trace(folder)
            self.assertEqual(trace.metadata["seed"], str(run["seed"]))
            answered = trace.spans[trace.spans.error != "abandoned"]
            self.assertEqual(len(ops), len(answered))
            self.assertEqual(sorted(zip(ops.t_ns, ops.latency_ns)), sorted(zip(answered.start_ns, answered.duration_ns)))
            self.assertEqual(len(trace.messages), run["messages"]["count"])
            kill = ops[(ops.call == "kill") & ops.error.isna()]
            self.assertEqual(len(kill), run["calls"]["kill"]["all"]["count"])
            self.assertEqual(int(kill.latency_ns.max()), run["calls"]["kill"]["all"]["max_ns"])
            self.assertEqual(set(trace.instants[trace.instants.scope == "g"].name), {"finished"})
            self.assertTrue((trace.slices.node >= 0).all() and (trace.counters.value >= 0).all())

    def test_every_figure_can_be_drawn(self):
        style.use()
        trace = read_trace(self.results.trace_folder("vproc"))
        spawn = trace.spans[trace.spans.name == "spawn"].iloc[0]
        for fidelity in ("flow", "queue"):
            drawn = [figures.useful_work(self.results, fidelity), figures.slow_down(self.results, "smp", fidelity=fidelity),
                     figures.latency_percentiles(self.results, ["spawn", "kill"], fidelity=fidelity),
                     figures.latency_cdf(self.results, "kill", fidelity), figures.where_time_goes(self.results, "kill", fidelity),
                     figures.messages_by_type(self.results, fidelity), figures.traffic_matrix(self.results, "vproc", fidelity),
                     figures.coverage_matrix(self.results), figures.call_story(trace, spawn.call)]
            for figure in drawn:
                self.assertTrue(any(axes.has_data() for axes in figure.axes))
                matplotlib.pyplot.close(figure)

    def test_bars_are_as_long_as_the_numbers(self):
        figure = figures.useful_work(self.results, "flow")
        bars = [bar.get_width() for bar in figure.axes[0].patches]
        runs = [run for run in self.raw["runs"] if run["fidelity"] == "flow"]
        for label, bar in zip(self.results.labels, bars):
            mean = sum(run["work"]["per_second"] for run in runs if run["label"] == label) / 3
            self.assertAlmostEqual(bar, mean, delta=1e-9 * mean)
        matplotlib.pyplot.close(figure)

    def test_what_is_no_result_is_told(self):
        path = os.path.join(self.folder, "perf.json")
        self.assertRaises(KeyError, self.results.trace_folder, "nobody")
        self.assertRaises((NoResult, KeyError), read_results, path)
        self.assertRaises(FileNotFoundError, read_trace, self.folder)


class Recovery(unittest.TestCase):
    def test_the_phases_that_are_drawn_are_those_of_the_results(self):
        with tempfile.TemporaryDirectory() as folder:
            words = ["--scenario", os.path.join(ROOT, "scenarios", "recovery.json"), "--out", folder]
            subprocess.run([SSISIM, *words], check=True, capture_output=True, timeout=120)
            results = read_results(folder)
        fault = next(run for run in results.document["runs"] if run["label"] == "vproc_switch")["recovery"][0]
        row = results.recovery().set_index("label").loc["vproc_switch"]
        for name in ("suspected_ns", "first_success_ns", "lost"):
            self.assertEqual(row[name], fault[name])
        figure = recovery_figures.recovery_timeline(results)
        bands = [[(band.get_xy()[:, 0].min(), band.get_xy()[:, 0].max()) for band in axes.patches] for axes in figure.axes]
        dates = [fault[name] for name in ("at_ns", "suspected_ns", "view_agreed_ns", "rebuilt_ns", "first_success_ns")]
        self.assertEqual(bands, [[], [], [], list(zip(dates, dates[1:]))])
        matplotlib.pyplot.close(figure)


if __name__ == "__main__":
    unittest.main()
