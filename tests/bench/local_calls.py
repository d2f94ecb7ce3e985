#!/usr/bin/python3
"""Instructions of a local call: native kernel, through the vproc switch, and with every class covered. By callgrind, so no noise.

usage: local_calls.py LOCAL_CALLS

Of each the difference of two runs that differ by a thousand rounds. A round is one kill, or a spawn with its exit and wait, or an open
with a read and a close.
"""
import re
import subprocess
import sys

FEW, MORE = 1000, 2000


def instructions(binary, which, call, count):
    out = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary, which, call, str(count)],
                         check=True, capture_output=True, text=True).stderr
    return int(re.search(r"Collected : (\d+)", out).group(1))


def a_round(binary, which, call):
    return (instructions(binary, which, call, MORE) - instructions(binary, which, call, FEW)) / (MORE - FEW)


def main():
    binary = sys.argv[1]
    print(f"{'instructions of':16} {'native':>8} {'switch':>8} {'more':>6} {'covered':>8} {'more':>6}")
    for call in ["kill", "spawn_wait", "open_read"]:
        native, switch, covered = (a_round(binary, which, call) for which in ["native", "switch", "covered"])
        print(f"{call:16} {native:8.0f} {switch:8.0f} {switch - native:6.0f} {covered:8.0f} {covered - native:6.0f}")


if __name__ == "__main__":
    main()
