// Dead letters: what cannot succeed without a person. They block nothing else, and can be understood, tried again, and
// given up.
#include "base/log.hpp"
#include "engine/engine.hpp"
#include "engine/inbox.hpp"
#include "engine/refs.hpp"
#include "engine/seal.hpp"
#include "engine/trigger.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t counted_most = 100;  // of those who name one record: a list says how many, up to here

Json shown(const DeadLetterRow& l) {
  return Json::object({{"id", l.id},
                       {"kind", l.kind},
                       {"system", l.system.text},
                       {"entity", l.entity.text},
                       {"field", l.field.text},
                       {"code", l.code},
                       {"message", l.message},
                       {"place", l.place},
                       {"since", rfc3339(l.since)},
                       {"regulated", l.regulated},
                       {"flow", l.flow.text},
                       {"golden", l.golden.text},
                       {"record", l.record.record.text}});
}

std::string codes_of(const std::vector<DeadLetterRow>& letters) {
  std::set<std::string> codes;
  for (const DeadLetterRow& letter : letters) codes.insert(letter.code);
  std::string all;
  for (const std::string& code : codes) all += (all.empty() ? "" : ", ") + code;
  return all;
}

// A list is of all that its filters leave, as is what says so by its id.
bool names_all(const Json& command) {
  return command["id"].text() == "all" || command["command"].text() == "dead-letters.list";
}

bool is_meant(const Json& command, const DeadLetterRow& letter) {
  const auto fits = [&](const char* member, const std::string& value) {
    return command[member].text().empty() || command[member].text() == value;
  };
  return (names_all(command) || command["id"].text() == letter.id) && fits("system", letter.system.text) &&
         fits("kind", letter.kind) && fits("code", letter.code);
}

}  // namespace

Result<Json> Engine::dead_letters(const Json& command) {
  Json::List items;
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  const std::vector<DeadLetterRow> letters = TRY(world_.store.dead_letters());
  TRY(is_known(command, letters));
  for (const DeadLetterRow& l : letters) {
    if (!is_meant(command, l)) continue;
    items.push_back(shown(l));
    const Family* family = l.kind == "delivery" && l.record.record.empty() ? TRY(work.family(l.golden)) : nullptr;
    if (!family) continue;
    const bool has_refs = std::ranges::any_of(hub_->mappings, [&](const auto& mapping) {
      return mapping.second.system == l.system &&
             std::ranges::any_of(named_records(*hub_, mapping.second),
                                 [&](const NamedRecord& named) { return named.to == family->golden.entity; });
    });
    if (!has_refs) continue;
    const Children held = TRY(Refs(*hub_, world_.keys, work).children(*family, counted_most));
    std::set<GoldenId> children;  // whose refs wait for what could not be made there
    for (const auto& [child, record] : held.records) children.insert(child);
    if (!children.empty()) items.back() = items.back().with("holds", children.size());
    if (held.more) items.back() = items.back().with("holds_more", true);
  }
  if (items.empty() && !names_all(command))
    return fail(Code::NotFound, "there is no such dead letter", "`linchpin dead-letters DIR list` shows them.");
  return Json::object({{"items", std::move(items)}});
}

Result<void> Engine::read_again(const std::vector<RecordKey>& records, Instant now) {
  std::set<SystemName> systems;
  for (const RecordKey& key : records) systems.insert(key.system);
  for (const SystemName& system : systems)
    world_.inbox.append(TRY(read_again_entry(system, records, world_.keys, now)), [](Result<Position> position) {
      if (!position) log::error("a record cannot be read again now; ask once more", {{"error", position.error()}});
    });
  return {};
}

// What a delivery of an operation sends is taken anew: the record may have been mended since.
void Engine::take_anew(Delivery& d, const Family& family) const {
  const auto flow = hub_->flows.find(d.flow);
  // A direct flow tells of a change as it was.
  if (d.operation != Operation::Do || flow == hub_->flows.end() || flow->second.kind == model::Flow::Kind::Direct)
    return;
  Values values = sent_by(*hub_, flow->second, family.golden);
  if (values == d.values) return;
  d.values = std::move(values);
  d.idempotency_key.clear();  // another question than the one that was refused
}

// Tries one again: its delivery, the record that it is about, or the records that its webhook names (`again`).
Result<void> Engine::retry_one(Work& work, const DeadLetterRow& letter, std::vector<RecordKey>& again, Instant now) {
  Family* family = letter.golden.empty() ? nullptr : TRY(work.family(letter.golden));
  if (letter.kind == "delivery") {
    if (!family) return {};
    for (Delivery d : std::vector<Delivery>(family->deliveries)) {
      if (d.state != DeliveryState::Dead) continue;
      if (letter_id(d.id, world_.keys) != letter.id) continue;
      d.state = DeliveryState::Pending;
      d.attempt = 0;
      d.due = now;
      take_anew(d, *family);
      work.changed_delivery(*family, std::move(d));
    }
  } else if (letter.kind == "event") {
    const Json detail = TRY(open_detail(letter.sealed, letter.id, TRY(world_.keys.of_hub())));
    const std::int64_t position = detail["position"].integer().value_or(0);
    const std::vector<InboxEntry> entries = TRY(world_.inbox.read(Position(position - 1), 1));
    if (entries.empty() || entries[0].position.number != position)
      return fail(Code::NotFound, "the inbox no longer has the webhook",
                  "It is forgotten after the time that hub.yaml retains it.");
    const auto system = systems_.find(letter.system);
    if (system == systems_.end()) return fail(Code::NotFound, "the hub has no such system any more");
    for (const Event& event :
         TRY(unpack(entries[0], *system->second.connector, system->second.credential, world_.keys)))
      again.push_back({letter.system, event.object, event.record});
  } else if (letter.kind == "call") {
    for (auto& [where, sweep] : sweeps_)
      if (where.first == letter.system) sweep.not_before = now;
    unreadable_.erase(letter.record);
  } else if (letter.kind == "field" && letter.record.record.empty()) {
    return fail(Code::InvalidArgument, "the field is made of others, and that is tried at each change of them",
                "Mend one of them where it comes from, or the expression in " + letter.place + ".");
  } else if (!letter.record.record.empty()) {
    if (letter.kind == "change") TRY(no_longer_given_up(work, letter, now));
    again.push_back(letter.record);
    if (!family) return {};
    for (Link link : std::vector<Link>(family->links))
      if (link.key == letter.record && link.left.erase(letter.field.text) > 0) {
        work.changed_link(*family, std::move(link));
        Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
        TRY(line.settle(*family, &family->golden, {ChangeId("retry." + letter.id), {}, now}));
      }
  }
  return {};
}

