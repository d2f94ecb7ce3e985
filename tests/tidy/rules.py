"""The house rules as a table. Each rule looks at one Source and yields (line, what is wrong); each carries an example that it
must refuse and one that it must accept, so that no rule can be dead."""
import re
from dataclasses import dataclass, field
from typing import Callable

from source import CPP, Source, room_of

# Which folders and headers of ours a room may include; its own are always allowed. The table of README.md's map of rooms.
_PORTS = ("models/base/", "models/port/")
_HOST = _PORTS + ("models/config/", "models/workload/", "models/strategy/registry.hpp", "sim/record/")
_REGISTRIES = ("models/strategy/registry.hpp", "models/workload/registry.hpp", "models/protocol/registry.hpp")
MAY_INCLUDE = {
    "models/base": (),
    "models/port": ("models/base/",),
    "models/config": ("models/base/",),
    "models/native": _PORTS,
    "models/protocol/*": _PORTS,
    "models/protocol/hlrc": _PORTS + ("models/protocol/release/",),   # a library: how both synchronise
    "models/protocol/lrc": _PORTS + ("models/protocol/release/",),
    "models/protocol": _PORTS + ("models/config/",),
    "models/parts": _PORTS + ("models/config/", "models/native/", "models/protocol/"),
    "models/strategy/*": _PORTS + ("models/config/", "models/native/", "models/protocol/", "models/parts/",
                                    "models/strategy/registry.hpp"),
    "models/strategy/dsm_first": _PORTS + ("models/config/", "models/protocol/", "models/strategy/registry.hpp"),   # a kernel of its own
    "models/strategy": _PORTS + ("models/config/",),
    "models/workload": ("models/base/", "models/config/", "models/port/calls.hpp"),
    "models/conformance": ("models/base/", "models/port/calls.hpp", "models/workload/"),
    "sim/load": ("models/base/", "models/config/", "sim/record/", "sim/fuzz/plan.hpp") + _REGISTRIES,
    "sim/report": ("models/base/", "models/config/", "models/port/calls.hpp", "sim/record/") + _REGISTRIES,
    "sim/record": _PORTS,
    "sim/world": _PORTS + ("models/config/", "models/strategy/registry.hpp"),
    "sim/fuzz": _PORTS + ("models/config/", "models/strategy/registry.hpp", "sim/world/"),
    "sim/platform": _HOST,
    "sim/cluster": _HOST + ("sim/platform/",),
    "sim/cli": ("sim/", "models/base/", "models/config/", "models/conformance/") + _REGISTRIES,
    "sim": ("sim/cli/", "models/base/") + _REGISTRIES,
}
# Libraries that only some rooms may use.
LIBRARIES = {
    r"simgrid/|xbt/|xbt\.h|smpi/": ("sim/platform", "sim/cluster", "tests/sim", "tests/bench"),
    r"nlohmann/": ("sim/load", "sim/report", "sim/cli", "tests/"),
    r"boost/(?!container/flat_)": ("sim/cli",),   # flat_map and flat_set: small sorted containers, for all
    r"fmt/": ("sim/", "tests/"),
    r"gtest/|gmock/|benchmark/": ("tests/",),
    r"(chrono|thread)$": ("sim/cli", "tests/"),
    r"(random|iostream)$": ("tests/",),
    r"(fstream|filesystem|ctime|mutex|shared_mutex|atomic|future|condition_variable|sys/.*|unistd\.h)$": ("sim/", "tests/"),
}


@dataclass(frozen=True)
class Rule:
    name: str
    check: Callable[[Source], object]
    refuses: list = field(default_factory=list)   # (path, text)
    accepts: list = field(default_factory=list)


def _in(source, *prefixes):
    return source.path.endswith(CPP) and source.path.startswith(prefixes)


def _room_row(path):
    room = room_of(path)
    for row in (room, room.rsplit("/", 1)[0] + "/*"):
        if row in MAY_INCLUDE:
            return room, MAY_INCLUDE[row]
    return room, None


