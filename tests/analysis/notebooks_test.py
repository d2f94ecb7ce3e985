#!/usr/bin/python3
"""`notebooks_test.py SSISIM`: every notebook runs headless on a real result, ends with an answer whose numbers are those of results.json,
and is committed without outputs."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
SSISIM = os.path.abspath(sys.argv.pop())
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOTEBOOKS = os.path.join(ROOT, "analysis", "notebooks")
RUN = [sys.executable, os.path.join(ROOT, "analysis", "run_notebooks.py"), "--ssisim", SSISIM]
LEAST_PNG = 5000   # bytes; an empty figure has less


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return json.load(file)


def value_at(run, name):
    """A metric's value, found without the package under test."""
    keys = name.split(".")
    if keys[0] == "calls" and keys[2] not in ("all", "local", "remote"):
        keys.insert(2, "all")
    for key in keys:
        if isinstance(run, list):
            run = run[int(key)]
        else:
            run = run[key] if key in run else run[key + "_ns"]
    return run


class Notebooks(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.out = held.name

    def test_all_run_and_their_numbers_are_those_of_the_results(self):
        done = subprocess.run([*RUN, "--out", self.out], capture_output=True, text=True, timeout=900, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        names = sorted(name[:-6] for name in os.listdir(NOTEBOOKS) if name.endswith(".ipynb"))
        self.assertGreaterEqual(len(names), 2)
        pictures = [name for name in os.listdir(self.out) if name.endswith(".png")]
        for name in names:
            with self.subTest(name=name):
                notebook = read(NOTEBOOKS, name + ".ipynb")
                runs = read(self.out, "runs", notebook["metadata"]["ssisim"]["scenario"], "results.json")["runs"]
                answer = read(self.out, name + ".answer.json")
                self.assertGreater(len(answer["answer"]), 80)
                self.assertGreater(len(answer["numbers"]), 3)
                for number in answer["numbers"]:
                    run, = [run for run in runs if all(run[key] == number[key] for key in ("label", "fidelity", "seed"))]
                    self.assertEqual(number["value"], value_at(run, number["metric"]), number)
                with open(os.path.join(self.out, name + ".html"), encoding="utf-8") as file:
                    html = file.read()
                self.assertIn("data:image/png", html)
                self.assertNotIn("file:///usr/share", html)
                self.assertTrue([picture for picture in pictures if picture.startswith(name[:2])])
        for picture in pictures:
            self.assertGreater(os.path.getsize(os.path.join(self.out, picture)), LEAST_PNG, picture)

    def test_they_are_committed_without_outputs_and_open_with_a_question(self):
        for name in sorted(os.listdir(NOTEBOOKS)):
            with self.subTest(name=name):
                cells = read(NOTEBOOKS, name)["cells"]
                for cell in cells:
                    self.assertFalse(cell.get("outputs"))
                    self.assertIsNone(cell.get("execution_count"))
                self.assertRegex("".join(cells[0]["source"]).split("\n")[0], r"^# .*\?$")
                self.assertIn("answer(", "".join(cells[-1]["source"]))

    def test_a_cell_that_fails_is_told(self):
        notebook = read(NOTEBOOKS, "01_first_run.ipynb")
        notebook["cells"] = notebook["cells"][:2]
        notebook["cells"][1]["source"] += "\nraise ValueError('planted')"
        path = os.path.join(self.out, "planted.ipynb")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(notebook, file)
        done = subprocess.run([*RUN, "--out", self.out, path], capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("planted", done.stderr)


if __name__ == "__main__":
    unittest.main()
