// What a system takes once, and another record there has: it is left blank, or as it was, asked about, and sent again
// when it may be.
#include "engine/audit_entry.hpp"
#include "engine/engine.hpp"

namespace linchpin::engine {

std::string unique_question(const GoldenId& golden, const SystemName& system, const FieldName& field, Keys& keys) {
  return question_id('r', "unique/" + golden.text + "/" + system.text + "/" + field.text, keys);
}

// A system holds such a value once, and another record has it: what else there is to write goes out without it, and a
// person is asked. The same is not sent again until the golden record says something else, or somebody says so.
void Engine::leave_blank(Work& work, Family& family, Delivery d, const FieldName& field, Instant now) {
  was_not_done(work, family, d);
  work.attest(&family, delivered(d, "refused", std::string(code_text(Code::UniqueTaken)), now));
  const Value value = d.values.at(field.text);
  bool blank = true;
  d.values.erase(field.text);
  for (Link link : std::vector<Link>(family.links))
    if (d.operation == Operation::Update && link.key == RecordKey{d.system, d.object, d.record} &&
        link.entity == d.entity) {
      const auto base = link.base.find(field.text);
      blank = base == link.base.end() || base->second.is_null();
      link.left[field.text] = value;
      work.changed_link(family, std::move(link));
    }
  ReviewRow row;
  row.id = unique_question(d.golden, d.system, field, world_.keys);
  row.kind = "unique_taken";
  row.system = d.system, row.entity = d.entity, row.field = field;
  row.code = std::string(code_text(Code::UniqueTaken));
  row.message = d.system.text + " holds such a value once, and another record has it. " +
                (blank ? "It was left blank" : "What stood there was left as it was") + ". Accept: it is sent again";
  const model::Field* declared = hub_->entity(d.entity).field(field.text);
  row.since = now, row.regulated = declared && declared->regulated, row.golden = d.golden;
  row.record = {d.system, d.object, d.record};
  work.rows().reviews.push_back(std::move(row));
  if (d.values.empty() && d.operation == Operation::Update) return work.dropped_delivery(family, d.id);
  if (d.operation == Operation::Create) d.blank[field.text] = value;
  d.state = DeliveryState::Pending;
  d.due = now;
  d.idempotency_key.clear();
  work.changed_delivery(family, std::move(d));
}

// What was left blank is there now: the question is answered.
Result<void> Engine::no_longer_blank(Work& work, const Delivery& d, const Link& before, Instant now) {
  for (const auto& [field, value] : d.values) {
    if (!before.left.contains(field)) continue;
    auto row = TRY(world_.store.review(unique_question(d.golden, d.system, FieldName(field), world_.keys)));
    if (!row || row->state != "open") continue;
    row->state = "accepted", row->by = "the system", row->answered = now;
    work.rows().reviews.push_back(*std::move(row));
  }
  return {};
}

// Somebody has written what was left blank there, or what was asked about: the question is over.
Result<void> Line::no_longer_left(Family& family, const RecordKey& key, const Link& before,
                                  const std::vector<FieldName>& took) {
  for (const FieldName& field : took) {
    if (!before.left.contains(field.text)) continue;
    auto row = TRY(store_.review(unique_question(family.golden.id, key.system, field, keys_)));
    if (!row || row->state != "open") continue;
    row->state = "rejected", row->by = "the system", row->answered = now_;
    work_.rows().reviews.push_back(*std::move(row));
  }
  return {};
}

// What was left blank, since another record there had the value, may be sent.
void Engine::send_again(Work& work, Family& family, const ReviewRow& row) {
  for (Link link : std::vector<Link>(family.links))
    if (link.key.system == row.system && link.left.erase(row.field.text) > 0)
      work.changed_link(family, std::move(link));
  for (Delivery d : std::vector<Delivery>(family.deliveries))
    if (d.system == row.system && d.operation == Operation::Create && d.blank.erase(row.field.text) > 0)
      work.changed_delivery(family, std::move(d));
}

}  // namespace linchpin::engine
