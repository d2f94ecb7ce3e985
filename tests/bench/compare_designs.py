#!/usr/bin/python3
"""What a message costs under a kernel over shared memory, against the yardstick of a remote call: messages per CPU second, in one run.

usage: compare_designs.py SSISIM SCENARIOS

`dsm_first` with rpc_64's load (64 nodes that signal, fewer calls, since one takes hundreds of messages), and with the mix of kernel
calls of kernel_call_mix.json, each beside rpc_64 itself. The three alternate, several times each, because the machine is noisy;
medians. CPU seconds are those of the run's own process (perf.json).
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile

ROUNDS = 3
RUNS = {
    "rpc_64": ("rpc_64.json", []),
    "dsm_first, load of rpc_64": ("rpc_64.json", ["--set", 'strategies=["dsm_first"]', "--set", "workloads.0.params.count=100",
                                                  "--set", "expect=[]"]),
    "dsm_first, kernel_call_mix": ("kernel_call_mix.json", ["--strategy", "dsm_first", "--set", "expect=[]"]),
}


def rate(binary, folder, scenario, words):
    """Messages per CPU second, and how many messages."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([binary, "--scenario", os.path.join(folder, scenario), "--out", out + "/r", "--progress", "never", *words],
                       check=True, capture_output=True)
        with open(out + "/r/perf.json", encoding="utf-8") as file:
            cpu = json.load(file)["runs"][0]["cpu_seconds"]
        with open(out + "/r/results.json", encoding="utf-8") as file:
            count = json.load(file)["runs"][0]["messages"]["count"]
        return count / cpu, count


def main():
    binary, folder = sys.argv[1:]
    rates, counts = {name: [] for name in RUNS}, {}
    for _ in range(ROUNDS):
        for name, run in RUNS.items():
            one, counts[name] = rate(binary, folder, *run)
            rates[name].append(one)
    base = statistics.median(rates["rpc_64"])
    for name, values in rates.items():
        each = statistics.median(values)
        print(f"  {name:28} {counts[name]:9,} messages, {each / 1e6:6.3f} million a CPU second, {each / base:5.2f} x rpc_64")


if __name__ == "__main__":
    main()
