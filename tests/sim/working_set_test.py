"""scenarios/working_set.json with pages on the disk and in other nodes' memory, on InfiniBand and on 10 Gb/s Ethernet: which is
faster, and from which size on. Arguments: the program, the scenario."""
import json
import subprocess
import sys
import tempfile

ETHERNET = ["interconnect.bandwidth=10Gbps", "interconnect.latency=1us", "interconnect.verbs=none", "interconnect.min_frame=64B",
            "costs.message_send=3us", "costs.message_receive=5us"]
DISK = ["memory.paging=disk"]
MISSED_EXPECTATION = 5   # the scenario's are those of memory over InfiniBand


def makespans(program, scenario, settings):
    """Of a working set of 0.5, 1, 2 and 4 times a node's memory, in ms."""
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "--scenario", scenario, "--strategy", "vproc_switch", "--progress", "never", "--out", folder]
        for setting in settings:
            command += ["--set", "platform." + setting]
        ended = subprocess.run(command, capture_output=True, text=True)
        assert ended.returncode in (0, MISSED_EXPECTATION), ended.stderr
        with open(folder + "/results.json") as file:
            run = json.load(file)["runs"][0]
    assert run["ending"] == "finished", run["ending"]
    return [one["makespan_ns"] / 1e6 for one in run["work"]["by_workload"]]


def main():
    program, scenario = sys.argv[1:]
    times = {"InfiniBand": makespans(program, scenario, []), "Ethernet": makespans(program, scenario, ETHERNET),
             "disk": makespans(program, scenario, DISK)}
    for name, spans in times.items():
        print(name, ["%.1f ms" % span for span in spans])
        assert spans[0] < 402 and spans[1] < 402, f"{name}: what fits is slowed down"
        assert spans[1] * 1.05 < min(spans[2:]), f"{name}: no knee at 1.0"
    for size in (2, 3):
        assert times["InfiniBand"][size] < times["Ethernet"][size] < times["disk"][size] / 10, "remote memory does not beat the disk"


main()
