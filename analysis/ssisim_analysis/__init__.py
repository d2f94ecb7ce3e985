"""Results and traces of ssisim as tidy pandas data frames, strategies compared with confidence intervals, figures in one style.

    from ssisim_analysis import read_results, figures
    results = read_results("results/quickstart")
    results.calls()                                   # one row a run, call, place and figure; the unit is a column
    results.compare("calls.kill.p50", against="smp")  # ratio and 95 % interval, paired by seed
    figures.slow_down(results, against="smp")

Times stay integer nanoseconds, as in results.json, until a figure is drawn. Reads only what ssisim wrote."""
from .results import NoResult, Results, read_conformance, read_results
from .statistics import paired_ratio
from .traces import Trace, read_ops, read_trace

__all__ = ["NoResult", "Results", "Trace", "paired_ratio", "read_conformance", "read_ops", "read_results", "read_trace"]
