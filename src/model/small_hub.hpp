// For the tests of this room: a small hub without a mistake, the connectors that it names, and check() on it after one
// edit.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/draft.hpp"

namespace linchpin::model::small_hub {

inline Result<std::shared_ptr<const Manifest>> connectors(std::string_view name) {
  Manifest m;
  m.name = name;
  m.api_versions = {{"main", {"1", "2"}}};
  ObjectSpec people;
  people.can_create = people.can_update = people.can_fetch = true;
  if (name == "crm") {
    m.secrets = {"token", "webhook.secret"};
    people.name = ObjectName("contacts");
    people.hub_id_at = "hub_id";
    m.objects = {people};
  } else if (name == "books") {
    m.secrets = {"client_id", "client_secret", "refresh_token", "webhook.key"};
    m.settings = {"tenant"};
    people.name = ObjectName("Contacts");
    m.objects = {people};
  } else if (name == "checks") {
    m.secrets = {"token"};
    ObjectSpec checks;
    checks.name = ObjectName("checks");
    m.objects = {checks};
    m.operations = {"create_check", "ring"};
    const auto operation = [](const char* repeats) {
      return Json::object({{"object", "checks"}, {"repeats", repeats}});
    };
    m.document = Json::object(
        {{"operations", Json::object({{"create_check", operation("safely")}, {"ring", operation("after a look")}})}});
  } else {
    return fail(Code::NotFound, "there is no such connector");
  }
  return std::make_shared<const Manifest>(std::move(m));
}

inline std::vector<HubFile> files() {
  return {
      {"hub.yaml", "hub: small\ntime_zone: Australia/Sydney\n"},
      {"environments/staging.yaml",
       "environment: staging\n"
       "keys: { master: env:A, match: env:B, log: env:C }\n"
       "connections:\n"
       "  crm: { auth: { token: env:T }, webhook: { secret: env:W } }\n"
       "  books: { auth: { client: env:X, refresh_token: env:R }, webhook: { key: env:K }, tenant: abc }\n"
       "  checks: { base_url: http://127.0.0.1:9102, auth: { token: env:U } }\n"},
      {"systems/crm.yaml", "system: crm\nconnector: crm\nmay_hold: personal\npurpose: advice\ncountry: AU\n"},
      {"systems/books.yaml", "system: books\nconnector: books\nmay_hold: personal\npurpose: accounts\ncountry: NZ\n"},
      {"systems/checks.yaml", "system: checks\nconnector: checks\nmay_hold: personal\npurpose: checks\ncountry: AU\n"},
      {"entities/contact.yaml",
       "entity: contact\n"
       "fields:\n"
       "  given_name: { type: text, class: personal, owner: crm }\n"
       "  family_name: { type: text, class: personal, owner: crm }\n"
       "  full_name: { type: text, class: personal, from: \"{given_name} {family_name}\" }\n"
       "  phone: { type: phone, class: personal, survivorship: recency, region: AU }\n"
       "  stage: { type: enum, values: [lead, client], class: internal, owner: crm, default: lead }\n"
       "  born: { type: date, class: restricted, owner: checks }\n"
       "  passport: { type: government_id, class: restricted, owner: checks, keep: false }\n"
       "  checked: { type: enum, values: [none, pending, verified], class: internal, owner: checks }\n"
       "together: [[given_name, family_name]]\n"
       "match:\n"
       "  never: [born differs]\n"
       "  same:\n"
       "    - { agree: [given_name ~, family_name ~], two_of: [phone, born] }\n"},
      {"mappings/crm.contacts.yaml",
       "mapping: crm.contacts\n"
       "system: crm\n"
       "object: contacts\n"
       "entity: contact\n"
       "fields:\n"
       "  given_name: first\n"
       "  family_name: last\n"
       "  phone: mobile\n"
       "  stage:\n"
       "    at: stage\n"
       "    as: enum.table(lead: lead, client: customer)\n"
       "    why: the words differ\n"
       "  checked: { at: checked, direction: out, why: the crm shows it }\n"},
      {"mappings/books.contacts.yaml",
       "mapping: books.contacts\n"
       "system: books\n"
       "object: Contacts\n"
       "entity: contact\n"
       "where: '.FirstName != null'\n"
       "fields:\n"
       "  given_name: FirstName\n"
       "  family_name: LastName\n"
       "  full_name:\n"
       "    at: Name\n"
       "    direction: out\n"
       "    unique: suffix\n"
       "    why: one name for each\n"
       "why: organisations stand in the same list\n"},
      {"mappings/checks.contacts.yaml",
       "mapping: checks.contacts\n"
       "system: checks\n"
       "object: checks\n"
       "entity: contact\n"
       "golden_id: external_id\n"
       "fields:\n"
       "  born: { at: person.born, direction: in }\n"
       "  passport: { at: person.passport, direction: in }\n"
       "  checked: { at: outcome, direction: in }\n"},
      {"flows/clients.yaml",
       "flow: clients\n"
       "keep: contact\n"
       "systems:\n"
       "  crm: { read: realtime, sweep: every 5 minutes, write: realtime }\n"
       "  books: { read: realtime, write: realtime, when: '.stage != \"lead\"' }\n"
       "  checks: { read: realtime }\n"},
      {"flows/verify.yaml",
       "flow: verify\n"
       "on: contact.stage becomes client\n"
       "do: checks.create_check\n"
       "send: [given_name, family_name]\n"
       "then: { contact.checked: pending }\n"
       "regulated: true\n"}};
}

struct Edit {
  std::string file, from, to;  // an empty `from`: the whole text
};
inline std::vector<HubFile> edited(const std::vector<Edit>& edits) {
  std::vector<HubFile> all = files();
  for (const Edit& edit : edits) {
    auto file = std::find_if(all.begin(), all.end(), [&](const HubFile& f) { return f.name == edit.file; });
    if (file == all.end()) {
      all.push_back({edit.file, edit.to});
      continue;
    }
    const std::size_t at = file->text.find(edit.from);
    EXPECT_NE(at, std::string::npos) << edit.file << " has no " << edit.from;
    if (edit.from.empty())
      file->text = edit.to;
    else if (at != std::string::npos)
      file->text.replace(at, edit.from.size(), edit.to);
  }
  return all;
}
inline Checked checked(const std::vector<Edit>& edits = {}) { return check_files(edited(edits), "", connectors); }

// Each finding as the command prints it; warnings begin with "warning: ".
inline std::vector<std::string> texts(const Checked& checked) {
  std::vector<std::string> all;
  for (const Finding& finding : checked.findings)
    all.push_back((finding.warning ? "warning: " : "") + to_text(finding.error));
  return all;
}
inline std::vector<std::string> after(const std::vector<Edit>& edits) { return texts(checked(edits)); }

}  // namespace linchpin::model::small_hub
