"""Waiting at the ports in scenarios/rpc_*.json against a model of the same queues that shares no code with the program.

A star of store-and-forward links: a message of 64 bytes waits at its sender's port, takes 51.2 ns on it, travels 10 us, waits at its
receiver's port, takes 51.2 ns and travels 10 us again. Who calls whom, and when each program's first call begins, is read from
ops.jsonl; every later call begins when the one before has ended. The mean waits must agree within 1 %.
usage: rpc_reference_test.py SSISIM SCENARIO CALLS_PER_NODE
"""
import glob
import heapq
import json
import os
import subprocess
import sys
import tempfile

SEND_PS, LATENCY_PS = 51_200, 10_000_000
UNLOADED_PS = 2 * (2 * LATENCY_PS + 2 * SEND_PS)


def model(first_ps, targets):
    """Mean wait of a call in ns; first_ps: when each caller begins, targets: whom it calls, in order."""
    out_free, in_free, events = {}, {}, []
    numbers, total, count = iter(range(1 << 60)), 0, 0

    def send(now, sender, receiver, caller, nth, begun):
        out_free[sender] = max(now, out_free.get(sender, 0)) + SEND_PS
        heapq.heappush(events, (out_free[sender] + LATENCY_PS, next(numbers), False, sender, receiver, caller, nth, begun))

    for caller, now in sorted(first_ps.items()):
        heapq.heappush(events, (now, next(numbers), None, caller, targets[caller][0], caller, 0, now))
    while events:
        now, _, arrived, sender, receiver, caller, nth, begun = heapq.heappop(events)
        if arrived is None:
            send(now, sender, receiver, caller, nth, begun)
        elif not arrived:
            in_free[receiver] = max(now, in_free.get(receiver, 0)) + SEND_PS
            heapq.heappush(events, (in_free[receiver] + LATENCY_PS, next(numbers), True, sender, receiver, caller, nth, begun))
        elif receiver != caller:
            send(now, receiver, caller, caller, nth, begun)
        else:
            total, count = total + now - begun - UNLOADED_PS, count + 1
            if nth + 1 < len(targets[caller]):
                send(now, caller, targets[caller][nth + 1], caller, nth + 1, now)
    return total / count / 1000


def main():
    ssisim, scenario, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        subprocess.run([ssisim, "--scenario", scenario, "--set", f"/workloads/0/params/count={calls}", "--set", "/expect=[]",
                        "--trace", "ops", "--out", out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        first_ps, targets, latency_ns = {}, {}, 0
        with open(glob.glob(os.path.join(out, "runs", "*", "ops.jsonl"))[0], encoding="utf-8") as file:
            for op in sorted((op for op in map(json.loads, file) if op["call"] == "kill" and op["served"] == "remote"), key=lambda op: op["t_ns"]):
                first_ps.setdefault(op["node"], op["t_ns"] * 1000)
                targets.setdefault(op["node"], []).append(op["node_served"])
                latency_ns += op["latency_ns"]
    count = sum(map(len, targets.values()))
    measured = latency_ns / count - UNLOADED_PS / 1000
    expected = model(first_ps, targets)
    print(f"{len(targets)} nodes, {count} calls: mean wait {measured:.4f} ns, reference {expected:.4f} ns")
    return 0 if count == len(targets) * calls and abs(measured - expected) <= 0.01 * expected else 1


sys.exit(main())
