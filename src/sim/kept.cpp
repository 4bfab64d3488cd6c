#include "sim/kept.hpp"

#include <algorithm>

#include "base/crypto.hpp"

namespace linchpin::sim {
namespace {

// The places that sealed rows are bound to (docs/internals/stores.md).
std::string place(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) joined.append(part).push_back('\x1f');
  return joined;
}

struct Mine {  // a value that counts as a record's own
  std::string value;
  Instant at{};
  std::string system, record;
};

class Reading {
 public:
  explicit Reading(const Keeping& keeping) : k_(keeping) {}

  std::vector<Complaint> all() {
    GoldenId after;
    for (;;) {
      const auto rows = k_.store.goldens(EntityName("contact"), after, 50);
      if (!rows || rows->empty()) return std::move(complaints_);
      for (const engine::GoldenRow& row : *rows) one(row);
      after = rows->back().id;
    }
  }

 private:
  void complain(Invariant invariant, std::string what) {
    complaints_.push_back({std::string(to_text(invariant)), std::move(what)});
  }

  std::optional<Json> opened(const std::string& sealed, const Secret& key, const std::string& bound) {
    const Result<std::string> plain = open(key.bytes(), sealed, bound);
    if (!plain) return std::nullopt;
    const Result<Json> json = parse_json(*plain);
    return json ? std::optional<Json>(*json) : std::nullopt;
  }

  void one(const engine::GoldenRow& row) {
    const Result<Secret> key = k_.keys.of(row.id);
    const auto golden = key ? opened(row.sealed, *key, place({"golden", row.id.text, "contact"})) : std::nullopt;
    if (!golden) return complain(Invariant::AckedIsDurable, "golden record " + row.id.text + " cannot be opened");
    std::map<Field, std::vector<Mine>> own;
    for (const engine::LinkRow& link : k_.store.links_of(row.id).value_or(std::vector<engine::LinkRow>{})) {
      const RecordKey& r = link.key;
      const auto body =
          opened(link.sealed, *key,
                 place({"link", r.system.text, r.object.text, r.record.text, link.entity.text, row.id.text}));
      if (!body) {
        complain(Invariant::AckedIsDurable, "a link of golden record " + row.id.text + " cannot be opened");
        continue;
      }
      for (const Site site : all_sites)
        if (r.system.text == to_text(site)) linked(site, r.record.text, link.gone, *body, own);
    }
    for (const auto& [field, values] : own) picked(row.id.text, field, values, (*golden)["fields"]);
  }

  void linked(Site site, const std::string& record, bool gone, const Json& body,
              std::map<Field, std::vector<Mine>>& own) {
    const Person* person = k_.ledger.owner_of(site, record);
    const std::string which = std::string(to_text(site)) + " record " + record + "'s ";
    const Holdings& there = site == Site::Hubspot ? k_.hubspot : k_.xero;
    const auto held = there.find(record);
    for (const Field field : shared_fields) {
      if (!person || person->poisoned.contains(field)) continue;
      const std::string name(to_text(field));
      const bool live = !gone && held != there.end() && !held->second.away && held->second.merged_into.empty();
      if (const Json* base = body["base"].find(name); base && live)
        if (comparable(field, base->text()) != held->second.values.at(field))
          complain(Invariant::Converged, which + name + " is not what the hub takes it for");
      const Json& mine = body["own"][name];
      if (mine.is_null()) continue;
      const Mine one{comparable(field, mine["value"].text()), from_ms(mine["at"].integer().value_or(0)),
                     std::string(to_text(site)), record};
      own[field].push_back(one);
      if (!said(*person, site, field, one.value))
        complain(Invariant::EchoIsSilent, which + name + " counts as said there, and nobody did");
      else if (!k_.trail.gave(one.system, record, one.at))
        complain(Invariant::OrderFree, which + name + " has a time that its system never gave");
    }
  }

  static bool said(const Person& person, Site site, Field field, const std::string& value) {
    const auto history = person.said.find(field);
    return history != person.said.end() &&
           std::any_of(history->second.begin(), history->second.end(),
                       [&](const Said& s) { return s.site == site && s.value == value; });
  }

  // E-mail and phone stand alone; the two names come from one source together, which is judged by the oracle.
  void picked(const std::string& id, Field field, const std::vector<Mine>& values, const Json& golden) {
    if (field == Field::Given || field == Field::Family || k_.rules_changed.contains(field)) return;
    const Rule rule = k_.rules.at(field);
    const std::string owner = rule == Rule::HubspotOwns ? "hubspot" : rule == Rule::XeroOwns ? "xero" : "";
    const bool spoke = std::any_of(values.begin(), values.end(), [&](const Mine& m) { return m.system == owner; });
    // The later; of one time, the system that stands first in the flow (and in the alphabet), then the record's id.
    const auto beats = [](const Mine& a, const Mine& b) {
      return a.at != b.at ? a.at > b.at : std::tie(a.system, a.record) < std::tie(b.system, b.record);
    };
    const Mine* best = nullptr;
    for (const Mine& m : values) {
      if (spoke ? m.system != owner : rule != Rule::Latest && m.value.empty()) continue;
      if (!best || beats(m, *best)) best = &m;
    }
    const std::string name(to_text(field));
    if (best && comparable(field, golden[name]["value"].text()) != best->value)
      complain(Invariant::OrderFree, "golden record " + id + "'s " + name + " is not the one that its rule picks");
  }

  const Keeping& k_;
  std::vector<Complaint> complaints_;
};

}  // namespace

std::vector<Complaint> check_kept(const Keeping& keeping) { return Reading(keeping).all(); }

}  // namespace linchpin::sim
