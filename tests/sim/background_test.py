"""scenarios/presets.json without the kernel's background writes, and with many: what a kernel on shared memory pays for them, and that
one on a machine of its own does not. Arguments: the program, the scenario."""
import json
import subprocess
import sys
import tempfile

MISSED_EXPECTATION = 5   # the scenario's are those of its platform's rate


def figures(program, scenario, rate):
    """Messages and the mean time of a spawn, by strategy."""
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "--scenario", scenario, "--strategy", "smp", "--strategy", "dsm_first", "--progress", "never", "--out", folder,
                   "--set", f"platform.costs.background_writes={rate}"]
        ended = subprocess.run(command, capture_output=True, text=True)
        assert ended.returncode in (0, MISSED_EXPECTATION), ended.stderr
        with open(folder + "/results.json") as file:
            runs = json.load(file)["runs"]
    for run in runs:
        assert run["ending"] == "finished", run["ending"]
    return {run["strategy"]: (run["messages"]["count"], run["calls"]["spawn"]["all"]["mean_ns"]) for run in runs}


def main():
    program, scenario = sys.argv[1:]
    none, many = figures(program, scenario, 0), figures(program, scenario, 4_000)
    print("messages and mean time of a spawn, by strategy: without", none, "with", many)
    assert none["smp"] == many["smp"], "a kernel on its own machine pays for words that nobody else sees"
    assert many["dsm_first"][0] > none["dsm_first"][0] * 1.5, "no background traffic"


main()
