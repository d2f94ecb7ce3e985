#!/usr/bin/python3
"""`detection_test.py SSISIM SCENARIO`: when survivors believe a crashed node dead, against the arithmetic of the heartbeat's settings.

Silence counts from the last heartbeat that has arrived, which left up to one interval before the crash. So the suspicion comes between
suspect_after - heartbeat and suspect_after after the crash, and a message's way later; with longer settings later in proportion."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

SCENARIO, SSISIM = sys.argv.pop(), os.path.abspath(sys.argv.pop())
WAY_MS = 10   # of a heartbeat, and of the timer that looks
SETTINGS_MS = ((20, 60, 100), (100, 250, 350), (50, 250, 1000), (400, 900, 1000), (500, 1400, 2000))   # heartbeat, lease, suspect_after


class Detection(unittest.TestCase):
    def suspected_ms(self, heartbeat, lease, suspect_after, crash_ms):
        settings = {"membership.heartbeat": heartbeat, "membership.lease": lease, "membership.suspect_after": suspect_after,
                    "faults.0.at": crash_ms, "faults.0.for": 4000}
        with tempfile.TemporaryDirectory() as folder:
            words = [word for path, ms in settings.items() for word in ("--set", f"{path}={ms}ms")]
            command = [SSISIM, "--scenario", SCENARIO, "--strategy", "vproc_switch", *words, "--out", folder]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            self.assertIn(done.returncode, (0, 5), done.stderr)   # what the scenario expects is of its own settings
            with open(os.path.join(folder, "results.json"), encoding="utf-8") as file:
                fault = json.load(file)["runs"][0]["recovery"][0]
        self.assertEqual(fault["at_ns"], crash_ms * 1_000_000)
        return (fault["suspected_ns"] - fault["at_ns"]) / 1e6

    def test_the_suspicion_comes_when_the_settings_say(self):
        for heartbeat, lease, suspect_after in SETTINGS_MS:
            for crash_ms in (2000, 2033):   # at two phases of the heartbeat
                with self.subTest(heartbeat=heartbeat, suspect_after=suspect_after, crash_ms=crash_ms):
                    after = self.suspected_ms(heartbeat, lease, suspect_after, crash_ms)
                    self.assertGreaterEqual(after, suspect_after - heartbeat)
                    self.assertLessEqual(after, suspect_after + WAY_MS)


if __name__ == "__main__":
    unittest.main()
