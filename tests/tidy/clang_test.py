#!/usr/bin/python3
"""Runs the clang tools over the project: `clang_test.py format` (style of .clang-format), `clang_test.py tidy BUILD` (checks of
.clang-tidy, with BUILD/compile_commands.json). Exit 1 when a tool finds something."""
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from source import CPP, ROOT, all_sources


def check_format():
    files = [source.path for source in all_sources() if source.path.endswith(CPP)]
    return subprocess.run(["clang-format", "--dry-run", "--Werror", *files], cwd=ROOT, check=False).returncode


def tidy_one(build, path):
    done = subprocess.run(["clang-tidy", "--quiet", "-p", build, path], cwd=ROOT, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout


def check_tidy(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    files = sorted({command["file"] for command in commands if command["file"].startswith(ROOT + os.sep)})
    worst = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for code, text in pool.map(lambda path: tidy_one(build, path), files):
            worst = max(worst, code)
            sys.stdout.write(text)
    print(f"clang-tidy: {len(files)} files")
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(check_format() if sys.argv[1] == "format" else check_tidy(sys.argv[2]))
