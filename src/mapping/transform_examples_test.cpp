// The open cases of the transforms' set, where they lie beside this checkout
// (../shared/data/transforms/examples.jsonl).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "mapping/decimal.hpp"
#include "mapping/transform.hpp"

namespace linchpin::mapping {
namespace {

std::filesystem::path examples() {
  for (std::filesystem::path at = std::filesystem::current_path(); at != at.root_path(); at = at.parent_path()) {
    const auto file = at / "shared/data/transforms/examples.jsonl";
    if (std::filesystem::exists(file)) return file;
  }
  return {};
}

// Numbers by their value; a part that is null and one that is absent are one.
bool same(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) {
    const auto x = Decimal::parse(a.number_text()), y = Decimal::parse(b.number_text());
    return x && y && *x == *y;
  }
  if (a.is_list() && b.is_list()) {
    if (a.items().size() != b.items().size()) return false;
    for (std::size_t i = 0; i < a.items().size(); ++i) {
      if (!same(a.items()[i], b.items()[i])) return false;
    }
    return true;
  }
  if (a.is_object() && b.is_object()) {
    for (const auto& [key, value] : a.members()) {
      if (!same(value, b[key])) return false;
    }
    for (const auto& [key, value] : b.members()) {
      if (!same(value, a[key])) return false;
    }
    return true;
  }
  return a == b;
}
bool right(const Json& expected, const Result<Json>& got) {
  if (const Json* error = expected.find("error")) return !got && code_text(got.error().code) == error->text();
  return got && same(expected["value"], *got);
}

TEST(Transforms, EveryOpenCaseGivesItsValueOrItsError) {
  const auto path = examples();
  if (path.empty()) GTEST_SKIP() << "there are no shared/data/transforms/examples.jsonl above this folder";
  std::ifstream file(path);
  std::string line;
  int cases = 0;
  while (std::getline(file, line)) {
    if (line.empty()) continue;
    const auto parsed = parse_json(line);
    ASSERT_TRUE(parsed);
    const Json& row = *parsed;
    // A value that only a raw number can say stands as the text of a JSON value.
    const auto raw = row.find("input_json") ? parse_json(row["input_json"].text()) : Result<Json>(row["input"]);
    ASSERT_TRUE(raw) << row["id"].text();
    const auto got = run_transform(row["kind"].text(), *raw, row["options"]);
    bool fits = right(row["expect"], got);
    for (const Json& other : row["accept"].items()) fits = fits || right(other, got);
    EXPECT_TRUE(fits) << row["id"].text() << " expects " << canonical(row["expect"]) << " and gets "
                      << (got ? canonical(*got) : std::string(code_text(got.error().code)));
    ++cases;
  }
  EXPECT_GT(cases, 100);
}

}  // namespace
}  // namespace linchpin::mapping