// A record that could not be read is read when something tells of it; or now, where something is to be written to it,
// which is held for as long as it takes, and brings the dead letter back if it cannot be read.
Result<void> Engine::no_longer_given_up(Work& work, const DeadLetterRow& letter, Instant now) {
  unreadable_.erase(letter.record);
  Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
  if (TRY(release(work, line, letter.record, {ChangeId("read." + letter.id), {}, now}, "person")))
    read_.hint(letter.record, {.trigger = Trigger::Reconcile, .not_before = now});
  return {};
}

// Nothing comes of it any more. A write that is refused is kept as it is, so that the same is not made again; an
// operation is not, so that its flow may ask anew, and what the flow had set meanwhile no longer holds.
Result<void> Engine::discard_one(Work& work, const DeadLetterRow& letter, Instant now) {
  if (letter.kind == "change") TRY(no_longer_given_up(work, letter, now));
  Family* family = letter.golden.empty() ? nullptr : TRY(work.family(letter.golden));
  if (letter.kind != "delivery" || !family) return {};
  for (const Delivery& d : std::vector<Delivery>(family->deliveries)) {
    if (d.state != DeliveryState::Dead || d.operation != Operation::Do || letter_id(d.id, world_.keys) != letter.id)
      continue;
    work.dropped_delivery(*family, d.id);
    const auto was_set = std::erase_if(family->golden.set, [&](const auto& field) {
      return field.second.rule == rule_of(d.flow) && field.second.change == d.change;
    });
    if (was_set == 0) continue;
    work.changed_golden(*family);
    Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
    TRY(line.share_anew(*family, {ChangeId("discard." + letter.id), {}, now}, "person"));
  }
  return {};
}

// Whether what a command names is there to be named: a system or a code that is misspelt has no dead letters.
Result<void> Engine::is_known(const Json& command, const std::vector<DeadLetterRow>& letters) const {
  static constexpr std::array kinds{"delivery", "event", "change", "field", "call"};
  const std::string &system = command["system"].text(), &kind = command["kind"].text(), &code = command["code"].text();
  const bool named =
      std::any_of(letters.begin(), letters.end(), [&](const auto& l) { return l.system.text == system; });
  if (!system.empty() && !named && !hub_->systems.contains(SystemName(system)))
    return fail(Code::NotFound, "the hub has no system '" + system + "'", "Its systems are the files in systems/.");
  if (!kind.empty() && std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    return fail(Code::NotFound, "there is no kind of dead letter '" + kind + "'",
                "The kinds are delivery, event, change, field and call.");
  const bool waits = std::any_of(letters.begin(), letters.end(), [&](const auto& l) { return l.code == code; });
  if (!code.empty() && !waits && !parse_code(code))
    return fail(Code::NotFound, "there is no code '" + code + "'",
                letters.empty() ? "No dead letter waits." : "Those that wait have " + codes_of(letters) + ".");
  return {};
}

// {"command":"dead-letters.retry"|"dead-letters.discard","id","system","kind","code","by"}: one, or of all those that
// the rest names. Of all, one that cannot be tried again stays as it is and holds up no other.
Result<Json> Engine::answer_letters(const Json& command, Instant now) {
  const bool retries = command["command"].text() == "dead-letters.retry", all = names_all(command);
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  std::vector<RecordKey> again;
  std::int64_t done = 0, left = 0;
  const std::vector<DeadLetterRow> letters = TRY(world_.store.dead_letters());
  TRY(is_known(command, letters));
  for (const DeadLetterRow& letter : letters) {
    if (!is_meant(command, letter)) continue;
    if (const Result<void> one = retries ? retry_one(work, letter, again, now) : discard_one(work, letter, now); !one) {
      if (!all) return tl::unexpected(one.error());
      ++left;
      continue;
    }
    ++done;
    const std::string kind = retries ? "retry" : "discard";
    work.rows().dead_letters_dropped.push_back(letter.id);
    work.attest(nullptr, {.entry = kind + "/" + letter.id + "/" + std::to_string(ms_since_epoch(now)),
                          .kind = kind,
                          .trigger = "person",
                          .system = letter.system,
                          .entity = letter.entity,
                          .outcome = letter.code,
                          .by = command["by"].text(),
                          .at = now});
  }
  if (done + left == 0 && !all)
    return fail(Code::NotFound, "there is no such dead letter", "`linchpin dead-letters DIR list` shows them.");
  TRY(read_again(again, now));
  TRY(work.commit());
  return Json::object({{retries ? "retried" : "discarded", done}, {"left", left}});
}

}  // namespace linchpin::engine
