#!/usr/bin/python3
"""`fault_arithmetic_test.py SSISIM`: the arithmetic of faults against figures by hand, and on a run of the program."""
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
SSISIM = os.path.abspath(sys.argv.pop())
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "analysis"))

import pandas as pd   # noqa: E402

from ssisim_analysis import fault_arithmetic, read_results   # noqa: E402

SECOND = 1_000_000_000


def measured(image_lost, outage_s, comes_back=1, cpu_lost_s=3.0):
    return pd.DataFrame([{"label": "x", "nodes": 10, "survived": 1 - image, "cpu_lost_s": cpu_lost_s, "outage_s": outage_s,
                          "image_lost": image, "comes_back": comes_back} for image in image_lost])


class Arithmetic(unittest.TestCase):
    def test_an_outage_is_the_seconds_with_less_than_half_of_the_work(self):
        line = {"bucket_ns": SECOND // 2, "work_done": [5] * 20 + [0] * 6 + [2] * 4 + [5] * 20}
        self.assertEqual(fault_arithmetic.outage_s(line, 10 * SECOND), 5)
        self.assertEqual(fault_arithmetic.outage_s({"bucket_ns": SECOND, "work_done": [4] * 40}, 10 * SECOND), 0)
        self.assertTrue(math.isnan(fault_arithmetic.outage_s({"bucket_ns": SECOND, "work_done": [4] * 10 + [0] * 20}, 10 * SECOND)))

    def test_years_by_hand(self):
        row = fault_arithmetic.over_years(measured([1, 1, 1, 1], 100.0), node_counts=[20], mttf_days=365.25).iloc[0]
        self.assertAlmostEqual(row.faults_per_year, 20)
        self.assertAlmostEqual(row.image_days, 365.25 / 20)
        self.assertAlmostEqual(row.availability, 1 / (1 + 2000 / fault_arithmetic.YEAR_S))
        self.assertAlmostEqual(row.cpu_hours_lost_per_year, 20 * 3 * 2 / 3600, msg="twice as many nodes lose twice as much each time")

    def test_what_was_never_seen_has_a_bound(self):
        row = fault_arithmetic.over_years(measured([0] * 5, 0.0), node_counts=[10], mttf_days=100).iloc[0]
        self.assertEqual(row.image_days, float("inf"))
        self.assertAlmostEqual(row.image_days_low, 10 / (1 - 0.025 ** 0.2), msg="the rule of Clopper and Pearson for no hit in five")
        self.assertAlmostEqual(row.cpu_hours_lost_per_year, 36.525 * 3 / 3600)

    def test_an_image_that_stays_down_is_down_until_it_is_repaired(self):
        gone = measured([1] * 3, float("nan"), comes_back=0)
        row = fault_arithmetic.over_years(gone, node_counts=[10], mttf_days=365.25, repair_s=60).iloc[0]
        self.assertAlmostEqual(row.availability, 1 / (1 + 600 / fault_arithmetic.YEAR_S))
        self.assertIn("60 s", fault_arithmetic.assumptions(measured([1], 0.0), repair_s=60))

    def test_outcomes_of_a_run_are_those_of_its_results(self):
        with tempfile.TemporaryDirectory() as folder:
            scenario = os.path.join(ROOT, "scenarios", "the_image_is_lost.json")
            subprocess.run([SSISIM, "--scenario", scenario, "--out", folder], check=True, stdout=subprocess.DEVNULL)
            with open(os.path.join(folder, "results.json"), encoding="utf-8") as file:
                runs = json.load(file)["runs"]
            frame = fault_arithmetic.outcomes(read_results(folder)).set_index("label")
        self.assertEqual(list(frame.image_lost), [1, 1])
        self.assertEqual(list(frame.comes_back), [0, 1])
        self.assertEqual(list(frame.survived), [0, 0])
        self.assertAlmostEqual(frame.cpu_lost_s["lost"], runs[0]["recovery"][0]["lost"]["cpu_ns"] / SECOND)
        self.assertGreaterEqual(frame.outage_s["booted again"], 7)


if __name__ == "__main__":
    unittest.main()
