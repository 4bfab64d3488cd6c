#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/small_hub.hpp"

namespace linchpin::model {
namespace {

using small_hub::after;
using small_hub::checked;
using small_hub::Edit;
using Texts = std::vector<std::string>;

const std::string entity = "entities/contact.yaml", crm = "mappings/crm.contacts.yaml", flow = "flows/clients.yaml",
                  verify = "flows/verify.yaml", environment = "environments/staging.yaml";

TEST(Check, APilotIsAPartAndACondition) {
  const auto pilot = [](const std::string& text) {
    const Checked read = checked({{flow, "keep:", "mode: pilot\npilot: " + text + "\nkeep:"}});
    return read.hub ? read.hub->flows.at(FlowName("clients")).pilot : Pilot{-1, {}};
  };
  EXPECT_EQ(pilot("{ part: 5% }").part, 500);
  EXPECT_EQ(pilot("{ part: 0.25% }").part, 25);
  EXPECT_EQ(pilot("{ part: 100% }").part, 10'000);
  EXPECT_EQ(pilot("{ part: 101% }").part, -1) << "no part at all";
  EXPECT_EQ(pilot("{ part: 0% }").part, -1);
  EXPECT_EQ(pilot("{ part: some% }").part, -1);
  EXPECT_TRUE(pilot("{ where: '.stage == \"client\"' }").where);
}

TEST(Check, AnEnvironmentIsNoPartOfTheVersion) {
  const Checked one = checked(), other = checked({{environment, "keys:", "# elsewhere\nkeys:"}});
  EXPECT_EQ(one.hub->digest, other.hub->digest) << "where a hub runs is not what it does";
  for (const HubFile& file : one.hub->files) EXPECT_FALSE(is_environment(file)) << file.name;
}

TEST(Check, AHubWithoutMistakesBecomesAHub) {
  const Checked result = checked();
  EXPECT_EQ(small_hub::texts(result), Texts{});
  ASSERT_NE(result.hub, nullptr);
  EXPECT_EQ(result.hub->name, "small");
  EXPECT_EQ(result.hub->digest.size(), 64u);
  const Flow& clients = result.hub->flows.at(FlowName("clients"));
  ASSERT_EQ(clients.systems.size(), 3u);
  EXPECT_EQ(clients.systems[0].sweep, std::chrono::minutes(5));
  EXPECT_TRUE(clients.systems[1].when.has_value());
  const Flow& check = result.hub->flows.at(FlowName("verify"));
  EXPECT_EQ(check.on_value, Json("client"));
  EXPECT_EQ(check.then.at(FieldName("checked")), Json("pending"));
  const Entity& contact = result.hub->entity(EntityName("contact"));
  EXPECT_EQ(contact.field("stage")->otherwise, Json("lead"));
  EXPECT_TRUE(contact.match.same[0].agree[0].nearly);
  EXPECT_EQ(result.hub->mapping_for(EntityName("contact"), SystemName("books"))->name.text, "books.contacts");
}

TEST(Check, AnotherByteIsAnotherVersion) {
  EXPECT_NE(checked().hub->digest, checked({{flow, "5 minutes", "6 minutes"}}).hub->digest);
  EXPECT_EQ(checked().hub->digest, checked().hub->digest);
}

struct Mistake {
  std::string rule;
  std::vector<Edit> edits;
  std::string text;  // all that check says
};
void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.rule; }
class CheckFinds : public testing::TestWithParam<Mistake> {};

TEST_P(CheckFinds, TheMistakeAtItsPlaceWithItsRemedy) { EXPECT_EQ(after(GetParam().edits), Texts{GetParam().text}); }

const Mistake shapes[] = {
    {"a misspelt key",
     {{entity, "owner: crm, default", "onwer: crm, owner: crm, default"}},
     "entities/contact.yaml:7:65: 'onwer' is no key of a field. Did you mean 'owner'?"},
    {"a key that nothing is like",
     {{"hub.yaml", "time_zone", "colour: red\ntime_zone"}},
     "hub.yaml:2:1: 'colour' is no key of a hub. One of: hub, time_zone, retain."},
    {"a missing key",
     {{"systems/crm.yaml", "purpose: advice\n", ""}},
     "systems/crm.yaml:1:1: 'purpose' is missing from a system. It says why it holds what it holds; printed in the "
     "disclosure table."},
    {"a text for a list",
     {{verify, "[given_name, family_name]", "given_name"}},
     "flows/verify.yaml:4:7: a list is due here, and there is a text. Write [ … ], or one item a line after '- '."},
    {"a choice",
     {{"systems/crm.yaml", "personal", "persnal"}},
     "systems/crm.yaml:3:11: 'persnal' is not one of the choices here. Did you mean 'personal'?"},
    {"a boolean in words",
     {{verify, "true", "yes"}},
     "flows/verify.yaml:6:12: 'yes' is not true or false. Write true or false, without quotes."},
    {"a type",
     {{entity, "type: phone", "type: phon"}},
     "entities/contact.yaml:6:18: 'phon' is no type. Did you mean 'phone'?"},
    {"two equal keys",
     {{verify, "regulated: true", "regulated: true\nregulated: true"}},
     "flows/verify.yaml:7:1: the key 'regulated' stands twice. It stands first on line 6; keep one of them."},
    {"a pace",
     {{flow, "read: realtime, sweep", "read: sometimes, sweep"}},
     "flows/clients.yaml:4:16: 'sometimes' is not realtime, no, or batch \"0 2 * * *\"."},
};
INSTANTIATE_TEST_SUITE_P(Shapes, CheckFinds, testing::ValuesIn(shapes));

const Mistake references[] = {
    {"an owner that is no system",
     {{entity, "owner: crm, default", "owner: crn, default"}},
     "entities/contact.yaml:7:72: no file under systems/ declares a system 'crn'. Did you mean 'crm'?"},
    {"an owner from whom nothing is read",
     {{entity, "owner: crm, default", "owner: books, default"}},
     "entities/contact.yaml:7:72: books is the owner of contact.stage, and no mapping reads the field from it. Map it "
     "in "
     "mappings/books.….yaml, with direction in or both."},
    {"a field that the entity lacks",
     {{crm, "  phone:", "  phon:"}},
     "mappings/crm.contacts.yaml:8:3: the entity contact has no field 'phon'. Did you mean 'phone'?"},
    {"an object that the connector lacks",
     {{crm, "object: contacts", "object: contact"}},
     "mappings/crm.contacts.yaml:3:9: the connector crm knows no object 'contact'. Did you mean 'contacts'?"},
    {"a condition on a field that is not there",
     {{flow, ".stage", ".stag"}},
     "flows/clients.yaml:5:51: the entity contact has no field 'stag'. Did you mean 'stage'?"},
    {"an operation",
     {{verify, "checks.create_check", "checks.create_chek"}},
     "flows/verify.yaml:3:5: the connector checks has no operation 'create_chek'. Did you mean 'create_check'?"},
    {"an event's value",
     {{verify, "becomes client", "becomes clients"}},
     "flows/verify.yaml:2:5: 'clients' is no value of stage. Did you mean 'client'?"},
    {"what then sets",
     {{verify, "contact.checked: pending", "contact.checked: pendin"}},
     "flows/verify.yaml:5:26: 'pendin' is no value of checked. Did you mean 'pending'?"},
    {"a default",
     {{entity, "default: lead", "default: led"}},
     "entities/contact.yaml:7:86: 'led' is no value of stage. Did you mean 'lead'?"},
    {"a field of match",
     {{entity, "two_of: [phone, born]", "two_of: [phone, bron]"}},
     "entities/contact.yaml:15:63: the entity contact has no field 'bron'. Did you mean 'born'?"},
    {"an API version",
     {{"systems/crm.yaml", "may_hold", "api_version: { main: \"3\" }\nmay_hold"}},
     "systems/crm.yaml:3:22: the connector crm does not speak version '3' of main. One of: 1, 2."},
    {"a mapping that is not named as its file",
     {{crm, "mapping: crm.contacts", "mapping: crm.people"}},
     "mappings/crm.contacts.yaml:1:10: a mapping's name is its file's. Rename the file to crm.people.yaml, or the "
     "mapping."},
    {"two systems of one name",
     {{"systems/crm2.yaml", "", "system: crm\nconnector: crm\nmay_hold: public\npurpose: x\ncountry: AU\n"}},
     "systems/crm2.yaml:1:9: a second system 'crm'. The first is systems/crm.yaml:1:1."},
    {"a country",
     {{"systems/crm.yaml", "country: AU", "country: ZZ"}},
     "systems/crm.yaml:5:10: 'ZZ' is no country of ISO 3166. Write one such as AU, NZ or GB."},
    {"the region of telephone numbers",
     {{entity, "region: AU", "region: AUS"}},
     "entities/contact.yaml:6:73: 'AUS' has no telephone numbers. Write a country's code, such as AU."},
    {"an option of a transform",
     {{crm, "phone: mobile", "phone: { at: mobile, as: phone.normalise(region: AUS), why: as typed }"}},
     "mappings/crm.contacts.yaml:8:28: phone.normalise cannot take region: AUS. It is the country of a number that has "
     "no "
     "country code, as in AU."},
    {"a value that a condition compares with",
     {{flow, ".stage != \"lead\"", ".stage != \"laed\" and .phone != null"}},
     "flows/clients.yaml:5:51: 'laed' is no value of stage. Did you mean 'lead'?"},
    {"a time zone",
     {{"hub.yaml", "Australia/Sydney", "Australia/Sidney"}},
     "hub.yaml:2:12: 'Australia/Sidney' is no time zone of the tz database. Write one such as Australia/Sydney."},
};
INSTANTIATE_TEST_SUITE_P(References, CheckFinds, testing::ValuesIn(references));

const Mistake rules[] = {
    {"both ways without an inverse",
     {{crm, "(lead: lead, client: customer)", "(lead: lead, client: lead)"}},
     "mappings/crm.contacts.yaml:11:9: 'both' needs an inverse; enum.table(…) has none. Write direction: out."},
    {"both ways with what does not come back",
     {{entity, ", region: AU", ""},
      {crm, "phone: mobile", "phone: { at: mobile, as: phone.format(style: national), why: as typed }"}},
     "mappings/crm.contacts.yaml:8:28: 'both' needs an inverse; phone.format(…) writes \"0412 345 678\" of "
     "\"+61412345678\" and reads it as needs_region. Write direction: in or out, or declare what is missing."},
    {"a table that does not cover",
     {{crm, "(lead: lead, client: customer)", "(lead: lead)"}},
     "mappings/crm.contacts.yaml:11:9: the table has no word for 'client' of stage. Add client: …, or write direction: "
     "in."},
    {"a table with a value that is none",
     {{crm, "(lead: lead, ", "(lead: lead, clint: c, "}},
     "mappings/crm.contacts.yaml:11:9: 'clint' is no value of stage. Did you mean 'client'?"},
    {"a derived field that is read",
     {{"mappings/books.contacts.yaml", "direction: out", "direction: both"}},
     "mappings/books.contacts.yaml:11:16: full_name is made of other fields and cannot be read. Write direction: out."},
    {"a field made of itself",
     {{entity, "\"{given_name} {family_name}\"", "\"{given_name} {full_name}\""}},
     "entities/contact.yaml:5:51: the field is made of itself: full_name -> full_name."},
    {"fields made of each other",
     {{entity, "\"{given_name} {family_name}\" }",
       "\"{given_name} {a}\" }\n  a: { type: text, class: personal, from: '=.b' }\n"
       "  b: { type: text, class: personal, from: '=.full_name' }"}},
     "entities/contact.yaml:5:51: the field is made of itself: full_name -> a -> b -> full_name."},
    {"an expression over a field that is not there",
     {{entity, "\"{given_name} {family_name}\"", "'=.given_nam'"}},
     "entities/contact.yaml:5:51: the entity contact has no field 'given_nam'. Did you mean 'given_name'?"},
    {"an expression that reads everything",
     {{entity, "\"{given_name} {family_name}\"", "'=keys'"}},
     "entities/contact.yaml:5:51: the expression reads the whole record, and with it the field itself. Name the fields "
     "that it is made of, as in .given_name."},
    {"an expression that compares with what is no value",
     {{entity, "\"{given_name} {family_name}\"", "'=if .stage == \"clint\" then .given_name else null end'"}},
     "entities/contact.yaml:5:51: 'clint' is no value of stage. Did you mean 'client'?"},
    {"an expression that gives what is no value",
     {{entity, "  phone:",
       "  size: { type: enum, values: [big, small], class: internal, from: '=if .stage == \"lead\" then \"smal\" "
       "else \"big\" end' }\n  phone:"}},
     "entities/contact.yaml:6:68: 'smal' is no value of size. Did you mean 'small'?"},
    {"an expression that gives another type",
     {{entity, "  phone:", "  since: { type: date, class: internal, from: '=.stage == \"lead\"' }\n  phone:"}},
     "entities/contact.yaml:6:47: the expression may give true, which does not fit the type date of since."},
    {"a government id in match",
     {{entity, "two_of: [phone, born]", "two_of: [phone, passport]"}},
     "entities/contact.yaml:15:63: passport is a government_id, and those never take part in match. Take it out of "
     "match:."},
    {"a protection by a value that is none",
     {{entity, "  never: [born differs]\n", "  never: [born differs]\n  protect: [stage is clint]\n"}},
     "entities/contact.yaml:14:13: 'clint' is no value of stage. Did you mean 'client'?"},
    {"together, and asked about",
     {{entity, "family_name: { type: text, class: personal, owner: crm }",
       "family_name: { type: text, class: personal, survivorship: review }"},
      {entity, "given_name: { type: text, class: personal, owner: crm }",
       "given_name: { type: text, class: personal, survivorship: review }"}},
     "entities/contact.yaml:11:13: a conflict over fields that win together is not asked about yet: given_name has "
     "survivorship: review. Write survivorship: recency, or take it out of together:."},
    {"together by two rules",
     {{entity, "together: [[given_name, family_name]]", "together: [[given_name, phone]]"}},
     "entities/contact.yaml:11:25: phone cannot win together with given_name: another rule chooses it. Give them one "
     "owner "
     "or one survivorship."},
    {"a write without a mapping that writes",
     {{flow, "checks: { read: realtime }", "checks: { read: realtime, write: realtime }"}},
     "flows/clients.yaml:6:36: checks is written, and no mapping writes contact to it. Add a mapping with a field of "
     "direction out or both."},
    {"a government id that is kept without a reason",
     {{entity, "keep: false", "keep: true"}},
     "mappings/checks.contacts.yaml:8:13: passport is a government_id, which is not fetched unless the mapping says "
     "so. Add "
     "keep: true and why: …, or keep: false to the field in its entity."},
    {"two fields written to one place",
     {{crm, "family_name: last", "family_name: first"}},
     "mappings/crm.contacts.yaml:7:3: family_name and given_name are both written to first. Write direction: in for "
     "one of "
     "them."},
    {"a field where the hub's id is",
     {{crm, "family_name: last", "family_name: hub_id"}},
     "mappings/crm.contacts.yaml:7:3: hub_id is where the hub keeps its own id. Map another path, or write direction: "
     "in."},
    {"refs that come round",
     {{entity, "  stage:", "  boss: { type: ref, to: contact, class: internal, survivorship: recency }\n  stage:"}},
     "entities/contact.yaml:7:26: refs come round: contact is reached again from itself. Records are written parents "
     "first; "
     "keep the ref on one side only."},
    {"a ref to a record of a system that has none of them",
     {{entity, "  stage:", "  firm: { type: ref, to: firm, class: internal, survivorship: recency }\n  stage:"},
      {"entities/firm.yaml", "",
       "entity: firm\nfields:\n  name: { type: text, class: internal, survivorship: recency }\n"},
      {crm, "family_name: last", "family_name: last\n  firm: { at: firm_id, as: ref(record), why: its id }"}},
     "mappings/crm.contacts.yaml:8:3: firm names a record of crm, and no mapping says which of crm are firm. Map firm "
     "in "
     "mappings/crm.….yaml, or take firm out."},
    {"a ref to an entity that is not there",
     {{entity, "  stage:", "  firm: { type: ref, to: firm, class: internal, survivorship: recency }\n  stage:"}},
     "entities/contact.yaml:7:26: no file under entities/ declares an entity 'firm'. There is only: contact."},
    {"an association that the connector does not know",
     {{entity, "  stage:", "  firm: { type: ref, to: firm, class: internal, survivorship: recency }\n  stage:"},
      {"entities/firm.yaml", "",
       "entity: firm\nfields:\n  name: { type: text, class: internal, survivorship: recency }\n"},
      {crm, "family_name: last", "family_name: last\n  firm: { at: associations.firm, as: ref(record), why: its id }"}},
     "mappings/crm.contacts.yaml:8:3: the connector knows no association associations.firm of contacts."},
    {"a ref by a name",
     {{entity, "  stage:", "  firm: { type: ref, to: firm, class: internal, survivorship: recency }\n  stage:"},
      {"entities/firm.yaml", "",
       "entity: firm\nfields:\n  name: { type: text, class: internal, survivorship: recency }\n"},
      {crm, "family_name: last", "family_name: last\n  firm: { at: firm, as: ref(name), why: its name }"}},
     "mappings/crm.contacts.yaml:8:25: a record cannot be found by its name yet. Write ref(record), where the id of "
     "the "
     "other record stands."},
    {"a sweep without a pause",
     {{flow, "every 5 minutes", "every 0 minutes"}},
     "flows/clients.yaml:4:33: 'every 0 minutes' would use up the system's limits. Write every 10 seconds, or more; "
     "what webhooks tell does not wait for a sweep."},
    {"a sweep with hardly a pause",
     {{flow, "every 5 minutes", "every 9999 milliseconds"}},
     "flows/clients.yaml:4:33: 'every 9999 milliseconds' would use up the system's limits. Write every 10 seconds, or "
     "more; what webhooks tell does not wait for a sweep."},
    {"a condition for a system that gets nothing",
     {{flow, "checks: { read: realtime }", "checks: { read: realtime, when: '.stage == \"client\"' }"}},
     "flows/clients.yaml:6:35: when: says which records checks gets, and it gets none. Add write:, or take when: out."},
};
INSTANTIATE_TEST_SUITE_P(Rules, CheckFinds, testing::ValuesIn(rules));

const Mistake environments[] = {
    {"no connection",
     {{environment, "  checks: { base_url: http://127.0.0.1:9102, auth: { token: env:U } }\n", ""}},
     "environments/staging.yaml:4:3: the environment has no connection to checks. Add checks: { auth: { … } }."},
    {"a secret that is missing",
     {{environment, "auth: { token: env:T }, ", ""}},
     "environments/staging.yaml:4:3: the connection to crm does not say where its token is. Add auth: { token: env:… "
     "}."},
    {"a secret in the file",
     {{environment, "env:T", "pat-au1-very-secret"}},
     "environments/staging.yaml:4:25: what stands here does not say where a secret is; a secret itself never stands in "
     "a hub "
     "file. Write file:PATH, env:NAME, exec:COMMAND or credential:NAME."},
    {"a setting that is missing",
     {{environment, ", tenant: abc", ""}},
     "environments/staging.yaml:5:3: the connection to books does not say its tenant. Add tenant: …."},
    {"plain http to elsewhere",
     {{environment, "http://127.0.0.1:9102", "http://api.example.com"}},
     "environments/staging.yaml:6:23: base_url is not https, and leaves this machine. Write https://; http is for "
     "sandboxes on "
     "this machine."},
    {"a name that looks like loopback",
     {{environment, "http://127.0.0.1:9102", "http://127.0.0.1.example.com"}},
     "environments/staging.yaml:6:23: base_url is not https, and leaves this machine. Write https://; http is for "
     "sandboxes on "
     "this machine."},
    {"listening to everyone",
     {{environment, "keys:", "listen: 0.0.0.0:8480\nkeys:"}},
     "environments/staging.yaml:2:9: '0.0.0.0:8480' is reached from other machines, and there is no tls:. Listen on "
     "127.0.0.1 "
     "behind a proxy that does TLS."},
    {"a database without a name",
     {{environment, "keys:", "store: postgresql://hub@db.example.com\nkey_store: postgresql://keys/keys\nkeys:"}},
     "environments/staging.yaml:2:8: store names no database. Write store: postgresql://hub@db.example.com/hub."},
    {"a password in a hub file",
     {{environment,
       "keys:", "store: postgresql://hub:hunter2@db.example.com/hub\nkey_store: postgresql://keys/keys\nkeys:"}},
     "environments/staging.yaml:2:8: store holds a password, and a hub file is no place for one. Take it out, change "
     "it, and write store_password: file:… or env:…, or use PGPASSFILE."},
    {"a database's password without a database",
     {{environment, "keys:", "store_password: env:PASSWORD\nkeys:"}},
     "environments/staging.yaml:2:17: 'store_password' is of no use with the store and key store that are named. Take "
     "it out; with SQLite the data keys lie in keys.db beside the store."},
    {"a key store that is a folder",
     {{environment, "keys:", "store: postgresql://hub@db/hub\nkey_store: sqlite:keys\nkeys:"}},
     "environments/staging.yaml:3:12: the key store is no database. Write key_store: "
     "postgresql://hub@keys.example.com/keys."},
    {"HashiCorp Vault",
     {{environment, "env:A", "hashicorp-vault:master"}},
     "environments/staging.yaml:2:17: secrets cannot be in HashiCorp Vault yet. Use file:, env:, exec: or "
     "credential:."},
    {"an unknown system's connection",
     {{environment, "  checks:", "  crmm: {}\n  checks:"}},
     "environments/staging.yaml:6:3: no file under systems/ declares a system 'crmm'. Did you mean 'crm'?"},
};
INSTANTIATE_TEST_SUITE_P(Environments, CheckFinds, testing::ValuesIn(environments));

const Mistake not_built[] = {
    {"a shadow of what does not keep an entity",
     {{"flows/verify.yaml", "on:", "mode: shadow\non:"}},
     "flows/verify.yaml:2:7: mode: shadow is for flows that keep an entity. Take it out: the flow waits until one that "
     "keeps its entity is live."},
    {"an event of what no flow keeps",
     {{"flows/clients.yaml", "", "flow: clients\nmanual: a clerk\n"}},
     "warning: flows/verify.yaml:2:5: the flow never acts: none keeps contact. Add a flow with keep: contact."},
    {"a condition that fails of some records",
     {{"mappings/books.contacts.yaml", "where: '.FirstName != null'",
       "where: '.Kind == \"p\" and (.First | startswith(\"J\"))'"}},
     "warning: mappings/books.contacts.yaml:5:8: where: fails of a record that has not all that it reads, which is a "
     "dead letter then: character 28 of the expression: startswith is given null. Give a default first, as in "
     "(.FirstName // \"\") "
     "| startswith(\"J\")."},
    {"a witness",
     {{environment, "keys:", "witness: [{ url: https://w.example, key: x }]\nkeys:"}},
     "warning: environments/staging.yaml:2:10: no witness countersigns yet: the operator could rewrite the whole audit "
     "log "
     "unnoticed."},
    {"no webhook's secret",
     {{environment, ", webhook: { secret: env:W }", ""}},
     "warning: environments/staging.yaml:4:3: the connection to crm names no webhook.secret: its webhooks are refused, "
     "and "
     "only sweeps find its changes. Add webhook: { secret: env:… }."},
};
const Mistake modes[] = {
    {"a pilot that names nothing",
     {{flow, "keep:", "mode: pilot\nkeep:"}},
     "flows/clients.yaml:2:7: the flow does not say which records its pilot writes. Add pilot: { part: 5% }, or where: "
     "and a condition."},
    {"a pilot beside live",
     {{flow, "keep:", "pilot: { part: 5% }\nkeep:"}},
     "warning: flows/clients.yaml:2:8: the pilot is not used: the flow is live for every record. Write mode: pilot, or "
     "take pilot: out."},
    {"a pilot with a condition on nothing",
     {{flow, "keep:", "mode: pilot\npilot: { where: '.stag == \"client\"' }\nkeep:"}},
     "flows/clients.yaml:3:17: the entity contact has no field 'stag'. Did you mean 'stage'?"},
    {"a pilot that tells what a system may not hold",
     {{flow, "keep:", "mode: pilot\npilot: { where: '.born == \"2000-01-01\"' }\nkeep:"},
      {"systems/books.yaml", "may_hold: personal", "may_hold: [personal, contact.born]"}},
     "flows/clients.yaml:6:3: contact.born is restricted, and crm may hold personal: contact.born -> pilot: of flow "
     "clients (flows/clients.yaml:6:3) -> crm. Write direction: in, take it out, or list it in systems/crm.yaml: "
     "may_hold: [personal, contact.born]."},
};
INSTANTIATE_TEST_SUITE_P(Modes, CheckFinds, testing::ValuesIn(modes));

const Mistake likely[] = {
    {"a bar that is no probability",
     {{entity, "  same:\n", "  likely: { compare: [given_name], review: 2 }\n  same:\n"}},
     "entities/contact.yaml:14:44: review is a probability: above 0, at most 1. Write review: 0.05."},
    {"bars the wrong way round",
     {{entity, "  same:\n", "  likely: { compare: [given_name], accept: 0.5, review: 0.9 }\n  same:\n"}},
     "entities/contact.yaml:14:57: review is above accept. A person is asked below what is accepted."},
    {"a bar that nobody measured",
     {{entity, "  same:\n", "  likely: { compare: [given_name], accept: 0.99, review: 0.5 }\n  same:\n"}},
     "warning: entities/contact.yaml:14:44: no measurement stands behind accept, and the hub keeps none yet: who is "
     "that "
     "likely the same is linked, and nobody is asked. `linchpin match --evaluate` measures it in files."},
    {"a bar to accept from that is no probability",
     {{entity, "  same:\n", "  likely: { compare: [given_name], accept: yes }\n  same:\n"}},
     "entities/contact.yaml:14:44: accept is a probability: above 0, at most 1. Write accept: 0.999."},
    {"a bar to accept from below that to ask from",
     {{entity, "  same:\n", "  likely: { compare: [given_name], accept: 0.4 }\n  same:\n"}},
     "entities/contact.yaml:14:44: review is above accept. A person is asked below what is accepted."},
    {"nothing to compare",
     {{entity, "  same:\n", "  likely: { compare: [] }\n  same:\n"}},
     "entities/contact.yaml:14:22: compare names no field. Write compare: [given_name, family_name, email, phone, "
     "date_of_birth]."},
    {"what the likely matcher cannot read",
     {{entity, "  same:\n", "  likely: { compare: [given_name, stage] }\n  same:\n"}},
     "entities/contact.yaml:14:35: likely: can make nothing of stage. It compares names, an email, a phone, a date of "
     "birth and an address."},
    {"a field that there is not",
     {{entity, "  same:\n", "  likely: { compare: [given_nam] }\n  same:\n"}},
     "entities/contact.yaml:14:23: the entity contact has no field 'given_nam'. Did you mean 'given_name'?"},
};
INSTANTIATE_TEST_SUITE_P(Likely, CheckFinds, testing::ValuesIn(likely));

INSTANTIATE_TEST_SUITE_P(NotBuilt, CheckFinds, testing::ValuesIn(not_built));

TEST(Check, AllMistakesOfAllFilesAreToldInOneGoInOrder) {
  const Texts texts = after({{entity, "type: phone", "type: phon"},
                             {crm, "  phone:", "  phon:"},
                             {flow, "keep: contact", "keep: contct"},
                             {"hub.yaml", "hub: small", "hbu: small"},
                             {verify, "do:", "do: ["}});
  ASSERT_GE(texts.size(), 5u);
  Texts places;
  for (const std::string& text : texts) places.push_back(text.substr(0, text.find(':')));
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
  for (const char* file :
       {"entities/contact.yaml", "flows/clients.yaml", "flows/verify.yaml", "hub.yaml", "mappings/crm.contacts.yaml"})
    EXPECT_NE(std::find(places.begin(), places.end(), file), places.end()) << file;
}

TEST(Check, ASecretThatStandsInAFileIsNeverRepeated) {
  for (const char* place : {"env:T", "env:A", "env:X"})
    for (const std::string& text : after({{environment, place, "hunter2hunter2"}}))
      EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
}

TEST(Check, TheClientsIdAndSecretMayBeOneSource) {
  const std::shared_ptr<const Hub> hub = checked().hub;
  const Connection& books = hub->environment.connections.at(SystemName("books"));
  EXPECT_EQ(books.secrets.at("client_id").part, SecretSource::Part::BeforeColon);
  EXPECT_EQ(books.secrets.at("client_secret").part, SecretSource::Part::AfterColon);
  EXPECT_EQ(books.settings.at("tenant"), "abc");
  EXPECT_FALSE(books.allow_private_address);
  EXPECT_TRUE(hub->environment.connections.at(SystemName("checks")).allow_private_address);
}

TEST(Check, AManifestOfTheFirmsOwnComesBeforeAShippedOne) {
  std::vector<HubFile> files = small_hub::files();
  const std::string text = R"(connector: crm
title: Ours
base_url: https://ours.example
hosts: []
secrets: [token]
auth: { kind: bearer, secret: token }
api_versions: { core: ["1"] }
objects: { contacts: { record: { id: id } } }
)";
  files.push_back({"connectors/crm.yaml", text});
  const auto none = [](std::string_view) -> Result<std::shared_ptr<const Manifest>> {
    return fail(Code::NotFound, "no connector ships");
  };
  files.push_back(
      {"systems/ours.yaml", "system: ours\nconnector: crm\nmay_hold: public\npurpose: a test\ncountry: AU\n"});
  const auto about_ours = [&] {
    Texts said;
    for (const Finding& f : check_files(files, "", none).findings)
      if (f.error.at.file == "systems/ours.yaml" || f.error.at.file == "connectors/crm.yaml")
        said.push_back(f.error.what);
    return said;
  };
  EXPECT_EQ(about_ours(), Texts{});
  files[files.size() - 2].text = "connector: other" + text.substr(text.find('\n'));
  ASSERT_EQ(about_ours().size(), 1u);
  EXPECT_EQ(about_ours()[0], "the file is of a connector 'other'");
}

TEST(Check, AFolderIsReadWithItsSlips) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("linchpin-check-" + std::to_string(::getpid()));
  fs::remove_all(folder);
  for (const HubFile& file : small_hub::files()) {
    fs::create_directories((folder / file.name).parent_path());
    std::ofstream(folder / file.name) << file.text;
  }
  fs::create_directories(folder / "mapping");
  fs::create_directories(folder / "data");
  std::ofstream(folder / "README.md") << "x";
  std::ofstream(folder / "flows" / "old.yml") << "x";
  Findings findings;
  EXPECT_EQ(read_folder(folder.string(), findings).size(), small_hub::files().size());
  Texts texts;
  for (const Finding& finding : findings.sorted()) texts.push_back(to_text(finding.error));
  EXPECT_EQ(texts, (Texts{"flows/old.yml: the file is not read. Its name must end in .yaml.",
                          "mapping: the folder is not read. Did you mean 'mappings'?"}));
  fs::remove_all(folder);
  EXPECT_EQ(check(folder.string(), "").findings.size(), 1u);
}

