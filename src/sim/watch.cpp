#include "sim/watch.hpp"

#include <algorithm>
#include <cstdio>

#include "engine/seal.hpp"
#include "sim/phones.hpp"

namespace linchpin::sim {
namespace {

constexpr int tries_most = 200;  // to write to one record, when people and faults have ended
constexpr int checks_most = 30;  // of one person: nobody becomes a client so often in a run

using engine::DeliveryState;

[[noreturn]] void broken(Invariant invariant, std::string what) {
  throw Broken{std::string(to_text(invariant)), std::move(what), "Watch"};
}

// In every planted name and e-mail, in no other text (ledger.cpp). Long enough not to stand in what is sealed by
// chance.
bool holds_marker(std::string_view text) {
  for (const std::string_view form : {"zyqovex", "Zyqovex", "ZYQOVEX"})
    if (text.find(form) != std::string_view::npos) return true;
  return false;
}

}  // namespace

Watch::Writing Watch::writing(const engine::Send& send) {
  Writing w;
  const Request& r = send.request;
  const auto path_has = [&](std::string_view part) { return r.url.find(part) != std::string::npos; };
  const bool upsert = path_has("/contacts/batch/upsert"), update = path_has("/contacts/batch/update");
  const bool contacts = path_has("/api.xro/2.0/Contacts") && (r.method == "PUT" || r.method == "POST");
  const bool check = path_has("/verifications") && r.method == "POST";
  if (!upsert && !update && !contacts && !check) return w;
  const Result<Json> body = parse_json(r.body);
  if (!body) broken(Invariant::InOrderPerRecord, "a request that writes holds no JSON");
  const std::string& system = send.system.text;
  if (upsert || update) {
    w.creates = upsert;
    for (const Json& input : (*body)["inputs"].items())
      w.items.push_back(
          {system + "/" + input["id"].text(), upsert ? input["id"].text() : "", held_in(Site::Hubspot, input).values});
  } else if (contacts) {
    w.creates = r.method == "PUT";
    for (const Json& c : (*body)["Contacts"].items()) {
      const std::string& id = (w.creates ? c["ContactNumber"] : c["ContactID"]).text();
      w.items.push_back({system + "/" + id, w.creates ? id : "", held_in(Site::Xero, c).values});
    }
  } else {
    w.items.push_back({system + "/" + (*body)["external_id"].text(), (*body)["external_id"].text(), {}});
  }
  return w;
}

void Watch::mix(std::string_view text) {
  for (const char c : text) mixed_ = (mixed_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
}

std::string Watch::digest() const {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(mixed_ >> (8 * i));
  return to_hex(bytes);
}

// ClassIsKept: no row, no name of a column's content, holds a value in plain text.
void Watch::nothing_private(const std::string& where, std::initializer_list<const std::string*> texts) const {
  for (const std::string* text : texts) {
    if (holds_marker(*text) || holds_phone(ledger_, *text))
      broken(Invariant::ClassIsKept, where + " holds a personal value in plain text");
    for (const std::string& secret : restricted_)
      if (text->find(secret) != std::string::npos)
        broken(Invariant::ClassIsKept, where + " holds a restricted value in plain text");
  }
}

void Watch::sealed(const engine::Batch& batch) const {
  for (const auto& r : batch.goldens) nothing_private("a golden record's row", {&r.sealed});
  for (const auto& r : batch.links) nothing_private("a link's row", {&r.sealed, &r.key.record.text});
  for (const auto& r : batch.match_keys) nothing_private("a match key's row", {&r.key});
  for (const auto& r : batch.deliveries) nothing_private("a delivery's row", {&r.sealed, &r.idempotency_key});
  for (const auto& r : batch.dead_letters)
    nothing_private("a dead letter's row", {&r.sealed, &r.message, &r.place, &r.code});
  for (const auto& r : batch.reviews) nothing_private("a review's row", {&r.sealed, &r.message, &r.code});
  for (const auto& r : batch.audit) nothing_private("an audit entry", {&r.body, &r.person});
  for (const auto& r : batch.cursors) nothing_private("a cursor's row", {&r.cursor});
  for (const auto& r : batch.registers) nothing_private("a version of the register", {&r.sealed, &r.why});
  for (const auto& r : batch.credentials) nothing_private("a credential's row", {&r.sealed});
  for (const auto& r : batch.metas) nothing_private("a meta row", {&r.key, &r.value});
  for (const auto& r : batch.past) nothing_private("what was before", {&r.sealed, &r.change.text});
  for (const auto& [system, digest] : batch.seen) nothing_private("an event's digest", {&digest});
}

// Whose an entry of the log is, as docs/internals/audit-log.md has it: of the person's own key.
std::string Watch::tag_of(const GoldenId& golden) const {
  const Result<Secret> key = keys().of(golden);
  return key ? to_hex(as_text(hmac_sha256(as_text(hmac_sha256(key->bytes(), "audit person")), "tag"))) : "";
}

// Whether another value stands in a golden record than before.
bool Watch::changed(const engine::GoldenRow& row) {
  const Result<Secret> key = keys().of(row.id);
  const auto golden = key ? engine::open_row(row, *key) : tl::unexpected(key.error());
  if (!golden) broken(Invariant::AckedIsDurable, "golden record " + row.id.text + " is committed and cannot be opened");
  std::map<std::string, std::string> values;
  for (const auto& [field, sourced] : golden->fields)
    if (!sourced.value.is_null()) values[field.text] = canonical(sourced.value);
  const auto [before, fresh] = values_.try_emplace(row.id);
  const bool other = fresh ? !values_lost_ : before->second != values;
  before->second = std::move(values);
  return other;
}

// AuditedWithCommit: what is about to be sent, what was confirmed and what was received is attested in the same commit.
void Watch::count_audit(const engine::Batch& batch) {
  std::map<std::string, std::int64_t> sent, kinds;
  std::set<std::string> people;
  for (const engine::AuditRow& row : batch.audit) {
    const Result<Json> body = parse_json(row.body);
    if (!body) broken(Invariant::AuditedWithCommit, "an audit entry is no JSON");
    ++kinds[(*body)["kind"].text()];
    people.insert((*body)["person"].text());
    if ((*body)["kind"].text() == "sent") ++sent[(*body)["system"].text()];
  }
  std::map<std::string, std::int64_t> claimed;
  for (const engine::DeliveryRow& row : batch.deliveries) {
    const auto was = deliveries_.find(row.id);
    const bool under_way = was != deliveries_.end() && was->second == DeliveryState::Sent;
    if (row.state == DeliveryState::Sent && !under_way) ++claimed[row.system.text];
  }
  for (const auto& [system, count] : claimed)
    if (sent[system] < count)
      broken(Invariant::AuditedWithCommit, "a delivery to " + system + " is claimed unattested");
  // What was sent and is dropped with a change of its own link was confirmed, or all of it refused; without, it was no
  // longer needed.
  std::int64_t confirmed = 0;
  for (const DeliveryId& id : batch.deliveries_dropped) {
    const auto was = deliveries_.find(id);
    if (was == deliveries_.end() || (was->second != DeliveryState::Sent && was->second != DeliveryState::Unknown))
      continue;
    confirmed += std::any_of(batch.links.begin(), batch.links.end(), [&](const engine::LinkRow& l) {
      return l.key.system == about_.at(id).first && l.golden == about_.at(id).second && !l.gone;
    });
  }
  if (confirmed > kinds["confirmed"] + kinds["received"] + kinds["refused"])
    broken(Invariant::AuditedWithCommit, "a delivery was confirmed unattested");
  for (const engine::GoldenRow& row : batch.goldens)
    if (changed(row) && !people.contains(tag_of(row.id)))
      broken(Invariant::AuditedWithCommit, "golden record " + row.id.text + " changed unattested");
  if (!batch.goldens.empty() && batch.audit.empty())
    broken(Invariant::AuditedWithCommit, "a golden record changed unattested");
  for (const auto& [system, count] : sent) attested_[system] += count;
}

// MergedOnce: an item is done once; a delivery is made in the commit of the decision behind it.
void Watch::once(const engine::Batch& batch) {
  // What only confirms is lost with what else waits to be durable, or not at all.
  if (!waits_ || !batch.only_confirms()) deliveries_last_ = deliveries_;
  waits_ = batch.only_confirms();
  done_last_.clear();
  for (const engine::Settles& item : batch.done) {
    if (!done_.insert(item).second)
      broken(Invariant::MergedOnce,
             "an item of inbox entry " + std::to_string(item.position.number) + " is done twice");
    done_last_.insert(item);
  }
  // What an item says is merged in the commit that marks it done.
  bool taken_back = false;  // a record is given back what it held: no golden record is another for it
  for (const engine::AuditRow& row : batch.audit) {
    const Json body = parse_json(row.body).value_or(Json());
    taken_back = taken_back || body["kind"].text() == "reverted";
    long long position = 0;
    int item = 0;
    if (body["kind"].text() != "received" ||
        std::sscanf(body["change"].text().c_str(), "c%lld.%d", &position, &item) != 2)
      continue;
    const engine::Settles says{Position(position), item};
    if (std::find(batch.done.begin(), batch.done.end(), says) == batch.done.end())
      broken(Invariant::MergedOnce,
             "what inbox entry " + std::to_string(position) + " says is merged, and not done in that commit");
  }
  const bool decided = taken_back || !batch.goldens.empty() || !batch.links.empty() || !batch.reviews.empty() ||
                       !batch.cursors.empty() || !batch.deliveries_dropped.empty() || !batch.done.empty();
  for (const engine::DeliveryRow& row : batch.deliveries) {
    told(batch, row);
    const bool fresh = deliveries_.insert_or_assign(row.id, row.state).second;
    about_[row.id] = {row.system, row.golden};
    if (fresh && !decided)
      broken(Invariant::MergedOnce, "delivery " + std::to_string(row.id.number) + " comes without its decision");
  }
  for (const DeliveryId& id : batch.deliveries_dropped) deliveries_.erase(id);
}

// Converged: what is given up is told in the same commit.
void Watch::told(const engine::Batch& batch, const engine::DeliveryRow& row) const {
  const auto was = deliveries_.find(row.id);
  const bool died =
      row.state == DeliveryState::Dead && (was == deliveries_.end() || was->second != DeliveryState::Dead);
  if (died && std::none_of(batch.dead_letters.begin(), batch.dead_letters.end(), [&](const auto& letter) {
        return letter.kind == "delivery" && letter.golden == row.golden && letter.system == row.system;
      }))
    broken(Invariant::Converged, "delivery " + std::to_string(row.id.number) + " died, and no dead letter says so");
}

// NoDoubleCreate: while somebody is being created in a system, no record that a person made there is taken for theirs:
// the one that is being made would be their second.
void Watch::matched(const engine::Batch& batch) const {
  for (const engine::LinkRow& row : batch.links) {
    const std::string& system = row.key.system.text;
    if (row.gone || !writing_.contains(system + "/" + row.golden.text)) continue;
    const Site site = system == to_text(Site::Hubspot) ? Site::Hubspot : Site::Xero;
    const Person* theirs = ledger_.owner_of(site, row.key.record.text);
    if (theirs && theirs->records.contains(site) && theirs->records.at(site).contains(row.key.record.text))
      broken(Invariant::NoDoubleCreate, system + " record " + row.key.record.text + " is matched with golden record " +
                                            row.golden.text + ", which is being created there");
  }
}

void Watch::committed(const engine::Batch& batch, Instant) {
  ++commits_;
  matched(batch);
  count_audit(batch);
  once(batch);
  sealed(batch);
  for (const engine::DeliveryRow& row : batch.deliveries)
    mix(std::to_string(row.id.number) + "/" + std::to_string(static_cast<int>(row.state)));
  for (const engine::AuditRow& row : batch.audit) mix(row.body);
}

void Watch::commit_lost() {
  ledger_.still.clear();  // what an operator had paused may be gone with it
  ledger_.pause_lost = true;
  for (const engine::Settles& item : done_last_) done_.erase(item);
  done_last_.clear();
  deliveries_ = deliveries_last_;
  values_.clear();
  values_lost_ = true;
}

void Watch::appended(const engine::InboxEntry& entry) {
  nothing_private("an inbox entry", {&entry.sealed});
  durable_[entry.sealed] = entry.position;
}

void Watch::acknowledged(const SystemName& system, const Request&, const std::string& sealed) {
  if (!durable_.contains(sealed))
    broken(Invariant::AckedIsDurable, "a webhook of " + system.text + " is acknowledged and not in the inbox");
}

void Watch::sent(const engine::Send& send, Instant now) {
  ++calls_;
  mix(std::to_string(ms_since_epoch(now)) + send.request.method + send.request.url);
  mix(send.request.body);
  for (const std::string& secret : restricted_)
    if (send.request.body.find(secret) != std::string::npos || send.request.url.find(secret) != std::string::npos)
      broken(Invariant::ClassIsKept, "a request to " + send.system.text + " holds a restricted value");
  if (holds_marker(send.request.url) || holds_phone(ledger_, send.request.url))
    broken(Invariant::ClassIsKept, "a personal value stands in the address of a request to " + send.system.text);
  if (send.system.text == "idcheck" && holds_phone(ledger_, send.request.body))
    broken(Invariant::ClassIsKept, "a request to idcheck holds a phone, which no flow gives it");
  const Writing w = writing(send);
  const auto count = static_cast<std::int64_t>(w.items.size());
  if (count == 0) return;
  writes_ += count;
  if (const auto still = ledger_.still.find(send.system.text); still != ledger_.still.end())
    broken(Invariant::OnlyLiveIsSent, "a write to " + send.system.text + " leaves, and " + still->second);
  if (trace)
    for (const Item& item : w.items) {
      std::string line =
          "  call " + std::to_string(send.call.number) + (w.creates ? " creates " : " writes ") + item.key;
      for (const auto& [field, value] : item.values)
        if (!value.empty()) line += " " + std::string(to_text(field));
      trace(line);
    }
  if (attested_[send.system.text] < count)
    broken(Invariant::AuditedWithCommit, "a write to " + send.system.text + " left without an entry in the log");
  attested_[send.system.text] -= count;
  for (const Item& item : w.items)
    if (w.creates && item.golden.empty())
      broken(Invariant::NoDoubleCreate, "a create in " + send.system.text + " holds no id by which it could be found");
  for (const Item& item : w.items) ++tries_[item.key];
  for (const Item& item : w.items)
    if (!writing_.emplace(item.key, UnderWay{send.call, send.request.body, words_in(item.key)}).second)
      broken(Invariant::InOrderPerRecord, "two writes of " + item.key + " are under way");
}

// NoDoubleCreate: what the vendor made just now is the first record of that person there.
void Watch::served(const engine::Send& send, const Answer& answer, Instant now) {
  mix(std::to_string(ms_since_epoch(now)) + std::to_string(answer.status));
  const Writing w = writing(send);
  if (trace && !w.items.empty())
    trace("  call " + std::to_string(send.call.number) + " is served " + std::to_string(answer.status) +
          (answer.status >= 400 ? " " + answer.body.substr(0, 160) : ""));
  if (send.system.text == "idcheck") {
    for (const Item& item : w.items)
      if (answer.status < 300 && ++checked_[item.key] > checks_most)
        broken(Invariant::MergedOnce, item.key + " is checked again and again");
    if (send.request.url.ends_with("/person") && answer.status == 200)
      if (const Result<Json> person = parse_json(answer.body)) {
        restricted_.insert((*person)["date_of_birth"].text());
        for (const char* member : {"number", "expires_on"}) restricted_.insert((*person)["document"][member].text());
        restricted_.erase("");
      }
    return;
  }
  const auto left = left_.find(send.request.body);
  if (answer.status < 400)
    for (const Item& item : w.items) {
      if (left != left_.end()) came_late(item.key, left->second[item.key]);
      const auto under_way = writing_.find(item.key);
      if (under_way != writing_.end() && under_way->second.call == send.call) overtaken(item, under_way->second.words);
    }
  if (!w.creates) return;
  const bool hubspot = send.system.text == "hubspot";
  const Site site = hubspot ? Site::Hubspot : Site::Xero;
  if (answer.status >= 500 && look) {
    for (const Item& item : w.items)
      if (const std::string id = look(site, item.golden); !id.empty()) made(site, id, &item);
    return;
  }
  const Result<Json> body = parse_json(answer.body);
  if (!body || answer.status >= 400) return;
  for (const Json& record : (hubspot ? (*body)["results"] : (*body)["Contacts"]).items()) {
    const std::string& id = (hubspot ? record["id"] : record["ContactID"]).text();
    const std::string& golden = (hubspot ? record["properties"]["linchpin_id"] : record["ContactNumber"]).text();
    if (id.empty() || record["StatusAttributeString"].text() == "ERROR") continue;
    const auto item = std::find_if(w.items.begin(), w.items.end(), [&](const Item& i) { return i.golden == golden; });
    made(site, id, item == w.items.end() ? nullptr : &*item);
  }
}

// EchoIsSilent: what is said once is not said for ever.
void Watch::insistent() const {
  for (const auto& [key, tries] : tries_)
    if (tries > tries_most)
      broken(Invariant::EchoIsSilent,
             key + " is written to " + std::to_string(tries) + " times, and nobody said anything");
}

// InOrderPerRecord: of what was sent it is found out what became.
void Watch::restless() const {
  insistent();
  if (!writing_.empty()) return;
  for (const auto& [id, state] : deliveries_)
    if (state == DeliveryState::Sent)
      broken(Invariant::InOrderPerRecord,
             "delivery " + std::to_string(id.number) + " was sent, nothing is on its way, and nothing becomes of it");
}

void Watch::made(Site site, const std::string& id, const Item* item) {
  if (Person* theirs = ledger_.owner_of(site, id)) {
    theirs->overwritten.insert(site);
    return;
  }
  const std::string record = std::string(to_text(site)) + " record " + id;
  const Person* whose = item ? ledger_.whose(item->values) : nullptr;
  if (!whose) broken(Invariant::NoDoubleCreate, record + " was made of nobody");
  Person& person = ledger_.people()[static_cast<std::size_t>(whose->number)];
  if (person.given[site].size() + person.records[site].size() > 0 && !person.removed.contains(site) &&
      !person.doubled())
    broken(Invariant::NoDoubleCreate, record + " is the second of person " + std::to_string(person.number));
  ledger_.made(person, site, id, true);
}

// The person whose record a request writes to, and where; nobody's as long as it is to be created.
std::pair<Person*, Site> Watch::written_to(const std::string& key) const {
  const std::size_t slash = key.find('/');
  const Site site = key.substr(0, slash) == to_text(Site::Hubspot) ? Site::Hubspot : Site::Xero;
  return {ledger_.owner_of(site, key.substr(slash + 1)), site};
}

// How often people have written to a record.
std::size_t Watch::words_in(const std::string& key) const {
  const auto [person, site] = written_to(key);
  std::size_t words = 0;
  if (person)
    for (const auto& [field, said] : person->said)
      words += static_cast<std::size_t>(std::count_if(
          said.begin(), said.end(), [&, s = site](const Said& one) { return one.site == s && !one.by_the_way; }));
  return words;
}

// An update of a process that had ended overwrites what people have written since it was sent.
void Watch::came_late(const std::string& key, std::size_t words_then) {
  const auto [person, site] = written_to(key);
  if (person && words_in(key) > words_then) person->overwritten.insert(site);
}

// An update lands beside what people have written since it was sent.
void Watch::overtaken(const Item& item, std::size_t words_then) {
  const auto [person, site] = written_to(item.key);
  if (person && words_in(item.key) > words_then)
    for (const auto& [field, value] : item.values) person->overtaken.insert(field);
}

void Watch::answered(const engine::Send& send, const Result<Answer>&, Instant) {
  const CallId call = send.call;
  if (trace && std::any_of(writing_.begin(), writing_.end(), [&](const auto& w) { return w.second.call == call; }))
    trace("  call " + std::to_string(call.number) + " is answered");
  std::erase_if(writing_, [&](const auto& w) { return w.second.call == call; });
}

void Watch::ended() {
  for (const auto& [key, write] : writing_) left_[write.body][key] = write.words;
  writing_.clear();
  attested_.clear();
  if (!inbox_) return;
  for (const auto& [sealed, position] : durable_) {
    const auto kept = inbox_->read(Position(position.number - 1), 1);
    if (!kept || kept->empty() || kept->front().position != position || kept->front().sealed != sealed)
      broken(Invariant::AckedIsDurable,
             "inbox entry " + std::to_string(position.number) + " was durable and is gone after a restart");
  }
  durable_.clear();
}

}  // namespace linchpin::sim
