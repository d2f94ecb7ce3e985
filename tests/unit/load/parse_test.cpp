#include "sim/load/parse.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "models/base/random.hpp"
#include "tests/unit/load/helpers.hpp"

namespace ssi::load {
namespace {

using Type = Node::Type;

struct Parsed {
  Document document;
  Problems problems;
  Node* root;
  explicit Parsed(std::string_view text) : root(parse_json(text, *document.add_source("f.json"), document, problems)) {}
  std::string first() const { return problems.empty() ? "" : to_string(problems.sorted()[0]); }
};

TEST(Parse, KnowsPlacesAndPointers) {
  Parsed p("{ // note\n  \"a/b\": [1, {\"~\": /* x */ \"\xc3\xa4\xc3\xb6\" , \"n\": -2.5}],\n\"t\":true}");
  ASSERT_NE(p.root, nullptr);
  const Node* list = p.root->find("a/b");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(pointer_of(*list), "/a~1b");
  EXPECT_EQ(std::pair(list->key_line, list->key_column), std::pair(std::size_t{2}, std::size_t{3}));
  EXPECT_EQ(std::pair(list->line, list->column), std::pair(std::size_t{2}, std::size_t{10}));
  const Node* text = list->children[1]->find("~");
  EXPECT_EQ(pointer_of(*text), "/a~1b/1/~0");
  EXPECT_EQ(text->text, "\xc3\xa4\xc3\xb6");
  EXPECT_EQ(text->column, 28U);
  EXPECT_EQ(list->children[1]->find("n")->column, 40U) << "columns count characters, not bytes";
  EXPECT_EQ(list->children[1]->find("n")->real, -2.5);
  EXPECT_EQ(p.root->find("t")->line, 3U);
}

TEST(Parse, AcceptsByteOrderMarkAndComments) {
  EXPECT_NE(Parsed("\xef\xbb\xbf{}").root, nullptr);
  EXPECT_EQ(Parsed("\xef\xbb\xbf\xef\xbb\xbf{}").root, nullptr);
  EXPECT_NE(Parsed("// a\n/* b */ {} // c").root, nullptr);
  EXPECT_NE(Parsed("\r\n\t 1").root, nullptr);
}

TEST(Parse, KeepsIntegersApartFromReals) {
  Parsed p("[9223372036854775807, -9223372036854775808, 9223372036854775808, 18446744073709551615, 2.0, 1e3, -0]");
  ASSERT_NE(p.root, nullptr);
  EXPECT_TRUE(p.problems.empty()) << p.first();
  const Type types[] = {Type::integer, Type::integer, Type::big_integer, Type::big_integer, Type::real, Type::real, Type::integer};
  for (std::size_t i = 0; i < std::size(types); ++i) EXPECT_EQ(p.root->children[i]->type, types[i]) << i;
}

struct Bad {
  std::string text, says;
};

const Bad kCases[] = {
    {"", "f.json:1:1: /: there is nothing"},
    {" // x\n", "f.json:2:1: /: there is nothing"},
    {"{\"a\": 1,}", "f.json:1:9: /: a comma before '}'"},
    {"[1,\n]", "f.json:2:1: /: a comma before ']'"},
    {"{\"a\" 1}", "f.json:1:6: /a: found 1, expected ':'"},
    {"{\"a\": }", "f.json:1:7: /a: found '}', expected a value"},
    {"[1 2]", "f.json:1:4: /: found 2, expected ',' or ']'"},
    {"{\"a\": [1, 2}", "f.json:1:12: /a: found '}', expected ',' or ']'"},
    {"[1, 2", "f.json:1:6: /: the text ends, but the '[' opened at 1:1 is not closed"},
    {"{\"a\": NaN}", "f.json:1:7: /a: NaN is not a number"},
    {"[-Infinity]", "f.json:1:2: /: -Infinity is not a number"},
    {"[01]", "f.json:1:3: /: 01 has a leading zero"},
    {"[-01]", "f.json:1:4: /: -01 has a leading zero"},
    {"[+1]", "f.json:1:2: /: +1 starts with a plus"},
    {"[.5]", "f.json:1:2: /: .5 starts with a point (write 0.5)"},
    {"[1.]", "f.json:1:2: /: 1. is not a number"},
    {"[1e]", "f.json:1:2: /: 1e is not a number"},
    {"[0x10]", "f.json:1:3: /: 0x10 is hexadecimal"},
    {"[5us]", "f.json:1:3: /: a quantity with a unit stands in quotes (write \"5us\")"},
    {"[1.5Gbps]", "(write \"1.5Gbps\")"},
    {"[1e999]", "f.json:1:2: /: 1e999 is beyond"},
    {"[True]", "True is not JSON (write true)"},
    {"[smp]", "smp stands without quotes (write \"smp\""},
    {"{name: 1}", "keys stand in quotes (write \"name\")"},
    {"{'name': 1}", "single quotes"},
    {"['a']", "single quotes"},
    {"[1] x", "f.json:1:5: /: found x, expected the end of the text"},
    {"[1] /* x", "f.json:1:5: /: a comment that is not closed"},
    {"# x\n[]", "'#' does not start a comment"},
    {"<?xml ?>", "looks like XML"},
    {"[\"a\nb\"]", "f.json:1:4: /: the line ends inside a string"},
    {"[\"a\tb\"]", "f.json:1:4: /: a control character"},
    {"[\"a\\qb\"]", "f.json:1:4: /: \"\\q\" is not an escape"},
    {"[\"\\u12g4\"]", "f.json:1:3: /: \"\\u12g4\" is not an escape"},
    {"[\"\\ud800\"]", "half of a surrogate pair"},
    {"[\"\\udc00\"]", "half of a surrogate pair"},
    {"[\"abc", "f.json:1:2: /: this string is never closed"},
    {"{\"abc", "f.json:1:2: /: this string is never closed"},
    {"[\"\xff\"]", "f.json:1:3: /: the byte 0xff is not UTF-8"},
    {"[\"\xc3\xa4\xc0\xaf\"]", "f.json:1:4: /: the byte 0xc0 is not UTF-8"},
    {"[\"\xed\xa0\x80\"]", "the byte 0xed is not UTF-8"},
    {"[\"\xf4\x90\x80\x80\"]", "the byte 0xf4 is not UTF-8"},
    {"[\"\xe2\x82", "the byte 0xe2 is not UTF-8"},
    {std::string("{}\0x", 4), "f.json:1:3: /: a NUL byte"},
    {std::string("{\0}\0", 4), "UTF-16"},
    {"\xff\xfe{", "UTF-16"},
    {std::string(65, '[') + std::string(65, ']'),
     "f.json:1:65: "
     "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0: "
     "nested deeper than 64"},
    {std::string(5'000'000, '['), "nested deeper than 64"},
};

TEST(Parse, SaysWhereAndWhy) {
  for (const Bad& bad : kCases) {
    Parsed p(bad.text);
    EXPECT_EQ(p.root, nullptr) << bad.text.substr(0, 80);
    ASSERT_EQ(p.problems.size(), 1U) << bad.text.substr(0, 80);
    EXPECT_NE(p.first().find(bad.says), std::string::npos) << p.first() << "\n  lacks: " << bad.says;
    testing::expect_well_formed(p.problems.sorted());
  }
}

TEST(Parse, GoesOnAfterDoubleKeysAndLostDigits) {
  Parsed p(
      "{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2, \"c\": 3},\n \"a\": 1e-999, \"d\": 18446744073709551616, \"e\": 0e-999, \"f\": \"\\u0000\"}");
  ASSERT_NE(p.root, nullptr);
  const char* expected[] = {
      "f.json:1:24: /b/c: the key \"c\" stands twice, first at 1:16",    "f.json:1:32: /b/c: the key \"c\" stands twice, first at 1:16",
      "f.json:2:2: /a: the key \"a\" stands twice, first at 1:2",        "f.json:2:7: /a: 1e-999 is too close to 0",
      "f.json:2:20: /d: 18446744073709551616 does not fit into 64 bits", "f.json:2:60: /f: the string holds a NUL"};
  auto problems = p.problems.sorted();
  ASSERT_EQ(problems.size(), std::size(expected)) << testing::shown(problems);
  for (std::size_t i = 0; i < problems.size(); ++i) EXPECT_EQ(to_string(problems[i]).find(expected[i]), 0U) << to_string(problems[i]);
}

TEST(Parse, LimitsDepthAndCount) {
  EXPECT_NE(Parsed(std::string(64, '[') + std::string(64, ']')).root, nullptr);
  std::string many = "[";
  for (int i = 0; i < 1'000'001; ++i) many += "0,";
  EXPECT_NE(Parsed(many).first().find("more than a million values"), std::string::npos);
}

// The value's text is found at its line and column.
void expect_in_place(const std::vector<std::string>& lines, const Node& node) {
  ASSERT_LE(node.line, lines.size());
  const std::string& line = lines[node.line - 1];
  ASSERT_LE(node.column, line.size());
  std::string here = line.substr(node.column - 1);
  const char* starts[] = {"null", node.boolean ? "true" : "false", node.text.c_str(), node.text.c_str(), node.text.c_str(), "\"", "[", "{"};
  EXPECT_TRUE(here.starts_with(starts[static_cast<std::size_t>(node.type)])) << here;
  for (const Node* child : node.children) expect_in_place(lines, *child);
}

std::string blank(Stream& random) {
  static const std::string kBlanks[] = {"", " ", "\n", "\t", "//,\"]\n", "/*:\n\"[*/", "  "};
  return kBlanks[random.below(std::size(kBlanks))];
}

// A random document, with blanks and comments wherever they may stand.
std::string random_json(Stream& random, int depth) {
  static const std::string kPlain[] = {"null", "true",         "false",   "0",        "-12",          "1.5e-3",
                                       "\"\"", "\"a\\\"],{\"", "\"//x\"", "\"\\\\\"", "\"\\u0041:\"", "12E+2"};
  std::uint64_t kind = depth == 0 ? 0 : random.below(3);
  if (kind == 0) return kPlain[random.below(std::size(kPlain))];
  std::string out = kind == 1 ? "[" : "{";
  std::uint64_t count = random.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    out += (i > 0 ? "," : "") + blank(random);
    if (kind == 2) {
      out += "\"k" + std::to_string(i) + "\"" + blank(random);
      out += ":" + blank(random);
    }
    out += random_json(random, depth - 1) + blank(random);
  }
  return out + blank(random) + (kind == 1 ? "]" : "}");
}

TEST(Parse, FindsEveryValueOfRandomDocumentsInPlace) {
  Stream random(3);
  for (int i = 0; i < 3'000; ++i) {
    std::string text = blank(random);
    text += random_json(random, 4) + blank(random);
    Parsed p(text);
    ASSERT_NE(p.root, nullptr) << text << "\n" << p.first();
    std::vector<std::string> lines(1);
    for (char c : text)
      if (c == '\n') lines.emplace_back();
      else lines.back() += c;
    expect_in_place(lines, *p.root);
    if (::testing::Test::HasFailure()) FAIL() << text;
  }
}

// Whatever is broken, there is one problem or a tree, never a crash, and nlohmann agrees on which.
TEST(Parse, SurvivesMutations) {
  Stream random(4);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = testing::kScenario;
    for (std::uint64_t k = random.below(3) + 1; k > 0; --k) {
      std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0: text[at] = static_cast<char>(random.below(256)); break;
        case 1: text.erase(at, 1 + random.below(8)); break;
        case 2: text.insert(at, 1, "\"{}[],:/*-e0.\\"[random.below(14)]); break;
        default: text.resize(at + 1);
      }
    }
    Parsed p(text);
    bool accepted = nlohmann::json::accept(text, true) && text.find('\0') == std::string::npos;
    EXPECT_EQ(p.root != nullptr, accepted) << text << "\n" << p.first();
    testing::expect_well_formed(p.problems.sorted());
    if (::testing::Test::HasFailure()) FAIL() << text;
  }
}

}   // namespace
}   // namespace ssi::load