TEST(Check, WhatCannotBeReadIsTheOneMistakeOfAFolder) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("linchpin-unread-" + std::to_string(::getpid()));
  const auto with = [&](const std::function<void()>& spoil) {
    fs::remove_all(folder);
    for (const HubFile& file : small_hub::files()) {
      fs::create_directories((folder / file.name).parent_path());
      std::ofstream(folder / file.name) << file.text;
    }
    spoil();
    Checked checked = check(folder.string(), "");
    EXPECT_EQ(checked.hub, nullptr);
    return small_hub::texts(checked);
  };
  // A folder of the hub that leads to itself is one that nobody can open, root no more than others.
  for (const std::string name : {"environments", "systems", "entities", "mappings", "flows", "connectors"}) {
    const Texts said = with([&] {
      fs::remove_all(folder / name);
      fs::create_symlink(name, folder / name);
    });
    ASSERT_EQ(said.size(), 1u) << name;
    EXPECT_TRUE(said[0].starts_with(name + ": the folder cannot be read: ")) << said[0];
    EXPECT_EQ(with([&] {
                fs::remove_all(folder / name);
                std::ofstream(folder / name) << "flow: clients";
              }),
              Texts{name + ": it is a file, and a folder is due here. Move it away, and make a folder of that name."});
  }
  for (const std::string name : {"hub.yaml", "flows/clients.yaml", "systems/crm.yaml"})
    EXPECT_EQ(with([&] {
                fs::remove(folder / name);
                fs::create_directory(folder / name);
              }),
              Texts{name + ": it is a folder, and not a regular file. Put a file there."});
  fs::remove_all(folder);
}