def rooms(source):
    room, allowed = _room_row(source.path)
    if allowed is None or not source.path.endswith(CPP):
        return
    if source.path in ("models/strategy/registry.cpp", "models/workload/registry.cpp", "models/protocol/registry.cpp"):
        allowed += (room + "/",)
    for line, what, quoted in source.includes():
        own = what.rsplit("/", 1)[0] == room
        if quoted and not own and not what.startswith(allowed):
            yield line, f'{room} may not include "{what}" (it may: {", ".join(allowed) or "nothing of ours"})'


def libraries(source):
    if not source.path.endswith(CPP):
        return
    for line, what, _ in source.includes():
        for pattern, allowed in LIBRARIES.items():
            if re.match(pattern, what) and not (source.path.startswith(allowed)):
                yield line, f"<{what}> is for {', '.join(allowed)} only"


def banned(pattern, why, *prefixes, but=None, comment=None):
    """A rule that refuses `pattern` in the code of files under `prefixes`, unless the line has `comment`."""
    compiled = re.compile(pattern)

    def check(source):
        if not _in(source, *prefixes) or (but and re.search(but, source.path)):
            return
        for number, line in enumerate(source.code.split("\n"), 1):
            if compiled.search(line) and not (comment and comment in source.lines[number - 1]):
                yield number, why
    return check


def catch_all(source):
    for found in re.finditer(r"catch\s*\(\s*\.\.\.\s*\)\s*\{", source.code if source.path.endswith(CPP) else ""):
        depth, at = 1, found.end()
        while depth and at < len(source.code):
            depth += {"{": 1, "}": -1}.get(source.code[at], 0)
            at += 1
        if not re.search(r"\bthrow\s*;|current_exception", source.code[found.end():at]):
            yield source.code.count("\n", 0, found.start()) + 1, "catch (...) that swallows what it caught"


_DRAW = re.compile(r"\b\w*(?:draws|stream|gaps|random)_?\.(?:next|unit|below)\(|\.draw\(|"
                   r"\b(?:exponential|lognormal|normal|pareto|uniform)\((?!Stream)")


def two_draws(source):
    if not _in(source, "models/", "sim/"):
        return
    at = 0
    for statement in re.split(r"[;{}]", source.code):
        branches = re.split(r"[?:]\s", statement) if "?" in statement else [statement]
        if any(len(_DRAW.findall(branch)) > 1 for branch in branches):
            yield source.code.count("\n", 0, at) + 1, "two draws in one expression: their order is the compiler's choice"
        at += len(statement) + 1


def header_opens(source):
    if source.path.endswith(".hpp"):
        if not source.text.startswith("// "):
            yield 1, "a header opens with a comment: what it is and what always holds"
        if "#pragma once" not in source.text:
            yield 1, "no #pragma once"


def readme_length(source):
    if source.path.endswith("README.md"):
        limit = 120 if source.path == "README.md" else 40
        if len(source.lines) - 1 > limit:
            yield limit + 1, f"a README here has at most {limit} lines"


def marks(source):
    for number, line in enumerate(source.lines, 1):
        if re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", line):
            yield number, "a mark of unfinished work: do it, or open an issue"
        if re.search(r"\.\./sha" r"red\b|sha" r"red/design", line):
            yield number, "the project must stand without that folder"


def final_newline(source):
    if source.path.endswith(".txt") and source.path.startswith("tests/script/"):
        return   # transcripts, as --rewrite writes them
    if not source.text.endswith("\n") or source.text.endswith("\n\n"):
        yield len(source.lines), "a file ends in exactly one newline"
    for number, line in enumerate(source.lines, 1):
        if line != line.rstrip() or ("\t" in line and source.path.endswith(CPP)):
            yield number, "blanks at the end of a line, or a tab"


