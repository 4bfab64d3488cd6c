#include "model/direct.hpp"

#include <gtest/gtest.h>

#include "model/gives.hpp"
#include "model/privacy.hpp"
#include "model/small_hub.hpp"

namespace linchpin::model {
namespace {

const std::string way = "direct: crm.contacts -> checks.create_check\n",
                  fields = "fields: { first: personal, number: { at: phones.mobile, class: internal } }\n",
                  when = "when: '.first != \"Nobody\"'\n";

Checked with(const std::string& flow, const std::string& may_hold = "personal") {
  return small_hub::checked({{"flows/tell.yaml", "", "flow: tell\n" + flow},
                             {"systems/checks.yaml", "may_hold: personal", "may_hold: " + may_hold}});
}
std::string said(const std::string& flow, const std::string& may_hold = "personal") {
  std::string all;
  for (const std::string& text : small_hub::texts(with(flow, may_hold))) all += text + "\n";
  return all;
}

TEST(Direct, HasAnEntityOfItsOwnAndSendsWhatIsListed) {
  const Checked checked = with(way + fields + when + "sweep: every 5 minutes\n");
  EXPECT_EQ(small_hub::texts(checked), std::vector<std::string>{});
  ASSERT_TRUE(checked.hub);
  const Flow& flow = checked.hub->flows.at(FlowName("tell"));
  EXPECT_TRUE(is_direct(flow.entity));
  EXPECT_TRUE(reads(flow));
  EXPECT_EQ(flow.send, (std::vector<FieldName>{FieldName("first"), FieldName("number")}));
  EXPECT_EQ(flow.systems.front().sweep, std::chrono::minutes(5));
  const mapping::Mapping& mapping = *checked.hub->mapping_for(flow.entity, SystemName("crm"));
  const auto read =
      mapping::read(mapping, *parse_json(R"({"first":"Mia","phones":{"mobile":61400000001},"more":"x"})"));
  EXPECT_TRUE(read.errors.empty());
  EXPECT_EQ(read.values, (Values{{"first", Json("Mia")}, {"number", Json(61400000001)}}));
  const auto inside = mapping::read(mapping, *parse_json(R"({"first":["Mia"]})"));
  ASSERT_EQ(inside.errors.size(), 1u) << "one value is one value";
  EXPECT_EQ(inside.errors[0].error.what.find("Mia"), std::string::npos);
}

TEST(Direct, IsInTheProofAndInTheMap) {
  const Checked checked = with(way + fields + when);
  ASSERT_TRUE(checked.hub);
  const auto row = std::ranges::find(checked.disclosure, "direct.tell.first", &Disclosure::field);
  ASSERT_NE(row, checked.disclosure.end());
  EXPECT_EQ(row->system.text, "checks");
  EXPECT_EQ(row->clazz, Class::Personal);
  const std::vector<Gives> map = gives(*checked.hub);
  const auto line = std::ranges::find_if(map, [](const Gives& g) { return g.entity.text == "direct.tell"; });
  ASSERT_NE(line, map.end());
  EXPECT_EQ(line->from + " -> " + line->to, "crm -> checks");

  const std::string refused = said(way + "fields: { first: personal, number: internal }\n", "internal");
  EXPECT_NE(refused.find("direct.tell.first is personal, and checks may hold internal"), std::string::npos) << refused;
  EXPECT_EQ(refused.find("direct.tell.number"), std::string::npos) << refused;
  const std::string asked = said(way + "fields: { number: internal }\nwhen: '.first == \"Mia\"'\n");
  EXPECT_NE(asked.find("has no field 'first'"), std::string::npos) << "a condition reads only what travels: " << asked;
}

TEST(Direct, SaysWhatIsWrong) {
  const auto finds = [](const std::string& flow, const std::string& text) {
    const std::string all = said(flow);
    EXPECT_NE(all.find(text), std::string::npos) << all;
  };
  finds("direct: crm.contacts\n" + fields, "does not say from where to where");
  finds("direct: crn.contacts -> checks.create_check\n" + fields, "Did you mean 'crm'?");
  finds("direct: crm.contact -> checks.create_check\n" + fields, "knows no object 'contact'. Did you mean 'contacts'?");
  finds("direct: checks.checks -> checks.create_check\n" + fields, "cannot read the object 'checks'");
  finds("direct: crm.contacts -> checks.create_chek\n" + fields, "Did you mean 'create_check'?");
  finds("direct: crm.contacts -> checks.ring\n" + fields, "may be done twice when an answer is lost");
  finds(way, "which fields travel, each with its class, is not said");
  finds(way + "fields: [first]\n", "which fields travel, each with its class, is not said");
  finds(way + "fields: { first: restricted }\n", "'restricted' is not one of the choices");
  finds(way + "fields: { \"first.name\": internal }\n", "is no name of a field that is sent");
  finds(way + fields + "mode: shadow\n", "mode: shadow is for flows that keep an entity");
  finds(way + fields + "sweep: every 1 seconds\n", "would use up the system's limits");
  finds("manual: by hand\nfields: { first: internal }\n", "a manual flow lists its fields");
}

// What a shipped connector knows of its object is known of a direct flow's fields.
TEST(Direct, AFieldThatTheSourceDoesNotHaveIsWarnedOfWithItsPlace) {
  const auto warns = [](const std::string& from, const std::string& fields) {
    std::vector<HubFile> files{
        {"hub.yaml", "hub: small\ntime_zone: Australia/Sydney\n"},
        {"environments/staging.yaml",
         "environment: staging\nkeys: { master: env:A, match: env:B, log: env:C }\nconnections:\n"
         "  hubspot: { auth: { token: env:T }, webhook: { secret: env:W } }\n"
         "  xero: { auth: { client: env:X, refresh_token: env:R }, webhook: { key: env:K }, tenant: abc }\n"
         "  portal: { base_url: http://127.0.0.1:9102, path: in, auth: { secret: env:U } }\n"},
        {"flows/tell.yaml", "flow: tell\ndirect: " + from + " -> portal.deliver\nwhy: they ask\nfields:\n" + fields}};
    for (const std::string name : {"hubspot", "xero", "portal"})
      files.push_back({"systems/" + name + ".yaml", "system: " + name +
                                                        "\nconnector: " + (name == "portal" ? "webhook" : name) +
                                                        "\nmay_hold: personal\npurpose: x\ncountry: AU\n"});
    const Checked checked = check_files(files, "", shipped_manifest);
    EXPECT_TRUE(checked.hub) << "a warning, and no mistake";
    std::string all;
    for (const Finding& finding : checked.findings)
      if (finding.warning) all += to_text(finding.error) + "\n";
    return all;
  };
  EXPECT_EQ(warns("xero.Invoices",
                  "  InvoiceNumber: internal\n  client: { at: Contact.Name, class: personal }\n"
                  "  first: { at: \"LineItems[].Description\", class: internal }\n"),
            "");
  const std::string misspelt = warns("xero.Invoices", "  InvoiceNumbr: internal\n  Status: internal\n");
  EXPECT_NE(misspelt.find("flows/tell.yaml:5:3"), std::string::npos) << misspelt;
  EXPECT_NE(misspelt.find("Invoices of xero have no field 'InvoiceNumbr' that the connector knows"), std::string::npos);
  EXPECT_NE(misspelt.find("Did you mean 'InvoiceNumber'?"), std::string::npos) << misspelt;
  EXPECT_NE(warns("xero.Contacts", "  mobile: { at: \"Phones[PhoneType=MOBILE].Number\", class: personal }\n")
                .find("'Phones[].Number'"),
            std::string::npos);
  const std::string bare = warns("hubspot.contacts", "  email: personal\n");
  EXPECT_NE(bare.find("write { at: properties.email, class: … }"), std::string::npos) << bare;
  EXPECT_EQ(warns("hubspot.contacts", "  email: { at: properties.anything, class: personal }\n  id: internal\n"), "")
      << "the account's own properties only discover reads";
}

TEST(Direct, FlowsThatComeRoundAreRefused) {
  const std::string acme =
      "connector: acme\ntitle: Acme\nbase_url: https://api.acme.example\nhosts: [api.acme.example]\n"
      "secrets: [token]\nauth: { kind: bearer, secret: token }\napi_versions: {}\n"
      "objects:\n"
      "  people: { record: { id: id }, fetch: { get: /people, records: data } }\n"
      "  calls: { record: { id: id }, fetch: { get: /calls, records: data } }\n"
      "operations:\n"
      "  touch: { object: people, post: /touch, repeats: safely }\n"
      "  call: { object: calls, post: /call, repeats: safely }\n";
  const auto after = [&](const std::string& one, const std::string& other) {
    std::string all;
    for (const std::string& text : small_hub::after(
             {{"connectors/acme.yaml", "", acme},
              {"systems/acme.yaml", "", "system: acme\nconnector: acme\nmay_hold: personal\npurpose: x\ncountry: AU\n"},
              {"environments/staging.yaml", "  checks: {", "  acme: { auth: { token: env:Z } }\n  checks: {"},
              {"flows/one.yaml", "", "flow: one\ndirect: " + one + "\nfields: { name: internal }\n"},
              {"flows/other.yaml", "", "flow: other\ndirect: " + other + "\nfields: { name: internal }\n"}}))
      all += text + "\n";
    return all;
  };
  EXPECT_EQ(after("acme.people -> acme.call", "acme.people -> checks.create_check"), "");
  const std::string itself = after("acme.people -> acme.touch", "acme.people -> acme.call");
  EXPECT_NE(itself.find("direct flows come round: what one writes comes back to acme.people"), std::string::npos)
      << itself;
  const std::string each_other = after("acme.people -> acme.call", "acme.calls -> acme.touch");
  EXPECT_NE(each_other.find("comes back to acme.people"), std::string::npos) << each_other;
  EXPECT_NE(each_other.find("comes back to acme.calls"), std::string::npos) << each_other;
}

}  // namespace
}  // namespace linchpin::model
