#!/usr/bin/python3
"""A large run: time and memory, and what one more sleeping program costs.

usage: large.py SSISIM SCENARIO

A sleeping program is one of signal_storm's victims: its process in the kernel's tables, its coroutine and what the host keeps of
it. Its cost is the difference between two short runs with 96 and with 2 victims a node.
"""
import json
import subprocess
import sys
import tempfile

NODES, VICTIMS_MANY, VICTIMS_FEW = 1024, 96, 2


def run(binary, scenario, *settings):
    with tempfile.TemporaryDirectory() as folder:
        words = [word for setting in settings for word in ("--set", setting)]
        subprocess.run([binary, "--scenario", scenario, "--out", folder + "/r", "--progress", "never", *words],
                       check=not settings, capture_output=True)
        with open(folder + "/r/perf.json") as file:
            return json.load(file)["runs"][0]


def main():
    binary, scenario = sys.argv[1:3]
    short = "workloads.0.params.count=1"
    peaks = [run(binary, scenario, short, f"workloads.0.params.victims={victims}")["peak_memory_bytes"]
             for victims in (VICTIMS_MANY, VICTIMS_FEW)]
    each = (peaks[0] - peaks[1]) / (NODES * (VICTIMS_MANY - VICTIMS_FEW))
    print(f"a sleeping program: {each:.0f} bytes")
    whole = run(binary, scenario)
    print(f"{scenario}: {whole['cpu_seconds']:.1f} CPU seconds, {whole['events'] / 1e6:.1f} million events, "
          f"{whole['peak_memory_bytes'] / 2**20:.0f} MiB at most")
    if each > 1024 or whole["peak_memory_bytes"] > 4 * 2**30:
        sys.exit("more than 1 KiB a program, or 4 GiB in all")


if __name__ == "__main__":
    main()
