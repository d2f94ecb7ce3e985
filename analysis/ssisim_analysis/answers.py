"""How a notebook ends: its answer in words, and the numbers that it rests on, each under ssisim's own name of it."""
import json
import os

from IPython.display import Markdown

from .results import RUN, metric_of


class Numbers:
    """Takes figures out of Results for an answer, and remembers which: the tests look whether results.json says the same."""

    def __init__(self, results):
        self.results = results
        self.used = []

    def __call__(self, label, metric, seed=None):
        """Of the label's first run, or of the one with this seed."""
        for run in self.results.document["runs"]:
            if run["label"] == label and seed in (None, run["seed"]):
                value = metric_of(run, metric)
                self.used.append({**{key: run[key] for key in RUN}, "metric": metric, "value": value})
                return value
        raise KeyError(f"no run of {label}, seed {seed}")


def answer(name, text, numbers):
    """Shows `text`; where SSISIM_FIGURES says so, keeps it with its numbers as NAME.answer.json."""
    folder = os.environ.get("SSISIM_FIGURES")
    if folder:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"{name}.answer.json"), "w", encoding="utf-8") as file:
            json.dump({"answer": text, "numbers": numbers.used}, file, indent=1)
    return Markdown(text)
