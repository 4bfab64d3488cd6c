#include "model/schema.hpp"

#include <gtest/gtest.h>

#include <set>

namespace linchpin::model {
namespace {

TEST(Schema, EachKindOfFileHasOneAndEachFileNamesIt) {
  std::set<std::string> lie;
  for (const Schema& schema : schemas()) lie.insert(schema.file);
  EXPECT_EQ(lie.size(), 9u);
  for (const char* file : {"hub.yaml", "access.yaml", "alerts.yaml"}) {
    const std::string line = schema_line(file);
    EXPECT_TRUE(lie.contains(line.substr(32, line.size() - 33))) << line;
  }
  for (const char* folder : {"environments", "systems", "entities", "mappings", "flows", "connectors"}) {
    const std::string line = schema_line(std::string(folder) + "/x.yaml");
    EXPECT_EQ(line.substr(32, 3), "../");
    EXPECT_TRUE(lie.contains(line.substr(35, line.size() - 36))) << line;
  }
  EXPECT_EQ(schema_line("flows/x.yaml"), "# yaml-language-server: $schema=../.schemas/flow.json\n");
  EXPECT_EQ(schema_line("README.md"), "");
  EXPECT_EQ(schema_line("flows/README.md"), "");
}

TEST(Schema, SaysOfAKeyWhatItIsForAndWhatFormItsTextHas) {
  using namespace shape;
  const auto description = [](const Shape::Key& key) {
    return schema_of(object("a part", {key}))["properties"][key.name]["description"];
  };
  EXPECT_EQ(description(key("a", text("a span", is_span), "how long")), Json("how long (a span)"));
  EXPECT_EQ(description(key("a", text("a span", is_span))), Json("a span"));
  EXPECT_EQ(description(key("a", text(), "how long")), Json("how long"));
  EXPECT_EQ(description(key("a", text())), Json());
}

TEST(Schema, HasWhatTheShapeRefuses) {
  using namespace shape;
  const Shape part = object("a part", {required("is", choice({"on", "off"})), key("many", list_of(integer())),
                                       key("one", either({boolean(), map_of(any())}))});
  EXPECT_EQ(canonical(schema_of(part)),
            R"({"additionalProperties":false,"properties":{"is":{"enum":["on","off"]},)"
            R"("many":{"items":{"type":"integer"},"type":"array"},)"
            R"("one":{"anyOf":[{"type":"boolean"},{"additionalProperties":{},"type":"object"}]}},)"
            R"("required":["is"],"type":"object"})");
}

}  // namespace
}  // namespace linchpin::model
