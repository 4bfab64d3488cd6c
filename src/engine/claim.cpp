// What is due is claimed within each system's limits. What a write sends is committed before it is sent: a crash
// between the two is an attempt whose outcome is not known.
#include <algorithm>

#include "base/invariant.hpp"
#include "base/mutant.hpp"
#include "engine/deliver.hpp"
#include "engine/engine.hpp"
#include "engine/question.hpp"
#include "engine/refs.hpp"
#include "engine/revert.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t due_most = 400;  // deliveries looked at for one system in one step
constexpr std::size_t tried_most = 8;  // values of one field that were sent without an answer
// What a system holds of its own is read this long before it is filled, at most; longer each time that it was read in
// vain, so that a slow system is filled at last.
constexpr milliseconds read_counts_for{5'000};

// What is about to be sent: until it is confirmed, the record may hold it or not.
void keep(Tried& tried, const Values& values) {
  for (const auto& [field, value] : values) {
    std::vector<Value>& sent = tried[FieldName(field)];
    sent.push_back(value);  // as often as it was sent: each may land
    if (sent.size() > tried_most) sent.erase(sent.begin());
  }
}

// Whether what was sent to its record before may have been done, or may yet be; or what it holds has to be known since
// somebody may have edited it, and no webhook has told yet.
bool in_doubt(const Family& family, const Delivery& d) {
  if (d.operation == Operation::Delete || is_revert(d.change)) return true;
  return sets_fields(d.operation) &&
         (d.attempt > 0 || std::any_of(family.links.begin(), family.links.end(), [&](const Link& link) {
            return link.key == RecordKey{d.system, d.object, d.record} && !link.tried.empty();
          }));
}

// It fills what the system owns and has said nothing of, as far as is known: its word may be on its way.
bool fills_its_own(const model::Entity& entity, const Delivery& d) {
  return d.operation == Operation::Update && std::ranges::any_of(d.values, [&](const auto& value) {
           const model::Field* field = entity.field(value.first);
           return field && field->rule == model::Rule::Owner && field->owner == d.system;
         });
}

std::string about(const Delivery& d) { return "delivery/" + std::to_string(d.id.number); }

}  // namespace

// Its flow is not paused, and live, or in its pilot with this record in it, or it takes back; one that acts on an event
// does so beside one that is live. And what it goes through is still in the hub's files.
bool Engine::may_leave(const Delivery& d, const Golden& golden) const {
  const auto flow = hub_->flows.find(d.flow);
  if (paused_.flows.contains(d.flow)) return false;
  if (flow == hub_->flows.end() || (d.operation != Operation::Do && !hub_->mappings.contains(d.mapping))) return false;
  return d.takes_back() || engine::may_leave(*hub_, flow->second, golden);
}

// What may be sent to a system now: of the store what no step has changed since, and what this one has made.
Result<std::vector<Delivery>> Engine::due(Work& work, const SystemName& name, Connected& system, Instant now) {
  const std::size_t wanted = system.limits.room() * system.most;
  std::vector<Delivery> found;
  std::set<GoldenId> taken;  // one at a time, be they of two records there
  const auto take = [&](Family& family, const Delivery& d) -> Result<void> {
    if (d.state != DeliveryState::Pending || d.due > now || busy_.contains({name, d.golden})) return {};
    const auto hold = [&]() -> Result<void> {
      Delivery held = d;
      held.state = DeliveryState::Held;
      work.changed_delivery(family, std::move(held));
      return {};
    };
    if (!may_leave(d, family.golden)) return hold();  // out of the way of what may, until its flow is shared anew
    // Whom it may be has got a record there, or is getting one, since this was decided: until the question is answered.
    if (d.operation == Operation::Create && family.golden.in_question &&
        TRY(undecided(*hub_, family, world_.store, work)).systems.contains(name))
      return hold();
    if (!d.record.empty() && read_.waits({name, d.object, d.record}) && !mutant(Mutant::WritesBeforeRead))
      return {};  // what it holds now comes first
    // Of a process that has ended, or of a delivery that was dropped meanwhile: what the record holds now comes first
    // here too, where it can be read. So it does until what changed there while no process ran has been listed; and
    // what cannot be read is held until it can (Engine::take).
    const bool behind = d.operation == Operation::Update && behind_.contains({name, d.object});
    const bool unread = !d.record.empty() && is_given_up({name, d.object, d.record});
    const bool own = fills_its_own(hub_->entity(d.entity), d);
    if ((in_doubt(family, d) || own || behind || unread) && can_fetch(name, d.object)) {
      const auto [at, first] = repeatable_.try_emplace(d.id);
      ReadBefore& read = at->second;
      // The system made us wait since: its own word may have come meanwhile.
      const bool old = own && now - read.asked > read.times * read_counts_for;
      if (first || old) {
        read.asked = now, ++read.times;
        read_.hint({name, d.object, d.record}, {.trigger = Trigger::Reconcile, .not_before = now});
        return {};
      }
      if (unread) {
        repeatable_.erase(d.id);
        return hold();
      }
    }
    if (taken.insert(d.golden).second) found.push_back(d);
    return {};
  };
  // A little more than can be sent, since some may have to wait; all of them where many do.
  for (const std::size_t most : {std::min(due_most, wanted + wanted / 4 + 8), due_most}) {
    found.clear(), taken.clear();
    const std::vector<DeliveryRow> rows = TRY(world_.store.due(name, now, most));
    system.behind = rows.size() > wanted;
    TRY(work.open(goldens_of(rows, wanted)));
    for (const DeliveryRow& row : rows) {
      if (found.size() >= wanted) break;
      if (busy_.contains({name, row.golden})) continue;
      Family* family = TRY(work.family(row.golden));
      if (!family) continue;
      for (const Delivery& d : std::vector<Delivery>(family->deliveries))
        if (d.id == row.id) TRY(take(*family, d));
    }
    if (found.size() >= wanted || rows.size() < most) break;
  }
  // A create goes out one commit after its golden id, an operation one after its idempotency key: should the disk have
  // lied about the last commit, the restart knows under what it may have been done.
  for (const Delivery& d : work.due(name, now))
    if (Family* family = TRY(work.family(d.golden)); family && d.operation == Operation::Update) TRY(take(*family, d));
  system.behind = system.behind || found.size() > wanted;
  std::sort(found.begin(), found.end(), [](const Delivery& a, const Delivery& b) {
    return std::pair(a.priority, a.id) < std::pair(b.priority, b.id);
  });
  if (found.size() > wanted) found.resize(wanted);
  return found;
}

