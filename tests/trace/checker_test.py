#!/usr/bin/python3
"""The checker of traces: a good trace passes, and each of these broken ones is refused for its own reason."""
import json
import sys
import unittest

sys.dont_write_bytecode = True
import check_trace

sys.argv[1:] = []   # the program, which this test does not need

TRACK = '"pid":1,"tid":3'
OTHER = '"pid":2,"tid":4'
NAMES = [f'{{"ph":"M","name":"{what}_name",{track},"args":{{"name":"{name}"}}}}'
         for track, process in ((TRACK, "node 0"), (OTHER, "node 1")) for what, name in (("process", process), ("thread", "kernel"))]
GOOD = NAMES + [
    '{"ph":"X","name":"KILL","cat":"message","ts":1.000,"dur":2.500,' + TRACK + '}',
    '{"ph":"X","name":"inner","cat":"message","ts":1.000,"dur":1.000,' + TRACK + '}',
    '{"ph":"X","name":"none","cat":"message","ts":3.500,"dur":0.000,' + TRACK + '}',
    '{"ph":"X","name":"KILL","cat":"message","ts":9.000,"dur":1.000,' + OTHER + '}',
    '{"ph":"s","name":"KILL","cat":"message","ts":3.499,' + TRACK + ',"id":1}',
    '{"ph":"f","name":"KILL","cat":"message","ts":9.000,"bp":"e",' + OTHER + ',"id":1}',
    '{"ph":"b","name":"kill","cat":"call","ts":0.500,' + TRACK + ',"id":1}',
    '{"ph":"e","name":"kill","cat":"call","ts":9.500,' + TRACK + ',"id":1}',
    '{"ph":"C","name":"waiting","ts":1.000,"pid":1,"args":{"value":1}}',
    '{"ph":"C","name":"waiting","ts":2.000,"pid":1,"args":{"value":0}}',
    '{"ph":"i","name":"crash","ts":4.000,"s":"p",' + TRACK + '}',
]
# Two slices that abut, but not in doubles from the first event on: 12.3 - 0.5 + 1.3 > 13.6 - 0.5
AFTER = ('{"ph":"X","name":"a","cat":"message","ts":12.300,"dur":1.300,' + OTHER + '},\n'
         '{"ph":"X","name":"b","cat":"message","ts":13.600,"dur":1.000,' + OTHER)
