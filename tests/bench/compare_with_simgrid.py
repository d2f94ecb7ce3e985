#!/usr/bin/python3
"""ssisim against a plain SimGrid program, in one run: messages per CPU second, printed as ratios.

usage: compare_with_simgrid.py SSISIM PLAIN SCENARIO CALLS [FIDELITY...]

The two alternate, several times each, because the machine is noisy; the median of each is taken. CPU seconds of ssisim are
those of the run's own process (perf.json); dispatch, programs, recording and results are included.
"""
import json
import statistics
import subprocess
import sys
import tempfile

ROUNDS = 3


def plain(binary, nodes, calls):
    out = subprocess.run([binary, str(nodes), str(calls)], check=True, capture_output=True, text=True).stdout.split()
    return int(out[0]) / float(out[1]), float(out[2])


def ssisim(binary, scenario, fidelity):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([binary, "--scenario", scenario, "--fidelity", fidelity, "--out", folder + "/r", "--progress", "never"],
                       check=True, capture_output=True)
        with open(folder + "/r/perf.json") as file:
            cpu = json.load(file)["runs"][0]["cpu_seconds"]
        with open(folder + "/r/results.json") as file:
            results = json.load(file)
        run = results["runs"][0]
        kill = run["calls"]["kill"]["remote"]
        return run["messages"]["count"] / cpu, kill["mean_ns"], results["scenario"]["platform"]["nodes"]


def main():
    ssi, yardstick, scenario, calls = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    fidelities = sys.argv[5:] or ["queue", "flow"]
    nodes = ssisim(ssi, scenario, fidelities[0])[2]
    if isinstance(nodes, dict):
        nodes = nodes["value"]
    rates = {name: [] for name in ["plain", *fidelities]}
    means = {}
    for _ in range(ROUNDS):
        rate, means["plain"] = plain(yardstick, nodes, calls)
        rates["plain"].append(rate)
        for fidelity in fidelities:
            rate, means[fidelity], _ = ssisim(ssi, scenario, fidelity)
            rates[fidelity].append(rate)
    base = statistics.median(rates["plain"])
    print(f"{scenario}: {nodes} nodes")
    for name, values in rates.items():
        rate = statistics.median(values)
        print(f"  {name:6} {rate / 1e6:8.3f} million messages a CPU second, {rate / base:6.2f} x plain SimGrid, "
              f"mean call {means[name] / 1e3:.4f} us")


if __name__ == "__main__":
    main()
