#!/usr/bin/python3
"""`surroundings_test.py SSISIM`: odd surroundings of a good run. Interrupts at any moment, locales, time zones, low limits, odd
arguments, folders that cannot be used. Never a signal of ours, never half a file."""
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
SSISIM = os.path.abspath(sys.argv.pop())
HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = os.path.join(HERE, "small.json")
MOMENTS = 20
SEED = 4   # of the moments


def rlimit(what, value):
    return lambda: resource.setrlimit(what, (value, value))


class Surroundings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_it(self, *words, **more):
        more.setdefault("cwd", self.folder)
        return subprocess.run([SSISIM, *words], capture_output=True, timeout=120, check=False, **more)

    def results(self, name="out"):
        with open(os.path.join(self.folder, name, "results.json"), "rb") as file:
            return file.read()

    def check_clean(self, done, codes, simgrid_may_trace=False):
        self.assertIn(done.returncode, codes, done.stderr)
        for line in done.stderr.decode(errors="replace").split("\n"):
            self.assertNotIn("terminate called", line)
            if not simgrid_may_trace:
                self.assertNotIn("Backtrace", line)

    def check_whole(self, folder):
        """Only complete files: every one parses, none is temporary."""
        for root, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(root, name), encoding="utf-8") as file:
                    text = file.read()
                if name.endswith(".jsonl"):
                    self.assertTrue(text == "" or text.endswith("\n"), name)
                    for line in text.splitlines():
                        json.loads(line)
                else:
                    self.assertIn(name, ("results.json", "perf.json"))
                    json.loads(text)


