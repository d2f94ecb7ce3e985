"""The project's files as the tidy rules see them: text with comments and strings blanked, and the functions in it."""
import ast
import os
import re
from dataclasses import dataclass
from functools import cached_property

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = {".git", "build", "results", "__pycache__", ".ipynb_checkpoints"}
CPP = (".cpp", ".hpp")

_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
_TEMPLATE = re.compile(r"template\s*<[^{}]*?>\s*(?=\w|\[)")


@dataclass(frozen=True)
class Function:
    name: str
    line: int
    lines: int


class Source:
    def __init__(self, path, text):
        self.path = path    # from the project's root, with /
        self.text = text

    @cached_property
    def code(self):
        """The text with comments and string contents turned into blanks; line numbers stay."""
        def blank(match):
            token = match.group(0)
            kept = '""' if token[0] in '"R' else ""
            return kept + re.sub(r"[^\n]", " ", token[len(kept):])
        return _TOKEN.sub(blank, self.text) if self.path.endswith(CPP) else self.text

    @cached_property
    def lines(self):
        return self.text.split("\n")

    def includes(self):
        """(line, what, quoted) of every #include."""
        for number, line in enumerate(self.lines, 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if found:
                yield number, found.group(2), found.group(1) == '"'

    def functions(self):
        return _python_functions(self.text) if self.path.endswith(".py") else list(_cpp_functions(self.code))


def _python_functions(text):
    return [Function(node.name, node.lineno, node.end_lineno - node.lineno + 1)
            for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def _cpp_functions(code):
    """Bodies in braces whose head, at namespace or class level, has a parameter list. Lambdas belong to what holds them."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code, flags=re.M)
    scopes = []   # of open braces: True where functions may be defined
    head = 0
    for found in re.finditer(r"[{};]", code):
        token, at = found.group(0), found.start()
        inside = all(kind is True for kind in scopes)
        if token == "{":
            text = _TEMPLATE.sub("", code[head:at])
            if inside and _SCOPE.search(text) and "(" not in text:
                scopes.append(True)
            elif inside and "(" in text and "= " not in text.split("(")[0]:
                scopes.append((head + len(code[head:at]) - len(code[head:at].lstrip()), text))
            else:
                scopes.append(False)
        elif token == "}" and scopes:
            kind = scopes.pop()
            if isinstance(kind, tuple):
                start, text = kind
                name = re.findall(r"([~\w:]+)\s*\(", text)
                first = code.count("\n", 0, start) + 1
                yield Function(name[0] if name else "?", first, code.count("\n", 0, at) + 2 - first)
        if all(kind is True for kind in scopes):
            head = found.end()


def all_sources():
    """Every text file of the project that a person writes, in the order of its path."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and not f.startswith("build"))
        for name in sorted(files):
            if name.endswith(CPP + (".py", ".md", ".json", ".txt", ".cff", ".xml")) or name in ("dev", "run"):
                full = os.path.join(folder, name)
                with open(full, encoding="utf-8", errors="replace") as file:
                    yield Source(os.path.relpath(full, ROOT).replace(os.sep, "/"), file.read())


def room_of(path):
    """The room that a file belongs to: models/protocol/X, sim/X, tests/X, ... or the top folder ("." at the root)."""
    parts = path.split("/")[:-1]
    deep = 3 if parts[:2] in (["models", "protocol"], ["models", "strategy"], ["tests", "unit"]) else 2
    return "/".join(parts[:deep]) or "."
