#!/usr/bin/python3
"""`cost_test.py SSISIM`: a million calls with and without their trace. At most 0.5 us of CPU for an event, and no memory that grows
with the run. CPU seconds, so a busy machine matters little; in turn, the least of five each: whatever else the machine does only adds."""
import json
import os
import subprocess
import sys
import tempfile

SSISIM = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIMES = 5
MOST_SECONDS = 0.5e-6
MOST_BYTES = 2 << 20


def measure(folder, *words):
    subprocess.run([SSISIM, "--scenario", os.path.join(ROOT, "scenarios", "rpc_64.json"), "--out", "out", *words], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(os.path.join(folder, "out", "perf.json"), encoding="utf-8") as file:
        run, = json.load(file)["runs"]
    return run["cpu_seconds"], run["peak_memory_bytes"]


def events_of(folder, name):
    run, = os.listdir(os.path.join(folder, "out", "runs"))
    with open(os.path.join(folder, "out", "runs", run, name), "rb") as file:
        return sum(block.count(b"\n{") for block in iter(lambda: file.read(1 << 24), b""))


def main():
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for trace, name in (("chrome", "trace.json"), ("ops", "ops.jsonl")):
            rounds = [(measure(folder), measure(folder, "--trace", trace)) for _ in range(TIMES)]
            plain, traced = ([min(figures) for figures in zip(*runs)] for runs in zip(*rounds))
            seconds, grown = (after - before for before, after in zip(plain, traced))
            each = seconds / events_of(folder, name)
            print(f"{trace}: {events_of(folder, name)} events, {each * 1e6:.3f} us each, {grown / 1024:.0f} KiB more memory")
            bad += each > MOST_SECONDS or grown > MOST_BYTES
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
