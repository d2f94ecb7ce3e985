#!/usr/bin/python3
"""`design_figures_test.py SSISIM`: figures of what a design is made of show what results.json and `ssisim conformance` say."""
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
from ssisim_analysis import NoResult, design_figures, read_conformance, read_results


class DesignFigures(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = held.name

    def small(self, strategy):
        folder = os.path.join(self.folder, strategy)
        words = ["--scenario", os.path.join(ROOT, "tests", "cli", "small.json"), "--set", "expect=[]", "--strategy", strategy]
        subprocess.run([SSISIM, *words, "--out", folder], check=True, capture_output=True, timeout=120)
        return read_results(folder)

    def test_conformance_is_what_the_program_says(self):
        path = os.path.join(self.folder, "conformance.json")
        words = ["conformance", "--strategy", "smp", "--strategy", "isolated", "--format", "json"]
        with open(path, "w", encoding="utf-8") as file:
            subprocess.run([SSISIM, *words], check=True, stdout=file, timeout=120)
        frame = read_conformance(path)
        self.assertEqual(set(frame[frame.label == "smp"].outcome), {"holds"})
        self.assertIn("missing", set(frame[frame.label == "isolated"].outcome))
        figure = design_figures.conformance_matrix(frame)
        self.assertEqual(len(figure.axes[0].texts), len(frame))
        matplotlib.pyplot.close(figure)
        self.assertRaises(NoResult, read_conformance, os.path.join(self.small("smp").folder, "results.json"))

    def test_faults_of_tables_and_time_of_the_kernel_are_drawn_as_they_are(self):
        self.assertRaises(ValueError, design_figures.page_faults_by_table, self.small("smp"))   # no page is shared there
        results = self.small("dsm_first")
        runs = results.document["runs"]
        faults = results.faults_by_table()
        for run in runs:
            self.assertEqual(faults[faults.seed == run["seed"]].faults.sum(), run["coherence"]["faults"])
            self.assertEqual(results.hottest_pages().faults.max(), max(run["coherence"]["hottest"][0]["faults"] for run in runs))
        figure = design_figures.page_faults_by_table(results, most=2)
        first = [patch.get_width() for patch in figure.axes[0].patches]
        mean = sum(run["coherence"]["faults"] / run["work"]["done"] for run in runs) / len(runs)
        self.assertAlmostEqual(sum(first), mean, delta=1e-6 * mean)
        self.assertIn("others", figure.legends[0].get_texts()[-1].get_text())
        matplotlib.pyplot.close(figure)
        figure = design_figures.kernel_time(results)
        drawn = sum(patch.get_width() for patch in figure.axes[0].patches)
        spent = [sum(ns for call, places in run["calls"].items() if call not in design_figures.WAITS
                     for part, ns in places["all"]["where_ns"].items() if part != "blocked") / run["work"]["done"] for run in runs]
        self.assertAlmostEqual(drawn, sum(spent) / 2, delta=1e-6 * drawn)
        matplotlib.pyplot.close(figure)


if __name__ == "__main__":
    unittest.main()
