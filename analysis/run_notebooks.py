#!/usr/bin/python3
"""`run_notebooks.py --ssisim FILE --out DIR [NOTEBOOK...]`: runs the scenario that each notebook asks for in its metadata, executes the
notebook on the result, and writes DIR/NAME.html, its figures as DIR/*.png, and the answer. The kernel is this interpreter, so no kernel
that a user installed gets in the way. Exit 1 when a cell fails."""
import argparse
import os
import subprocess
import sys

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

HERE = os.path.dirname(os.path.abspath(__file__))
NOTEBOOKS = os.path.join(HERE, "notebooks")
CELL_SECONDS = 600


def kernel():
    manager = AsyncKernelManager()
    argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=argv, language="python", display_name="ssisim")   # no public way in jupyter_client 7.4
    return manager


def simulate(ssisim, notebook, out):
    """The results that the notebook asks for."""
    wanted = notebook.metadata["ssisim"]
    folder = os.path.join(out, "runs", wanted["scenario"])
    scenario = os.path.join(os.path.dirname(HERE), "scenarios", wanted["scenario"] + ".json")
    subprocess.run([ssisim, "--scenario", scenario, "--out", folder, *wanted["arguments"]], check=True, stdout=subprocess.DEVNULL)
    return folder


def execute(notebook, results, out):
    os.environ.update(SSISIM_RESULTS=results, SSISIM_FIGURES=out, SSISIM_ANALYSIS=HERE, PYDEVD_DISABLE_FILE_VALIDATION="1")
    os.environ.pop("MPLBACKEND", None)   # ipykernel sets the inline one
    client = NotebookClient(notebook, km=kernel(), timeout=CELL_SECONDS, resources={"metadata": {"path": NOTEBOOKS}})
    client.owns_km = True   # so that it ends the kernel
    client.execute()


def to_html(notebook, path):
    exporter = HTMLExporter()
    exporter.require_js_url = exporter.mathjax_url = ""   # Debian's would be files of this machine
    with open(path, "w", encoding="utf-8") as file:
        file.write(exporter.from_notebook_node(notebook)[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ssisim", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("notebooks", nargs="*")
    given = parser.parse_args()
    out = os.path.abspath(given.out)
    os.makedirs(out, exist_ok=True)
    failed = 0
    for path in given.notebooks or sorted(os.path.join(NOTEBOOKS, name) for name in os.listdir(NOTEBOOKS) if name.endswith(".ipynb")):
        name = os.path.splitext(os.path.basename(path))[0]
        notebook = nbformat.read(path, as_version=4)
        results = simulate(os.path.abspath(given.ssisim), notebook, out)
        try:
            execute(notebook, results, out)
        except CellExecutionError as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed += 1
        to_html(notebook, os.path.join(out, name + ".html"))
        print(os.path.join(out, name + ".html"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
