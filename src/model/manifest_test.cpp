#include "model/manifest.hpp"

#include <gtest/gtest.h>

#include "model/embedded.hpp"

namespace linchpin::model {
namespace {

TEST(Manifest, EveryOneThatShipsIsRead) {
  EXPECT_FALSE(embedded_connectors().empty());
  for (const EmbeddedFile& file : embedded_connectors()) {
    const auto manifest = shipped_manifest(file.name);
    ASSERT_TRUE(manifest) << to_text(manifest.error());
    EXPECT_EQ((*manifest)->name, file.name);
    EXPECT_FALSE((*manifest)->objects.empty());
  }
}

TEST(Manifest, SaysWhatItsObjectsCanDo) {
  const auto xero = shipped_manifest("xero");
  ASSERT_TRUE(xero) << to_text(xero.error());
  const ObjectSpec* contacts = (*xero)->object(ObjectName("Contacts"));
  ASSERT_NE(contacts, nullptr);
  EXPECT_TRUE(contacts->hint_only && contacts->can_create && contacts->can_update);
  EXPECT_EQ(contacts->hub_id_at, "ContactNumber");
  EXPECT_EQ(contacts->fetch_most, 40);
  EXPECT_EQ((*xero)->object(ObjectName("Contact")), nullptr);

  const auto idcheck = shipped_manifest("idcheck");
  ASSERT_TRUE(idcheck) << to_text(idcheck.error());
  EXPECT_FALSE((*idcheck)->object(ObjectName("verifications"))->can_create);
  EXPECT_EQ((*idcheck)->operations, std::vector<std::string>{"create_check"});
}

TEST(Manifest, AMisspeltKeyIsNamedWithItsPlaceAndTheNearest) {
  const auto wrong = parse_manifest("m.yaml",
                                    "connector: a\ntitle: A\nbase_url: https://a.example\nhosts: []\nsecrets: []\n"
                                    "auth: { kind: bearer, secrets: token }\napi_versions: {}\nobjects: {}\n");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().at, (Place{"m.yaml", 6, 23}));
  EXPECT_NE(wrong.error().fix.find("secret"), std::string::npos);
}

TEST(Manifest, AnUnknownConnectorNamesThoseThatThereAre) {
  const auto none = shipped_manifest("hubspoot");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::NotFound);
  EXPECT_NE(none.error().fix.find("hubspot"), std::string::npos);
}

}  // namespace
}  // namespace linchpin::model
