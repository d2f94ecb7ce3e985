#!/usr/bin/python3
"""`progress_test.py SSISIM`: the progress line says how far it is, only on a terminal, at most four times a second, and leaves nothing."""
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
SSISIM = os.path.abspath(sys.argv.pop())
HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"\d+ of 4 runs, [\d.e+-]+ of 4e\+0?4 s simulated \(\d+ %\)(, \d+ calls/s)?(, at most [\d.]+ (s|min|h) left)?$")
SECONDS = 3


class Progress(unittest.TestCase):
    def watch(self, seconds, *more):
        """Standard error of an endless run that is interrupted: what a terminal would get, and for how long it ran."""
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = pty.openpty()
            words = [SSISIM, "--scenario", os.path.join(HERE, "endless.json"), "--replicates", "2", "--set", "duration=10000s", *more]
            began = time.monotonic()
            with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=theirs) as run:
                os.close(theirs)
                time.sleep(seconds)
                run.send_signal(signal.SIGINT)
                text = b""
                while True:
                    try:
                        block = os.read(ours, 65536)
                    except OSError:   # the terminal's other end is closed
                        break
                    text += block
                    if not block:
                        break
            os.close(ours)
            self.assertEqual(run.returncode, 130, text)
            return text.decode(), time.monotonic() - began

    def test_on_a_terminal(self):
        text, seconds = self.watch(SECONDS)
        lines = [line for line in text.split("\r\x1b[K")[1:] if "runs" in line]
        self.assertGreater(len(lines), 2, text)
        self.assertLessEqual(len(lines), 4 * seconds + 2)   # the first and the last come when they come
        for line in lines:
            self.assertRegex(line, LINE)
        self.assertTrue([line for line in lines if "calls/s" in line])
        self.assertRegex(text, r"\r\x1b\[Kssisim: [^\r]*\r\n$")   # erased before the last word

    def test_never_and_elsewhere(self):
        text, _ = self.watch(1, "--progress", "never")
        self.assertNotIn("runs,", text)
        self.assertNotIn("\x1b", text)


if __name__ == "__main__":
    unittest.main()
