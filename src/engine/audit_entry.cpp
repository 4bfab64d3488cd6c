#include "engine/audit_entry.hpp"

#include "base/mutant.hpp"
namespace linchpin::engine {
namespace {

// Keys of one purpose each, from the data key: destroying it destroys them.
Hash derived(std::string_view data_key, std::string_view purpose) { return hmac_sha256(data_key, purpose); }

}  // namespace

std::string commitment(std::string_view data_key, std::string_view entry, std::string_view field, const Value& value) {
  const Hash salt_key = derived(data_key, "audit salt");
  const Hash salt = hmac_sha256(as_text(salt_key), std::string(entry) + '\x1f' + std::string(field));
  std::string text = "linchpin/commit/v1";
  text.append(as_text(salt)).append(field).append(canonical(value));
  return to_hex(as_text(sha256(text)));
}

Attested delivered(const Delivery& d, std::string kind, std::string outcome, Instant now) {
  return {.entry = "delivery/" + std::to_string(d.id.number) + "/" + std::to_string(d.attempt) + "/" + kind,
          .kind = kind,
          .trigger = "flow " + d.flow.text,
          .change = d.change,
          .flow = d.flow,
          .system = d.system,
          .direction = "out",
          .entity = d.entity,
          .values = kind == "refused" ? Values{} : d.values,
          .outcome = std::move(outcome),
          .at = now};
}

AuditRow audit_row(const Attested& a, const Secret& data_key, bool about_person) {
  AuditRow row;
  if (about_person)
    row.person = to_hex(as_text(hmac_sha256(as_text(derived(data_key.bytes(), "audit person")), "tag")));
  Json::List fields;
  Json::Object commitments;
  for (const auto& [field, value] : a.values) {
    fields.emplace_back(field);
    commitments.emplace_back(
        field, mutant(Mutant::ValueInAudit) ? value : Value(commitment(data_key.bytes(), a.entry, field, value)));
  }
  Json::Object body{{"entry", a.entry}, {"kind", a.kind}, {"at", rfc3339(a.at)}, {"register", a.version}};
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) body.emplace_back(name, text);
  };
  add("trigger", a.trigger);
  add("change", a.change.text);
  add("flow", a.flow.text);
  add("system", a.system.text);
  add("direction", a.direction);
  add("entity", a.entity.text);
  add("outcome", a.outcome);
  add("by", a.by);
  add("person", row.person);
  if (!fields.empty()) {
    body.emplace_back("fields", std::move(fields));
    body.emplace_back("commitments", std::move(commitments));
  }
  row.body = canonical(Json(std::move(body)));
  return row;
}

}  // namespace linchpin::engine