// Claims what is due, in the commit of this step: a crash between it and the call is an attempt whose outcome is not
// known.
Result<std::vector<Call>> Engine::claim(Work& work, Instant now) {
  std::vector<Call> calls;
  for (auto& [name, system] : systems_) {
    if (rests(name) || !may_call(name, {{}, name, WriteCall{}, {}}, now, false)) continue;
    const std::vector<Delivery> found = TRY(due(work, name, system, now));
    for (Load& load : loads(system.connector->manifest(), found, alone_)) {
      const Call tried{CallId(next_call_ + 1), name, WriteCall{load.object, load.operation, load.named, {}}, {}};
      if (!may_call(name, tried, now, load.priority == Priority::Batch)) continue;
      std::optional<Call> call = TRY(claim_load(work, name, load, now));
      if (!call) continue;
      count_call(*call, now);
      calls.push_back(*std::move(call));
    }
  }
  keep_brakes(work);
  return calls;
}

// Nothing: none of it can be put into the system's form.
Result<std::optional<Call>> Engine::claim_load(Work& work, const SystemName& name, Load& load, Instant now) {
  WriteCall write{load.object, load.operation, load.named, {}};
  for (Delivery& d : load.deliveries) {
    if (!TRY(brakes_let(work, d, now))) {
      if (d.operation == Operation::Delete) repeatable_.erase(d.id);  // it is read anew before it goes
      continue;
    }
    Family* family = TRY(work.family(d.golden));
    hold(Invariant::OnlyLiveIsSent, may_leave(d, family->golden) && !rests(name));
    const Link* link = nullptr;
    for (const Link& l : family->links)
      if (l.key == RecordKey{d.system, d.object, d.record} && l.entity == d.entity) link = &l;
    Refs refs(*hub_, world_.keys, work);
    Delivery there = d;                  // with what its refs are called there
    if (d.operation != Operation::Do) {  // what it names has gone there meanwhile: it waits, and the rest does not
      const std::vector<FieldName> missing = TRY(refs.out(hub_->mappings.at(d.mapping), there.values));
      if (!missing.empty() && d.operation == Operation::Associate) {
        d.state = DeliveryState::Held;
        work.changed_delivery(*family, d);
        continue;
      }
      for (const FieldName& field : missing) d.values.erase(field.text);
    }
    Put made = put(*hub_, there, link);
    if (d.operation == Operation::Associate) made.item.body = TRY(refs.association(d, link));
    if (d.operation == Operation::Create && !family->golden.made_as.empty()) made.item.golden = family->golden.made_as;
    for (const mapping::FieldError& e : made.errors) {
      DeadLetterRow letter;
      letter.id = question_id('d', about(d) + "/" + e.field.text, world_.keys);
      letter.kind = "field";
      letter.system = d.system, letter.entity = d.entity, letter.field = e.field, letter.flow = d.flow;
      letter.code = std::string(code_text(e.error.code)), letter.message = e.error.what,
      letter.place = to_text(e.error.at);
      letter.since = now, letter.regulated = d.regulated, letter.golden = d.golden,
      letter.record = {d.system, d.object, d.record};
      work.rows().dead_letters.push_back(std::move(letter));
      if (link) {  // until its golden value changes, it is not tried again
        Link after = *link;
        after.left[e.field.text] = d.values[e.field.text];
        d.values.erase(e.field.text);
        work.changed_link(*family, std::move(after));
      } else {
        d.values.erase(e.field.text);
      }
    }
    if (d.values.empty() && d.operation != Operation::Delete) {
      work.dropped_delivery(*family, d.id);
      continue;
    }
    if (d.idempotency_key.empty())
      d.idempotency_key =
          to_hex(world_.keys.digest("delivery", about(d) + "/" + std::to_string(d.suffix) + "/" +
                                                    std::to_string(d.attempt) + "/" + canonical(made.item.body)))
              .substr(0, 32);
    made.item.idempotency_key = d.idempotency_key;
    d.state = DeliveryState::Sent;
    ++d.attempt;
    if (d.operation == Operation::Create) keep(d.tried, d.values);
    if (link && sets_fields(d.operation) && !mutant(Mutant::TriedForgotten)) {
      Link after = *link;
      keep(after.tried, d.values);
      after.tried_at = now;
      work.changed_link(*family, std::move(after));
    }
    if (!mutant(Mutant::SentUnattested))
      work.attest(family, delivered(d, "sent", std::string(to_text(d.operation)), now));
    hold(Invariant::InOrderPerRecord, busy_.insert({name, d.golden}).second);
    write.items.push_back(std::move(made.item));
    work.changed_delivery(*family, d);
  }
  if (write.items.empty()) return std::nullopt;
  return Call{{}, name, std::move(write), {}};
}

}  // namespace linchpin::engine