# (what is replaced, by what, part of the complaint)
BROKEN = [
    ('"ts":1.000,"dur":2.500', '"ts":NaN,"dur":2.500', "NaN is no number"),
    ('"dur":2.500', '"dur":-2.500', "no time of microseconds"),
    ('"ts":1.000,"dur":2.500', '"ts":1.0001,"dur":2.500', "three decimals"),
    ('"ts":1.000,"dur":2.500', '"ts":1,"dur":2.500', "three decimals"),
    ('"ts":1.000,"dur":2.500', '"ts":0.9999,"dur":2.500', "three decimals"),
    ('"ts":1.000,"dur":2.500', '"ts":1.000,"dur":2.4999', None),
    ('"ts":9.000,"dur":1.000,' + OTHER, '"ts":9.000,"dur":1.000,' + OTHER + '},\n' + AFTER, "as doubles, a slice"),
    ('"ts":9.000,"dur":1.000,' + OTHER, '"ts":9.000,"dur":1.000,' + OTHER + '},\n' + AFTER.replace("1.300", "1.2999"), None),
    ('"ts":1.000,"dur":2.500', '"ts":1e3,"dur":2.500', "three decimals"),
    ('"ts":1.000,"dur":2.500', '"ts":1.000,"ts":1.000,"dur":2.500', "a key twice"),
    ('"ts":1.000,"dur":2.500,', '"dur":2.500,', "ts missing"),
    ('"ph":"X","name":"inner"', '"ph":"Y","name":"inner"', "unknown phase"),
    ('"name":"inner"', '"name":""', "a name that is no text"),
    ('"name":"inner"', '"name":7', "a name that is no text"),
    ('"ts":1.000,"dur":1.000', '"ts":1.000,"dur":3.000', None),   # longer than the other: now that one is inside, and still nests
    ('"ts":1.000,"dur":1.000', '"ts":2.000,"dur":3.000', "ends outside the slice"),
    ('"ts":3.500,"dur":0.000', '"ts":3.400,"dur":0.200', "ends outside the slice"),
    ('"ts":1.000,"dur":1.000', '"ts":1.000,"dur":0.000', "has no length and begins at 1000 ns with KILL"),
    ('"ts":3.499,', '"ts":3.500,', None),                          # at a slice of no length: inside it
    ('"ts":3.499,', '"ts":3.600,', "the beginning of arrow 1 is in no slice"),
    ('"ts":3.499,', '"ts":0.100,', "the beginning of arrow 1 is in no slice"),
    ('"ts":9.000,"bp"', '"ts":10.000,"bp"', "the end of arrow 1 is in no slice"),
    ('"ts":9.000,"bp"', '"ts":2.000,"bp"', "ends before it begins"),
    ('"bp":"e"', '"bp":"n"', "binds to the next slice"),
    ('"bp":"e",', "", "bp missing"),
    ('"bp":"e",' + OTHER + ',"id":1', '"bp":"e",' + OTHER + ',"id":2', "1 beginnings and 0 ends"),
    ('"ts":3.499,' + TRACK + ',"id":1', '"ts":3.499,' + TRACK + ',"id":"1"', "not a whole number"),
    ('{"ph":"f","name":"KILL"', '{"ph":"f","name":"LIST"', "ends under another name"),
    ('{"ph":"f","name":"KILL","cat":"message"', '{"ph":"f","name":"KILL","cat":"messages"', "0 beginnings and 1 ends"),
    ('"ts":9.500,' + TRACK, '"ts":9.500,' + OTHER, "ends in another process"),
    ('"ts":9.500,' + TRACK, '"ts":0.400,' + TRACK, "ends before it begins"),
    ('{"ph":"e","name":"kill","cat":"call",', '{"ph":"e","name":"kill",', "cat missing"),
    ('"args":{"value":0}', '"args":{"value":"0"}', "no number"),
    ('"args":{"value":0}', '"args":{"value":-1}', "below 0"),
    ('"args":{"value":0}', '"args":{}', "no number"),
    ('"args":{"value":0}', '"args":{"value":1}', "without a change"),
    ('"name":"waiting","ts":2.000', '"name":"waiting","ts":0.500', "back in time"),
    ('"ts":4.000,"s":"p"', '"ts":4.000,"s":"x"', "scope"),
    ('"ts":4.000,"s":"p","pid":1,"tid":3', '"ts":4.000,"s":"p","pid":1,"tid":0', "not a whole number from 1"),
    ('"ts":4.000,"s":"p","pid":1,"tid":3', '"ts":4.000,"s":"p","pid":1,"tid":4', "two processes"),
    ('"ts":4.000,"s":"p","pid":1,"tid":3', '"ts":4.000,"s":"p","pid":1,"tid":2', "also a pid"),
    ('"ts":4.000,"s":"p","pid":1,"tid":3', '"ts":4.000,"s":"p","pid":1,"tid":9', "has 0 names"),
    ('"ts":2.000,"pid":1,', '"ts":2.000,"pid":7,', "has 0 names"),
    ('"thread_name",' + OTHER, '"thread_label",' + OTHER, "unknown metadata"),
]


def whole(events):
    return '{"metadata":{},"traceEvents":[' + ",\n".join(events) + "]}"


class Checker(unittest.TestCase):
    def test_a_good_trace_passes(self):
        self.assertEqual(list(check_trace.problems(whole(GOOD))), [])

    def test_broken_traces_are_refused(self):
        text = whole(GOOD)
        for old, new, complaint in BROKEN:
            with self.subTest(old=old, new=new):
                self.assertEqual(text.count(old), 1)
                found = list(check_trace.problems(text.replace(old, new)))
                if complaint is None:
                    self.assertEqual(found, [])
                else:
                    self.assertIn(complaint, "\n".join(found))

    def test_every_event_taken_away_or_doubled_is_noticed(self):
        harmless = ('"ph":"X","name":"inner"', '"ph":"X","name":"none"', '"ph":"i"', '"ph":"C"')
        for i, event in enumerate(GOOD):
            with self.subTest(event=event):
                fewer = list(check_trace.problems(whole(GOOD[:i] + GOOD[i + 1:])))
                self.assertEqual(fewer == [], any(part in event for part in harmless), fewer)
                twice = list(check_trace.problems(whole(GOOD[:i] + [event] + GOOD[i:])))
                self.assertEqual(twice == [], '"ph":"X"' in event or '"ph":"i"' in event, twice)

    def test_a_document_cut_off_anywhere_is_refused(self):
        text = whole(GOOD)
        for end in range(len(text)):
            self.assertNotEqual(list(check_trace.problems(text[:end])), [])

    def test_other_documents_are_refused(self):
        for document in ([], {}, {"traceEvents": []}, {"traceEvents": {}, "metadata": {}}, {"traceEvents": [3], "metadata": {}}):
            self.assertNotEqual(list(check_trace.problems(json.dumps(document))), [])


if __name__ == "__main__":
    unittest.main()
