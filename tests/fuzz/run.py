#!/usr/bin/python3
"""Runs the fuzzers of a build one after another: `run.py BUILD SECONDS [TARGET...]`. What they find is kept in BUILD/found (new
inputs in BUILD/found/TARGET, failures as TARGET-crash-...). Exit 1 when one of them failed."""
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def words():
    """Every word in quotes of the tables of settings and of the corpus: keys, choices, names."""
    found = set()
    for pattern in ("models/config/*.cpp", "models/*/registry.cpp", "models/strategy/*/*.cpp", "models/workload/*.cpp",
                    "platforms/*.json", "scenarios/*.json", "tests/fuzz/corpus/*/*"):
        for path in glob.glob(os.path.join(ROOT, pattern)):
            with open(path, encoding="utf-8", errors="ignore") as file:
                found.update(re.findall(r'"([a-z0-9_$]{2,20})"', file.read()))
    return sorted(found)


def fuzz(build, seconds, target):
    kept = os.path.join(build, "found", target)
    os.makedirs(kept, exist_ok=True)
    dictionary = os.path.join(build, "found", "words.dict")
    with open(dictionary, "w", encoding="ascii") as file:
        file.writelines(f'"\\"{word}\\""\n' for word in words())
    print(f"{target}: {seconds} s", flush=True)
    return subprocess.run([os.path.join(build, "tests", "fuzz", "fuzz_" + target), kept, os.path.join(HERE, "corpus", target),
                           f"-max_total_time={seconds}", "-max_len=4096", "-timeout=20", "-rss_limit_mb=2000", "-print_final_stats=1",
                           f"-dict={dictionary}", f"-artifact_prefix={build}/found/{target}-"], check=False).returncode


if __name__ == "__main__":
    TARGETS = sys.argv[3:] or ["scenario", "platform", "results"]
    sys.exit(1 if any([fuzz(sys.argv[1], int(sys.argv[2]), target) for target in TARGETS]) else 0)
