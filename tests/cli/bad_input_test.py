#!/usr/bin/python3
"""`bad_input_test.py SSISIM`: bad scenarios and platforms through the real program. Each is exit 2 with a message of the form
`file:line:column: /pointer: text (remedy)`, nothing on standard output, nothing in --out, and no signal."""
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from documents import changed, load, members, quickstart, value_at

SSISIM = sys.argv.pop()
PLACED = re.compile(r"^  [^:]+:[1-9]\d*:[1-9]\d*: /.*\(.+\)$")
WHOLE = re.compile(r"^  [^:]+: .*\(.+\)$")
HEAD = re.compile(r"^ssisim: \d+ problems? in the scenario:$")
TYPES = (None, True, 7, 2.5, "?", [[]], {"?": 1})
EDGES = ("-1", "-0", "1e308", "1e-308", "9007199254740993", "18446744073709551616", "1e999", "-9223372036854775809")
# Keys that have a default, or that only describe: a document without them is as good.
OPTIONAL = {"$schema", "description", "seed", "replicates", "fidelity", "expect", "sockets", "topology", "switching", "min_frame", "chunk", "costs",
            "nodes", "params", "strategy", "min", "max", "equals"}


def limits():
    if "SSISIM_SANITIZED" not in os.environ:   # sanitizers reserve terabytes
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Refusal(unittest.TestCase):
    """Counts what was refused, so that the generators cannot run dry."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.seen = 0

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, content):
        path = self.path("s.json")
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def refused(self, path, shape=PLACED, *more):
        self.seen += 1
        out = self.path("out")
        done = subprocess.run([SSISIM, "--scenario", path, "--out", out, *more], capture_output=True, timeout=60, check=False,
                              preexec_fn=limits, cwd=self.folder.name)
        error = done.stderr.decode()   # valid UTF-8, whatever the input was
        self.assertEqual(done.returncode, 2, error)
        self.assertEqual(done.stdout, b"")
        head, *problems = error.rstrip("\n").split("\n")
        self.assertRegex(head, HEAD)
        self.assertTrue(problems)
        for problem in problems:
            self.assertRegex(problem, shape)
            self.assertFalse(any(ord(c) < 0x20 for c in problem), ascii(problem))
        self.assertEqual([name for name in os.listdir(self.folder.name) if "out" in name], [])
        return error

    def refused_document(self, document):
        return self.refused(self.write(json.dumps(document, indent=1)))


class Changed(Refusal):
    def each(self, change, wants=lambda path: True):
        good = quickstart()
        for path in members(good):
            if isinstance(path[-1], str) and wants(path):
                with self.subTest(path):
                    error = self.refused_document(changed(good, path, change))
                    self.assertIn("/" + "/".join(map(str, path)), error)
        self.assertGreater(self.seen, 20)

    def test_every_key_misspelt(self):
        def misspell(parent, key):
            parent[key + "q"] = parent.pop(key)
        self.each(misspell)

    def test_every_required_key_removed(self):
        def needed(path):
            cost_without_figure = path[:2] == ("platform", "costs")
            parameter = "params" in path
            return not parameter and path[-1] not in OPTIONAL and (not cost_without_figure or len(path) > 3)
        self.each(lambda parent, key: parent.pop(key), needed)

    def test_every_value_retyped(self):
        good = quickstart()
        for path in members(good):
            value = value_at(good, path)
            for other in TYPES:
                number = isinstance(value, (int, float)) and isinstance(other, (int, float)) and not isinstance(other, bool)
                text = isinstance(value, str) and isinstance(other, str)
                any_number = path[0] == "expect" and isinstance(other, (int, float)) and not isinstance(other, bool)
                bare = path in (("platform", "nodes"), ("platform", "sockets"), ("platform", "cores")) and isinstance(other, int)
                sourced = path[-1] == "value" and isinstance(value, (int, float)) and isinstance(other, (int, float))
                if number or text or any_number or (bare and not isinstance(other, bool)) or (sourced and not isinstance(other, bool)):
                    continue
                with self.subTest(f"{path} = {other}"):
                    self.refused_document(changed(good, path, lambda parent, key: parent.update({key: other})))
        self.assertGreater(self.seen, 150)

    def test_every_number_beyond_its_edges(self):
        good = quickstart()
        for path in (("seed",), ("replicates",), ("platform", "nodes"), ("platform", "cores"), ("platform", "sockets"),
                     ("workloads", 0, "params", "count"), ("duration",), ("platform", "interconnect", "bandwidth"),
                     ("platform", "costs", "fork")):
            for number in EDGES:
                if number == "-0" and path[-1] == "seed":
                    continue   # is 0
                with self.subTest(f"{path} = {number}"):
                    text = json.dumps(changed(good, path, lambda parent, key: parent.update({key: "@"})), indent=1)
                    self.refused(self.write(text.replace('"@"', number)))
        for path, values in ((("duration",), ("0s", "-1s", "1e3s", "0.5ns", "99999999999h", "NaN", "inf")),
                             (("platform", "interconnect", "bandwidth"), ("0bps", "-1bps", "10Gb", "10 Gbps", "0.1bps")),
                             (("platform", "interconnect", "latency"), ("-1ns", "1.5ns", "1", "us"))):
            for value in values:
                with self.subTest(f"{path} = {value}"):
                    self.refused_document(changed(good, path, lambda parent, key: parent.update({key: value})))


class Bytes(Refusal):
    def test_what_is_no_document(self):
        good = json.dumps(quickstart(), indent=1)
        nested = lambda depth: good.replace('"seed": 1', '"seed": ' + "[" * depth + "]" * depth)
        for text in (" ", "{", "[]", "7", '"x"', "null", good[:-1], good[:200], good + "x", good + good, good + "}", good.replace(",", ",,", 1),
                     good.replace('"seed": 1', '"seed": 1, "seed": 1'), good.replace('"seed": 1', '"seed": 01'), nested(70), nested(300000),
                     "[" * 5000000, '{"a":' * 100000, good.replace('"seed": 1', '"seed": NaN'), good.replace('"seed": 1', '"seed": +1'),
                     good.replace('"seed": 1', '"seed": 0x1'), good.replace('"seed": 1', '"seed": .5'), good.replace('"seed"', "seed"),
                     good.replace('"seed"', "'seed'"), good.replace("quickstart", "\\ud800"), good.replace("quickstart", "\\udc00\\ud800"),
                     good.replace("quickstart", "a\\u0000b"), good.replace("quickstart", "\\x41"), good.replace("quickstart", "a\nb"),
                     good.replace("quickstart", "../../etc"), good.replace("quickstart", "x" * 300), good + "/*", "/" + good,
                     good.replace('"seed"', '"\\u001b[2J"'), "{" + ",".join(f'"k{i}": {i}' for i in range(3000)) + "}"):
            with self.subTest(text[:40]):
                self.refused(self.write(text), re.compile(f"{PLACED.pattern}|^  [^:]+: and \\d+ more problems \\(.*\\)$"))
        plain = good.encode()
        for content in (plain + b"\0", plain + b"\0x", plain.replace(b"quickstart", b"a\0b"), plain.replace(b"quickstart", b"\xff"),
                        plain.replace(b"quickstart", b"\xc0\xaf"), plain.replace(b"quickstart", b"\xed\xa0\x80"), good.encode("utf-16"),
                        good.encode("utf-16-be"), good.encode("utf-32"), b"\xef\xbb\xbf\xef\xbb\xbf" + plain, b"\xef\xbb\xbf", b"\0" * 1000,
                        os.urandom(0) + bytes(range(256)), b"\x7fELF" + b"\1" * 60, b"\x1f\x8b\x08\0\0"):
            with self.subTest(content[:20]):
                self.refused(self.write(content))

    def test_a_byte_order_mark_and_comments_are_no_mistake(self):
        text = "\ufeff// a comment\n" + json.dumps(quickstart())
        done = subprocess.run([SSISIM, "--scenario", self.write(text), "--validate"], capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_is_no_file(self):
        os.mkfifo(self.path("fifo"))
        os.symlink("loop", self.path("loop"))
        os.mkdir(self.path("folder"))
        open(self.path("empty"), "wb").close()
        names = ["nowhere", "folder", "empty", "fifo", "loop", "empty/x", "x" * 300]
        for name in [self.path(name) for name in names] + ["/dev/zero", "/dev/null", "/proc/self/mem", ""]:
            with self.subTest(name) if name else self.subTest("no name"):
                if name:
                    self.refused(name, WHOLE)
        good = self.write(json.dumps(quickstart()))
        for name in [self.path(name) for name in names] + ["/dev/zero", "/dev/null", ""]:
            with self.subTest("--platform " + name):
                self.refused(good, WHOLE, "--platform", name)
        for name in names:
            with self.subTest("platform.file " + name):
                self.refused_document({**quickstart(), "platform": {"file": name}}) if name != "empty" and name != "fifo" else self.refused(
                    self.write(json.dumps({**quickstart(), "platform": {"file": name}})), WHOLE)

    def test_options_that_replace_values(self):
        good = self.write(json.dumps(quickstart()))
        for option, value in (("--seed", "-1"), ("--seed", "1.0"), ("--seed", "9007199254740993"), ("--replicates", "0"), ("--replicates", "x"),
                              ("--fidelity", "exact"), ("--fidelity", ""), ("--strategy", "spm"), ("--set", "x"), ("--set", "=1"),
                              ("--set", "seed"), ("--set", "seed=x"), ("--set", "nodes.0=1"), ("--set", "/platform/nodes=0"),
                              ("--set", "workloads.9.name=x"), ("--set", "seed=" + "[" * 100), ("--set", "a" * 100000 + "=1")):
            with self.subTest(f"{option} {value[:30]}"):
                self.refused(good, re.compile(r"^  --[a-z]+[^:]*: .*\(.+\)$"), option, value)


if __name__ == "__main__":
    unittest.main()
