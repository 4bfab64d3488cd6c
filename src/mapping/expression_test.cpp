#include "mapping/expression.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "mapping/expression_node.hpp"
#include "mapping/expression_texts.hpp"

namespace linchpin::mapping {
namespace {

// One line of src/mapping/expression_corpus.txt: program, input and what comes of it, divided by tabs: a list of the
// outputs; "error" where the program fails on that input; "refused" where the language does not have what jq has.
struct Case {
  std::string program, input, expected;
  int line = 0;
};
std::vector<Case> corpus() {
  std::vector<Case> out;
  std::ifstream file("src/mapping/expression_corpus.txt");
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    if (second == std::string::npos) continue;
    out.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1), number});
  }
  return out;
}

std::string outcome(const Case& one) {
  const auto input = parse_json(one.input);
  if (!input) return "the input is not JSON";
  const auto expression = Expression::parse(one.program);
  if (!expression) return "refused";
  const auto values = expression->values(*input);
  return values ? compact(Json(Json::List(*values))) : "error";
}
bool same(const std::string& expected, const std::string& got) {
  if (expected == got) return true;
  const auto a = parse_json(expected), b = parse_json(got);
  return a && b && compare(*a, *b) == 0;
}

TEST(Expression, DoesWhatTheCorpusSays) {
  const auto cases = corpus();
  ASSERT_GT(cases.size(), 100u) << "run it at the root of the tree";
  for (const Case& one : cases) {
    const std::string got = outcome(one);
    EXPECT_TRUE(same(one.expected, got)) << "line " << one.line << ": " << one.program << "\n  expects " << one.expected
                                         << "\n  gives   " << got;
  }
}

// What jq says to all of them, in one run: {"v": outputs} or "error" for each.
std::optional<Json> from_jq(const std::vector<Case>& cases) {
  char folder[] = "/tmp/linchpin_expression_XXXXXX";
  if (!mkdtemp(folder)) return std::nullopt;
  const std::string program = std::string(folder) + "/program", input = std::string(folder) + "/input";
  {
    std::ofstream programs(program), inputs(input);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      programs << (i ? ",\n" : "[") << "(.[" << i << "] | try {v: [" << cases[i].program << "]} catch \"error\")";
      inputs << (i ? "," : "[") << cases[i].input;
    }
    programs << "]";
    inputs << "]";
  }
  FILE* const pipe = popen(("jq -c -f " + program + " " + input).c_str(), "r");
  std::string out;
  char buffer[4096];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, count);
  const int status = pclose(pipe);
  std::filesystem::remove_all(folder);
  if (status != 0) return std::nullopt;
  const auto parsed = parse_json(out);
  return parsed ? std::optional<Json>(*parsed) : std::nullopt;
}