_M = "models/native/x.cpp"
_C = "sim/cluster/x.cpp"
RULES = [
    Rule("rooms", rooms,
         [(_M, '#include "models/strategy/smp/smp.hpp"\n'),
          ("models/base/x.hpp", '#include "models/port/calls.hpp"\n'),
          ("models/protocol/vproc/x.cpp", '#include "models/protocol/gossip/table.hpp"\n'),
          ("models/protocol/hlrc/x.cpp", '#include "models/protocol/lrc/lrc.hpp"\n'),
          ("models/protocol/ivy/x.cpp", '#include "models/protocol/registry.hpp"\n'),
          ("models/strategy/smp/x.cpp", '#include "models/strategy/isolated/isolated.hpp"\n'),
          ("models/strategy/registry.hpp", '#include "models/native/processes.hpp"\n'),
          ("models/workload/x.cpp", '#include "models/port/effects.hpp"\n'),
          ("sim/load/x.cpp", '#include "sim/cluster/run.hpp"\n'),
          ("sim/record/x.cpp", '#include "models/config/scenario.hpp"\n'),
          (_C, '#include "models/strategy/smp/smp.hpp"\n')],
         [("models/strategy/registry.cpp", '#include "models/strategy/smp/smp.hpp"\n'),
          ("models/protocol/lrc/x.cpp", '#include "models/protocol/release/node.hpp"\n'),
          ("models/protocol/registry.cpp", '#include "models/protocol/ivy/ivy.hpp"\n'),
          ("models/protocol/vproc/x.cpp", '#include "models/protocol/vproc/messages.hpp"\n#include "models/port/event.hpp"\n'),
          ("sim/cli/x.cpp", '#include "sim/load/load.hpp"\n')]),
    Rule("libraries", libraries,
         [(_M, "#include <simgrid/s4u.hpp>\n"), (_M, "#include <fmt/format.h>\n"), (_M, "#include <random>\n"),
          (_M, "#include <chrono>\n"), (_M, "#include <thread>\n"), (_M, "#include <iostream>\n"), (_M, "#include <atomic>\n"),
          (_C, "#include <nlohmann/json.hpp>\n"), (_C, "#include <random>\n"),
          ("sim/report/x.cpp", "#include <simgrid/s4u.hpp>\n"), ("sim/load/x.cpp", "#include <boost/any.hpp>\n"),
          ("tests/unit/x.cpp", "#include <xbt/log.h>\n")],
         [(_C, "#include <simgrid/s4u.hpp>\n"), ("sim/load/x.cpp", "#include <nlohmann/json.hpp>\n"), (_M, "#include <map>\n")]),
    Rule("unordered",
         banned(r"std::unordered_|std::hash\b",
                "unordered containers: their order could reach a message (say `// lookup only` if it cannot)",
                "models/", "sim/cluster/", "sim/record/", comment="// lookup only"),
         [(_M, "std::unordered_map<int, int> m;\n"), ("sim/cluster/x.hpp", "std::unordered_set<int> s;\n")],
         [(_M, "std::unordered_map<int, int> m;   // lookup only\n"), (_M, "std::map<int, int> m;   // not std::unordered_map\n")]),
    Rule("std_random",
         banned(r"std::\w+_distribution|std::mt19937|random_device|\bs?rand\s*\(|default_random_engine",
                "the library's random numbers differ between libraries: models/base/random.hpp", "models/", "sim/"),
         [(_M, "std::uniform_int_distribution<int> d;\n"), (_M, "int x = rand();\n"), (_C, "std::mt19937_64 g;\n")],
         [(_M, 'Stream draws = root.stream("x");\n')]),
    Rule("wall_clock",
         banned(r"(?<![\w.>])(?:std::|::)?(?:time|clock|gettimeofday|clock_gettime)\s*\(\s*(?:\)|NULL|nullptr|0|&|CLOCK_)",
                "simulated code reads no clock: now is an argument",
                "models/", "sim/cluster/", "sim/record/", "sim/load/", "sim/report/"),
         [(_M, "auto t = time(nullptr);\n"), (_M, "auto t = std::time(0);\n"), (_C, "clock_gettime(CLOCK_MONOTONIC, &t);\n")],
         [(_M, "out.work_time(0);\n")]),
    Rule("statics",
         banned(r"\bthread_local\b|\bstatic\s+(?!const\b|constexpr\b|inline const\b|inline constexpr\b|_)[^;(){}=]*[;={]",
                "no mutable statics in models/", "models/"),
         [(_M, "void f() {\n  static int calls = 0;\n}\n"), (_M, "static std::vector<int> cache;\n"), (_M, "thread_local int x;\n")],
         [(_M, "static const int kOne = 1;\nstruct A { static int f(int x); };\nstatic_assert(true);\n")]),
    Rule("co_await",
         banned(r"(?:[(,?:&|+\-]|\+=)\s*co_await\b|co_await\s+(?:Open|Create|Unlink|Rename|MakeDirectory|ReadDirectory|Stat|Write|Send|"
                r"Listen|Connect|Store|Rfork)\s*\{",
                "g++ 12.2 compiles it wrongly: alone in its statement, of a call that a function makes (models/conformance/ask.hpp)",
                "models/", "tests/"),
         [(_M, "if (good(co_await Wait{})) return;\n"), (_M, "n += co_await Wait{};\n"), (_M, 'co_await Open{"/f", {}};\n')],
         [(_M, 'const Result r = co_await open("/f", {});\nwhile (s.waits()) co_await nap();\n')]),
    Rule("double_time",
         banned(r"\bdouble\s+\w*(?:time|now|instant|deadline|duration|clock|delay|latency)\w*",
                "simulated time is integer nanoseconds: Instant or Duration", "models/", "sim/record/"),
         [(_M, "double now = 0;\n"), (_M, "double service_time;\n")], [(_M, "Instant now;\ndouble ratio;\n")]),
    Rule("catch_all", catch_all,
         [(_M, "try { f(); } catch (...) { }\n")], [(_M, "try { f(); } catch (...) { g(); throw; }\n")]),
    Rule("simgrid_traps",
         banned(r"\bset_receiver\b|\bturn_off\b|\bs4u::Mutex\b|\bset_state_profile\b",
                "misbehaves in the SimGrid that we build on (sim/cluster/README.md); faults are the net layer's",
                "sim/"),
         [(_C, "comm->set_receiver(actor);\n"), (_C, "host->turn_off();\n"), (_C, "auto m = s4u::Mutex::create();\n")],
         [(_C, "// never host->turn_off()\n")]),
    Rule("no_exceptions",
         banned(r"\bthrow\b(?!\s*;)|\btry\s*\{|\bassert\s*\(|\babort\s*\(|\bprintf\s*\(|std::c(?:out|err)\b",
                "in models/: SSI_CHECK or SSI_INVARIANT; no exceptions, no output", "models/", but=r"models/base/check\.cpp$"),
         [(_M, 'throw std::runtime_error("x");\n'), (_M, "assert(x);\n"), (_M, "std::cerr << 1;\n")],
         [(_M, 'SSI_CHECK(x, "throw");\n'), ("models/base/check.cpp", "throw CheckFailed(what);\n")]),
    Rule("two_draws", two_draws,
         [(_M, "const double r = draws.unit() + draws.unit();\n"), (_M, "f(exponential(draws, 1), draws.below(2));\n")],
         [(_M, "const double a = draws.unit();\nconst double b = draws.unit();\n"),
          (_M, "Duration exponential(Stream& draws, double mean_ns);\n"),
          (_M, "const auto x = wide ? draws.next() : draws.below(2);\n")]),
    Rule("header_opens", header_opens,
         [("models/x.hpp", "#pragma once\nint x;\n"), ("models/x.hpp", "// What it is.\nint x;\n")],
         [("models/x.hpp", "// What it is.\n#pragma once\n")]),
    Rule("readme_length", readme_length,
         [("sim/load/README.md", "x\n" * 41), ("README.md", "x\n" * 121)], [("sim/load/README.md", "x\n" * 40)]),
    Rule("marks", marks, [(_M, "// TO" "DO: later\n"), ("README.md", "see ../sha" "red/design\n")], [(_M, "// done\n")]),
    Rule("blanks", final_newline,
         [(_M, "int x;"), (_M, "int x;  \n"), (_M, "int x;\n\n"), (_M, "\tint x;\n")], [(_M, "int x;\n")]),
]
