#include "bench/people.hpp"

#include "audit/log.hpp"
#include "base/json.hpp"
#include "bench/traffic.hpp"
#include "engine/confirm.hpp"
#include "engine/match.hpp"
#include "engine/merge.hpp"
#include "engine/register.hpp"
#include "store/open.hpp"

namespace linchpin::bench {

using namespace engine;

namespace {

constexpr std::int64_t in_one_commit = 20'000;

const EntityName person("person");
const SystemName source("crm");
const ObjectName people("people");

// The write that made a person at a sink, as it was confirmed.
Link linked_at_sink(const model::Hub& hub, const SystemName& sink, const Golden& golden, Instant at) {
  Delivery made;
  made.system = sink, made.object = people, made.entity = person, made.golden = golden.id;
  made.mapping = hub.mapping_for(person, sink)->name;
  for (const auto& [field, sourced] : golden.fields) made.values.emplace(field.text, sourced.value);
  Record record;  // a sink answers with the id alone, which is the hub's own
  record.id = RecordId(golden.id.text);
  record.body = Json::object({{"id", golden.id.text}});
  return confirm(hub, made, std::nullopt, record, at);
}

void put(Work& work, const model::Hub& hub, Keys& keys, const Change& said, Person made, Instant at) {
  Family& family = work.make(std::move(made.golden));
  for (Link& link : made.links) {
    std::vector<std::string> blind;
    for (BlindKey& key : match_keys(hub.entity(person), link.base, keys)) blind.push_back(std::move(key.key));
    work.match_keys(family, link.key, blind);
    work.changed_link(family, std::move(link));
  }
  Attested linked;
  linked.entry = said.id.text + "/" + person.text;
  linked.kind = "received", linked.trigger = "batch", linked.change = said.id;
  linked.system = source, linked.direction = "in", linked.entity = person;
  for (const auto& [field, sourced] : family.golden.fields) linked.values.emplace(field.text, sourced.value);
  linked.outcome = "linked", linked.at = at;
  work.attest(&family, std::move(linked));
}

// What the hub says of itself once it has loaded everything and shared it.
void loaded(Batch& rows, const model::Hub& hub, const Secret& hub_key, Instant at) {
  rows.registers.push_back(
      register_row(1, hub, {}, {.by = "run", .why = "the folder's first version", .plan = {}}, hub_key, at));
  rows.cursors.push_back({source, people, "first_load", "", {}, at, true});
  for (const auto& [name, flow] : hub.flows)
    rows.cursors.push_back({{}, ObjectName(name.text), "share", "", {}, at, true});
}

Result<Secret> key_of(const std::string& hex, std::string_view name) { return vault::key_of_text(Secret(hex), name); }

}  // namespace

JobKeys JobKeys::make() {
  return {to_hex(random_bytes(16)), to_hex(random_bytes(16)), to_hex(random_bytes(32)), to_hex(random_bytes(32)),
          to_hex(random_bytes(32))};
}

std::vector<std::pair<std::string, std::string>> JobKeys::environment(const std::filesystem::path& home) const {
  return {{"HOME", home.string()},  {"BENCH_TOKEN", token}, {"BENCH_WEBHOOK_SECRET", webhook_secret},
          {"BENCH_MASTER", master}, {"BENCH_MATCH", match}, {"BENCH_LOG", log}};
}

Result<std::unique_ptr<vault::Keys>> JobKeys::open(KeyStore& store, const model::Hub& hub) const {
  vault::KeySetup setup;
  setup.hub = hub.name;
  setup.master = TRY(key_of(master, "master"));
  setup.match = TRY(key_of(match, "match"));
  return vault::Keys::open(store, std::move(setup));
}

Change said_of(std::int64_t record, std::int64_t phone, ChangeId id, Instant at) {
  Change change;
  change.id = std::move(id);
  change.key = {source, people, RecordId(std::to_string(record))};
  change.trigger = Trigger::Batch;
  change.record.id = change.key.record;
  change.record.body = *parse_json(source_record(record, phone, ms_since_epoch(at)));
  change.record.updated = change.asked = change.seen = at;
  return change;
}

Person person_of(const model::Hub& hub, GoldenId id, const Change& said, Instant at) {
  const mapping::Mapping& mapping = *hub.mapping_for(person, source);
  Person made{{std::move(id), person, 0, at, {}, {}}, {}};
  Link link;
  link.key = said.key, link.entity = person, link.mapping = mapping.name, link.golden = made.golden.id;
  Merged merged = merge(hub, made.golden, {}, link, {&mapping, mapping::read(mapping, said.record.body).values, &said});
  merged.link.updated = said.record.updated;
  merged.link.held = Json(Json::Object{});
  for (const char* member : {"first_name", "last_name", "email", "phone"})
    merged.link.held = merged.link.held.with(member, said.record.body[member]);
  made.golden = std::move(merged.golden);
  made.links.push_back(std::move(merged.link));
  for (const char* sink : {"first", "second"})
    made.links.push_back(linked_at_sink(hub, SystemName(sink), made.golden, at));
  return made;
}

Result<void> fill(const model::Hub& hub, const JobKeys& given, const std::filesystem::path& data, std::int64_t count,
                  const std::function<void(std::int64_t)>& progress) {
  const store::Files files = TRY(store::open_files(data));
  const std::unique_ptr<vault::Keys> keys = TRY(given.open(*files.keys, hub));
  const std::unique_ptr<audit::Log> log =
      TRY(audit::Log::open(*files.state.audit, hub.name + "/" + hub.environment.name + "/audit",
                           vault::log_signing_key(TRY(key_of(given.log, "log")))));
  Families nothing_kept(0);
  std::int64_t next_delivery = 0;
  for (std::int64_t first = 0; first < count; first += in_one_commit) {
    const Instant now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    Work work(*files.state.store, *keys, nothing_kept, 1, next_delivery);
    const std::int64_t last = std::min(count, first + in_one_commit);
    for (std::int64_t record = first; record < last; ++record) {
      const Change said = said_of(record, -1, ChangeId("list." + std::to_string(record)), now);
      put(work, hub, *keys, said, person_of(hub, make_golden_id(ms_since_epoch(now), random_bytes(10)), said, now),
          now);
    }
    if (first == 0) loaded(work.rows(), hub, TRY(keys->of_hub()), now);
    TRY(work.commit());
    while (TRY(log->integrate())) continue;
    progress(last);
  }
  return {};
}

}  // namespace linchpin::bench