TEST(Expression, DoesWhatJqDoesWhereItIsInstalled) {
  if (std::system("jq --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "jq is not installed";
  std::vector<Case> cases = corpus();
  // A program that is refused here may be one of jq's; what is run here must be jq's answer.
  std::erase_if(cases, [](const Case& one) { return one.expected == "refused"; });
  const auto answers = from_jq(cases);
  ASSERT_TRUE(answers) << "jq did not run the corpus";
  ASSERT_EQ(answers->items().size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Json& answer = answers->items()[i];
    const std::string jq = answer.is_object() ? compact(answer["v"]) : answer.text();
    EXPECT_TRUE(same(jq, cases[i].expected)) << "line " << cases[i].line << ": " << cases[i].program << "\n  jq     "
                                             << jq << "\n  corpus " << cases[i].expected;
  }
}

std::string reads(std::string_view program) {
  std::string out;
  const Expression expression = Expression::parse(program).value();
  for (const std::string& member : expression.reads()) out += (out.empty() ? "" : " ") + member;
  return out;
}

TEST(Expression, TellsWhichTextsItsInputsMembersAreComparedWith) {
  const auto compared = [](std::string_view program) {
    std::string out;
    for (const auto& [member, text] : compared_texts(program)) out += member + "=" + text + " ";
    return out;
  };
  EXPECT_EQ(compared(R"(.stage != "lead")"), "stage=lead ");
  EXPECT_EQ(compared(R"("lead" == .stage or (.a == 1 and .b == "x"))"), "stage=lead b=x ");
  EXPECT_EQ(compared(R"(if .a == "x" then .b == "y" else .c == "z" end | not)"), "a=x b=y c=z ");
  // Of what is no member of the input itself, nothing is said.
  EXPECT_EQ(compared(R"(.a | .b == "x")"), "");
  EXPECT_EQ(compared(R"(.a.b == "x" or (.l | any(.b == "x")) or .a == .b or .a < "x")"), "");
}

TEST(Expression, TellsSomeOfWhatItMayGive) {
  const auto results = [](std::string_view program) {
    std::string all;
    for (const Json& one : possible_results(program)) all += canonical(one) + " ";
    return all;
  };
  EXPECT_EQ(results("if .a then \"x\" elif .b then .c // 2 else null end"), "\"x\" 2 null ");
  EXPECT_EQ(results("(.a | length) > 3"), "true false ");
  EXPECT_EQ(results(".a | test(\"b\")"), "true false ");
  EXPECT_EQ(results("\"x\" + .a"), "") << "a part of what it gives";
  EXPECT_EQ(results(".a | \"x\""), "\"x\" ");
  EXPECT_EQ(results("[\"x\"]"), "");
}

TEST(Expression, TellsWhichMembersItReads) {
  EXPECT_EQ(reads(".email"), "email");
  EXPECT_EQ(reads(R"(.email | endswith("@example.com"))"), "email");
  EXPECT_EQ(reads(R"(.lifecycle_stage != "lead" and .consent)"), "consent lifecycle_stage");
  EXPECT_EQ(reads(R"(.Phones[] | select(.PhoneType == "DDI") | .PhoneNumber)"), "Phones");
  EXPECT_EQ(reads("select(.a) | .b"), "a b");
  EXPECT_EQ(reads("(. | .a), (if .b then .c else .d end)"), "a b c d");
  EXPECT_EQ(reads("[.a, .b] | map(.c)"), "a b");
  EXPECT_EQ(reads("{a, x: .b}"), "a b");
  EXPECT_EQ(reads("\"\\(.a) \\(.b.c)\""), "a b");
  EXPECT_EQ(reads(R"(has("a"))"), "a");
  EXPECT_EQ(reads("true"), "");
  EXPECT_EQ(reads("(.a // .) | .b"), "a b");
  EXPECT_EQ(reads("any(.a[]; .b)"), "a");
}

TEST(Expression, ReadsEverythingWhereItTakesItsWholeInput) {
  for (const char* program : {".", "keys", ".[]", ". == {}", "{x: .}", "length", "tostring", ".[.a]", "select(.a)",
                              "map(.a)", "to_entries", "[.]", ". // 1"}) {
    EXPECT_TRUE(Expression::parse(program).value().reads().contains("*")) << program;
  }
}

TEST(Expression, IsExactOnNumbersThatADoubleWouldRound) {
  const Json input = parse_json(R"({"id":12345678901234567890123,"a":0.1,"b":0.2,"c":1234567.10})").value();
  const auto value = [&](std::string_view program) {
    return canonical(*Expression::parse(program).value().value(input).value());
  };
  EXPECT_EQ(value(".id"), "12345678901234567890123");
  EXPECT_EQ(value(".id + 1"), "12345678901234567890124");
  EXPECT_EQ(value(".a + .b"), "0.3");
  EXPECT_EQ(value(".a + .b == 0.3"), "true");
  EXPECT_EQ(value(".c"), "1234567.10");
  EXPECT_EQ(value(".id == 12345678901234567890122"), "false");
  EXPECT_EQ(value("1 / 3"), "0.3333333333333333333333333333333333");
  EXPECT_EQ(value("10 / 4"), "2.5");
  EXPECT_EQ(value("2 / 3"), "0.6666666666666666666666666666666667");
}

TEST(Expression, HoldsUnlessItsFirstOutputIsFalseNullOrNothing) {
  const Json input = parse_json(R"({"stage":"client","none":null})").value();
  const auto holds = [&](std::string_view program) { return Expression::parse(program).value().holds(input); };
  EXPECT_TRUE(*holds(R"(.stage != "lead")"));
  EXPECT_FALSE(*holds(R"(.stage == "lead")"));
  EXPECT_FALSE(*holds(".none"));
  EXPECT_FALSE(*holds("empty"));
  EXPECT_TRUE(*holds("0"));
  EXPECT_FALSE(holds(".stage.x"));
}

TEST(Expression, SaysWhereAndWhatToDoInstead) {
  const auto error = [](std::string_view program) {
    const auto parsed = Expression::parse(program);
    return parsed ? std::string("accepted") : to_text(parsed.error());
  };
  EXPECT_EQ(error(".a | env"),
            "character 6 of the expression: the environment cannot be read. Write the value into the mapping.");
  EXPECT_EQ(error(".a = 1"), "character 4 of the expression: an expression changes nothing. Write == to compare.");
  EXPECT_EQ(error(".a | ends_with(\"x\")"),
            "character 6 of the expression: the language has no such function. Did you mean endswith?");
  EXPECT_NE(error("reduce .[] as $x (0; . + $x)").find("no loops"), std::string::npos);
  EXPECT_NE(error("def f: f; f").find("cannot be defined"), std::string::npos);
  EXPECT_NE(error(".a ==").find("character 6"), std::string::npos);
  EXPECT_NE(error("if .a then 1 end").find("else"), std::string::npos);
  EXPECT_NE(error(".a | test(.b)").find("pattern"), std::string::npos);
  EXPECT_NE(error("\"\\(.a | nope)\"").find("character 9"), std::string::npos);
  EXPECT_EQ(Expression::parse("$ENV.PATH").error().code, Code::ExpressionInvalid);
}

TEST(Expression, IsUtf8) {
  for (const char* broken : {"\"\xff\"", ".\"a\xc3\"", "\"\xed\xa0\x80\""}) {
    const auto refused = Expression::parse(broken);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("not UTF-8"), std::string::npos) << refused.error().what;
  }
}

TEST(Expression, AnErrorHoldsNoValueOfTheRecord) {
  const Json input = parse_json(R"({"name":"Jane Citizen","n":1})").value();
  for (const char* program :
       {".name + 1", ".name.x", ".name | tonumber", ".name | keys", "[.name, 1] | add", ".n | test(\"a\")"}) {
    const auto value = Expression::parse(program).value().value(input);
    ASSERT_FALSE(value) << program;
    EXPECT_EQ(to_text(value.error()).find("Jane"), std::string::npos) << program;
  }
}

TEST(Expression, AlwaysEndsWithinItsBounds) {
  std::string list = "[0";
  for (int i = 1; i < 600; ++i) list += "," + std::to_string(i);
  const Json input = parse_json(list + "]").value();
  const auto squared =
      Expression::parse("[.[] + (.[] | . * 1)] | map(tostring) | join(\"\") | length").value().value(input);
  ASSERT_FALSE(squared);
  EXPECT_EQ(squared.error().code, Code::ValueOutOfRange);
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "(";
  EXPECT_FALSE(Expression::parse(deep + "1"));
  std::string chain = "1";
  for (int i = 0; i < 5000; ++i) chain += "+1";
  EXPECT_FALSE(Expression::parse(chain));
}

}  // namespace
}  // namespace linchpin::mapping
