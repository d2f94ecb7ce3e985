#!/usr/bin/python3
"""House rules as a test: include rules of the rooms, bans, sizes. `tidy_test.py --update` lowers the ratchet of sizes."""
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import sizes
from rules import MAY_INCLUDE, RULES
from source import ROOT, Source, all_sources, room_of


class Rules(unittest.TestCase):
    """The rules themselves: each must fire on bad snippets and only there."""

    def test_each_rule_refuses_its_bad_examples(self):
        for rule in RULES:
            self.assertTrue(rule.refuses, f"{rule.name} has no example that it refuses")
            for path, text in rule.refuses:
                with self.subTest(rule=rule.name, path=path, text=text):
                    self.assertTrue(list(rule.check(Source(path, text)) or ()))

    def test_each_rule_accepts_its_good_examples(self):
        for rule in RULES:
            self.assertTrue(rule.accepts, f"{rule.name} has no example that it accepts")
            for path, text in rule.accepts:
                with self.subTest(rule=rule.name, path=path, text=text):
                    self.assertEqual(list(rule.check(Source(path, text)) or ()), [])

    def test_comments_and_strings_are_not_code(self):
        source = Source("models/x.cpp", 'int a; // static int b;\nauto s = "throw \\" x";\n/* throw\n */ char c = \'"\';\n'
                        'int d = 1\'000;\n')
        self.assertNotIn("static", source.code)
        self.assertNotIn("throw", source.code)
        self.assertEqual(source.code.count("\n"), source.text.count("\n"))
        self.assertIn("1'000", source.code)

    def test_functions_are_measured(self):
        text = ("// X.\nnamespace a {\nstruct S {\n  int f() const { return 1; }\n  int x{3};\n};\n\nint g(int a,\n      int b) {\n"
                "  if (a) {\n    auto l = [] {\n      return 2;\n    };\n  }\n  return b;\n}\nconst std::array k{\n    f(1),\n};\n}\n")
        self.assertEqual([(f.name, f.line, f.lines) for f in Source("models/x.cpp", text).functions()], [("f", 4, 1), ("g", 8, 9)])

    def test_the_ratchet_only_shrinks(self):
        measured = {"models/a": {"file": (250, "a.cpp"), "function": (20, "a.cpp:1: f"), "columns": (100, "a.cpp:2")}}
        old = {"models/a": {"file": 200, "function": 30, "columns": 100}}
        self.assertEqual(len(list(sizes.problems(measured, old))), 1)
        self.assertEqual(sizes.lowered(measured, old)["models/a"], {"file": 200, "function": 20, "columns": 100})
        self.assertEqual(list(sizes.problems({"new": {"function": (41, "x")}}, {}))[0].split(":")[0], "x")


class Project(unittest.TestCase):
    """The project keeps them."""

    @classmethod
    def setUpClass(cls):
        cls.sources = list(all_sources())

    def refuse(self, problems):
        if problems:
            self.fail("\n" + "\n".join(problems))

    def test_keeps_every_rule(self):
        self.assertGreater(len(self.sources), 50)
        problems = [f"{source.path}:{line}: {rule.name}: {what}"
                    for source in self.sources for rule in RULES for line, what in (rule.check(source) or ())]
        self.refuse(problems)

    def test_does_not_grow(self):
        problems = list(sizes.problems(sizes.measure(self.sources), sizes.read_ratchet()))
        self.refuse(problems)

    def test_every_room_is_known_and_says_what_it_is(self):
        rooms = {room_of(source.path) for source in self.sources if source.path.endswith((".cpp", ".hpp"))}
        problems = [f"{room}: no README.md" for room in sorted(rooms) if not os.path.exists(os.path.join(ROOT, room, "README.md"))
                    and not room.startswith("tests/unit/")]
        for room in sorted(rooms):
            if not room.startswith("tests") and room not in MAY_INCLUDE and room.rsplit("/", 1)[0] + "/*" not in MAY_INCLUDE:
                problems.append(f"{room}: not in MAY_INCLUDE of tests/tidy/rules.py")
        self.refuse(problems)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        sizes.update()
    else:
        unittest.main()