TEST(Check, JsonHoldsErrorsWarningsAndTheDisclosure) {
  const Json json = to_json(checked({{flow, "keep: contact", "keep: contct"}}));
  EXPECT_EQ(json["errors"][0]["file"], Json("flows/clients.yaml"));
  EXPECT_EQ(json["errors"][0]["line"], Json(2));
  EXPECT_EQ(json["errors"][0]["column"], Json(7));
  EXPECT_EQ(json["errors"][0]["code"], Json("reference_unknown"));
  EXPECT_EQ(json["errors"][0]["remedy"], Json("Did you mean 'contact'?"));
  EXPECT_EQ(json["warnings"].items().size(), 0u);
  EXPECT_EQ(
      canonical(to_json(checked())["disclosure"][0]),
      R"({"class":"personal","country":"NZ","field":"contact.family_name","purpose":"accounts","system":"books"})");
}

TEST(Check, SeveralEnvironmentsNeedOneToBeNamed) {
  const std::vector<Edit> two = {
      {"environments/production.yaml", "", "environment: production\nkeys: {}\nconnections: {}\n"}};
  std::vector<HubFile> files = small_hub::edited(two);
  EXPECT_EQ(check_files(files, "nowhere", small_hub::connectors).hub, nullptr);
  // Another environment's mistakes of shape are told; it is not the one that is used.
  EXPECT_EQ(after(two).size(), 3u);
}

}  // namespace
}  // namespace linchpin::model
