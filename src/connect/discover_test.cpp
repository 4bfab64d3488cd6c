#include "connect/discover.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace linchpin::connect {
namespace {

constexpr Instant now = Instant{milliseconds(1'795'482'123'000)};

ModelReader reader(const std::string& connector) {
  auto made = ModelReader::make(model::shipped_manifest(connector).value(), {});
  EXPECT_TRUE(made) << (made ? "" : made.error().what);
  return *made;
}
engine::Credential credential() {
  engine::Credential c;
  c.secrets.emplace("token", Secret("the-token"));
  c.settings["tenant"] = "the-tenant";
  c.access_token = Secret("the-access-token");
  return c;
}
Answer answer(int status, std::string body) { return {status, {}, std::move(body)}; }
model::ObjectModel model_of(const ModelReader::Told& told) {
  const auto* model = std::get_if<model::ObjectModel>(&told);
  EXPECT_NE(model, nullptr);
  return model ? *model : model::ObjectModel{};
}

TEST(Discover, HubspotDescribesItsOwnProperties) {
  const ModelReader hubspot = reader("hubspot");
  const ObjectName contacts("contacts");
  const auto request = hubspot.request(contacts, credential(), now).value();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->url, "https://api.hubapi.com/crm/properties/2026-09/contacts");
  EXPECT_EQ(*find_header(request->headers, "Authorization"), "Bearer the-token");
  const auto model = model_of(hubspot.told(contacts, answer(200, R"({"results":[
    {"name":"email","label":"Email","type":"string","hasUniqueValue":false,"archived":false,
     "modificationMetadata":{"readOnlyValue":false},"options":[]},
    {"name":"tier","label":"Tier","type":"enumeration","archived":false,"hasUniqueValue":true,
     "modificationMetadata":{"readOnlyValue":true},"options":[{"label":"Gold","value":"gold"},{"label":"Tin","value":"tin"}]},
    {"name":"hubspot_owner_id","label":"Owner","type":"enumeration","externalOptions":true,"referencedObjectType":"OWNER",
     "options":[{"label":"Mia Smith","value":"77"}]},
    {"name":"old","label":"Old","type":"string","archived":true,"options":[]}]})"),
                                           now));
  EXPECT_EQ(model.field("properties.email")->kind, "text");
  EXPECT_EQ(model.field("properties.tier")->values, (std::vector<std::string>{"gold", "tin"}));
  EXPECT_TRUE(model.field("properties.tier")->read_only);
  EXPECT_TRUE(model.field("properties.tier")->unique);
  EXPECT_EQ(model.field("properties.hubspot_owner_id")->refers_to, "OWNER");
  EXPECT_TRUE(model.field("properties.hubspot_owner_id")->values.empty()) << "the staff are people, and no model";
  EXPECT_EQ(model.field("properties.old"), nullptr);
  EXPECT_EQ(model.field("id")->told_by, "contract");
}

TEST(Discover, XeroIsItsContractAndWhatRecordsHave) {
  const ModelReader xero = reader("xero");
  const ObjectName contacts("Contacts");
  const auto request = xero.request(contacts, credential(), now).value();
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->url.starts_with("https://api.xero.com/api.xro/2.0/Contacts?")) << request->url;
  EXPECT_EQ(find_header(request->headers, "If-Modified-Since"), nullptr);
  const auto model = model_of(
      xero.told(contacts, answer(200, R"({"Contacts":[{"ContactID":"1","Name":"Jane","Novelty":{"Deep":1}}]})"), now));
  EXPECT_EQ(model.records, 1);
  EXPECT_EQ(model.field("Novelty.Deep")->told_by, "records");
  EXPECT_TRUE(model.field("Name")->required);
  EXPECT_TRUE(model.has("Phones[].PhoneNumber"));
}

TEST(Discover, AnAssociationThatTheConnectorKnowsIsAField) {
  const auto properties = answer(200, R"({"results":[{"name":"hs_currency","type":"string","options":[]}]})");
  for (const auto& [object, path, to] : {std::tuple("invoices", "associations.company", "companies"),
                                         std::tuple("invoices", "associations.contact", "contacts"),
                                         std::tuple("contacts", "associations.company", "companies")}) {
    const auto model = model_of(reader("hubspot").told(ObjectName(object), properties, now));
    ASSERT_NE(model.field(path), nullptr) << object << " " << path;
    EXPECT_EQ(model.field(path)->refers_to, to);
    EXPECT_FALSE(model.field(path)->read_only);
  }
}

TEST(Discover, EveryShippedConnectorSaysHow) {
  for (const char* name : {"hubspot", "xero", "idcheck"}) EXPECT_FALSE(reader(name).objects().empty()) << name;
}

TEST(Discover, AnEmptyDescriptionIsNoDescription) {
  const auto told = reader("hubspot").told(ObjectName("contacts"), answer(200, R"({"results":[]})"), now);
  ASSERT_TRUE(std::holds_alternative<engine::Refused>(told));
  EXPECT_EQ(std::get<engine::Refused>(told).error.code, Code::AnswerUnusable);
}

TEST(Discover, WhatWentWrongIsSortedAndHoldsNothingThatTheSystemSaid) {
  const ModelReader hubspot = reader("hubspot");
  const ObjectName contacts("contacts");
  const auto told = [&](const Result<Answer>& a) { return hubspot.told(contacts, a, now); };
  EXPECT_TRUE(std::holds_alternative<engine::Retry>(told(fail(Code::SystemUnreachable, "x"))));
  EXPECT_TRUE(std::holds_alternative<engine::Retry>(told(answer(503, ""))));
  EXPECT_TRUE(std::holds_alternative<engine::Retry>(told(answer(429, "{}"))));
  EXPECT_TRUE(std::holds_alternative<engine::Unauthorised>(told(answer(401, "{}"))));
  const auto refused = told(answer(403, R"({"message":"jane@citizen.example may not"})"));
  ASSERT_TRUE(std::holds_alternative<engine::Refused>(refused));
  EXPECT_EQ(std::get<engine::Refused>(refused).error.code, Code::PermissionMissing);
  EXPECT_EQ(to_text(std::get<engine::Refused>(refused).error).find("jane"), std::string::npos);
}

TEST(Discover, AManifestThatCannotBeSpokenNamesItsKey) {
  const std::string text =
      "connector: acme\ntitle: Acme\nbase_url: https://a.example\nhosts: [a.example]\nsecrets: [token]\n"
      "auth: { kind: bearer, secret: token }\napi_versions: { v: [\"1\"] }\n"
      "objects:\n  people:\n    record: { id: id }\n    model: { get: /fields, fields: all }\n";
  const auto made = ModelReader::make(model::parse_manifest("m.yaml", text).value(), {});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("objects.people: model: name:"), std::string::npos) << made.error().what;
}

}  // namespace
}  // namespace linchpin::connect