class Interrupts(Surroundings):
    def long_run(self):
        words = [SSISIM, "--scenario", SMALL, "--out", "out", "--trace", "ops", "--jobs", "2", "--set", "workloads.0.params.count=1500",
                 "--set", "workloads.1.params.count=1500", "--set", "duration=100s", "--set", "expect=[]"]
        return subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def test_any_moment(self):
        began = time.monotonic()
        first = self.long_run()
        first.communicate(timeout=120)
        self.assertEqual(first.returncode, 0)
        whole = time.monotonic() - began
        moments = random.Random(SEED)
        codes = []
        for _ in range(MOMENTS):
            run = self.long_run()
            try:
                run.wait(timeout=moments.uniform(0, whole))
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGINT)
            error = run.communicate(timeout=120)[1].decode()
            codes.append(run.returncode)
            # -2: before the program could say that it catches it
            self.assertIn(run.returncode, (0, 130, -signal.SIGINT), error)
            if run.returncode >= 0:
                self.assertEqual(os.listdir(self.folder), ["out"])
            self.check_whole(os.path.join(self.folder, "out"))
            complete = json.loads(self.results())["complete"]
            self.assertTrue(complete or run.returncode != 0, error)   # one that died at once leaves what the run before it left
        self.assertGreater(codes.count(130), MOMENTS // 4, codes)


class Environment(Surroundings):
    def test_locale_time_zone_and_home_change_nothing(self):
        self.assertEqual(self.run_it("--scenario", SMALL, "--out", "out").returncode, 0)
        expected = self.results()
        german = {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}   # where it is installed
        for environment in ({}, german, {"LC_ALL": "C"}, {"LC_ALL": "no_such_LOCALE"}, {"LC_NUMERIC": "de_DE", "LANG": "C.UTF-8"},
                            {"TZ": "Pacific/Chatham"}, {"TZ": ":/dev/zero"}, {"HOME": "/nowhere"}, {"COLUMNS": "1"}, {"TMPDIR": "/nowhere"}):
            with self.subTest(environment):
                done = self.run_it("--scenario", SMALL, "--out", "out", env=environment)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.results(), expected)

    def test_a_current_folder_that_cannot_be_used(self):
        inner = os.path.join(self.folder, "inner")
        os.mkdir(inner)
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        os.chmod(self.folder, 0o755)
        for mode in (0o000, 0o555):
            os.chmod(inner, mode)
            enter = "cd inner && chmod 0 . && exec" if mode == 0 and not nobody else "exec"
            cwd = self.folder if mode == 0 and not nobody else inner
            done = subprocess.run(["/bin/sh", "-c", f'{enter} "$0" --scenario "$1"', SSISIM, SMALL], capture_output=True, timeout=60,
                                  check=False, cwd=cwd, **nobody) if mode else self.run_it("--scenario", SMALL, "--out", "out/a", cwd=inner)
            self.check_clean(done, (0, 2))
            os.chmod(inner, 0o755)
        os.mkdir(os.path.join(self.folder, "gone"))
        gone = subprocess.run(["/bin/sh", "-c", 'rmdir "$PWD" && exec "$0" --scenario "$1"', SSISIM, SMALL], capture_output=True, timeout=60,
                              check=False, cwd=os.path.join(self.folder, "gone"))
        self.check_clean(gone, (2,))

    def test_low_limits_are_told(self):
        for files in (4, 5, 6, 8, 10, 16):
            with self.subTest(f"{files} files"):
                self.check_clean(self.run_it("--scenario", SMALL, "--out", "out", preexec_fn=rlimit(resource.RLIMIT_NOFILE, files)),
                                 (0, 1, 2))
        for mib in () if "SSISIM_SANITIZED" in os.environ else (40, 64, 80, 96, 128, 192, 256):   # sanitizers reserve terabytes
            with self.subTest(f"{mib} MiB"):
                done = self.run_it("--scenario", SMALL, "--out", "out", preexec_fn=rlimit(resource.RLIMIT_AS, mib << 20))
                self.check_clean(done, (0, 1, 2, 127), simgrid_may_trace=True)   # 127: the dynamic loader found no room
        for size in (0, 100, 5000):
            with self.subTest(f"files of {size} bytes"):
                ignore = lambda limit=size: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), rlimit(resource.RLIMIT_FSIZE, limit)())
                self.check_clean(self.run_it("--scenario", SMALL, "--out", "small-out", preexec_fn=ignore), (1, 2))
                self.assertFalse(os.path.exists(os.path.join(self.folder, "small-out")))

    def test_two_runs_into_one_folder(self):
        words = [SSISIM, "--scenario", SMALL, "--out", "out", "--trace", "ops"]
        for _ in range(5):
            both = [subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
            errors = [run.communicate(timeout=120)[1].decode() for run in both]
            self.assertIn(sorted(run.returncode for run in both), ([0, 0], [0, 2]), errors)
            for run, error in zip(both, errors):
                self.assertTrue(run.returncode == 0 or "another ssisim is writing there" in error, error)
            self.check_whole(os.path.join(self.folder, "out"))
            self.assertEqual(os.listdir(self.folder), ["out"])
            self.assertTrue(json.loads(self.results())["complete"])


class Arguments(Surroundings):
    def test_odd_words(self):
        for words in ((b"\xff\xfe",), (b"--scenario", b"\xff.json"), (b"--\xff",), (b"--scenario",), (b"",), (b"--",), (b"-",),
                      (b"--scenario", b""),
                      (b"--", b"--scenario", SMALL.encode()), (b"--scenario", SMALL.encode(), b""), (b"--scenario", SMALL.encode(), b"--", b"x"),
                      (b"--scenario", SMALL.encode(), b"--scenario", SMALL.encode()), (b"--seed", b"1", b"--seed", b"2"),
                      (b"--scenario", SMALL.encode(), b"--set", b"a=" + b"x" * 100_000), (b"x" * 100_000,), (b"--" + b"x" * 100_000,),
                      tuple(b"--set=a=" + b"x" * 10_000 for _ in range(100)), (b"--scenario", SMALL.encode(), b"--set", b"name=\"\xff\""),
                      (b"--scenario", SMALL.encode(), b"--jobs", b"1e3"),
                      (b"--scenario", SMALL.encode(), b"--out", SMALL.encode()), (b"--scenario", SMALL.encode(), b"--out", b"/proc/x"),
                      (b"list", b""), (b"list", b"\xff"), (b"schema",), (b"schema", b"scenario", b"x"), (b"\x1b[31mlist",)):
            with self.subTest([word[:40] for word in words]):
                done = self.run_it(*words)
                self.check_clean(done, (2,))
                self.assertEqual(done.stdout, b"")
                self.assertTrue(done.stderr.startswith(b"ssisim: "), done.stderr[:200])
                self.assertNotIn(b"\x1b", done.stderr)
                self.assertLess(len(done.stderr), 20_000)
                self.assertEqual(os.listdir(self.folder), [])

    def test_an_odd_folder_is_used_and_not_shown_raw(self):
        done = self.run_it(b"--scenario", SMALL.encode(), b"--out", b"a\x1b[2Jb\xff")
        self.check_clean(done, (0,))
        self.assertEqual(os.listdir(self.folder.encode()), [b"a\x1b[2Jb\xff"])
        self.assertNotIn(b"\x1b", done.stderr)


if __name__ == "__main__":
    unittest.main()
