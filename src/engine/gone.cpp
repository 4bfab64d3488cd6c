// Line: what becomes of a link whose record is there no more, or is no longer what it is linked as.
#include <algorithm>
#include <utility>

#include "engine/deleted.hpp"
#include "engine/line.hpp"

namespace linchpin::engine {
namespace {

using mapping::Mapping;

bool is_written_to(const model::Hub& hub, const Mapping& mapping) {
  return std::ranges::any_of(hub.flows_of(mapping.entity),
                             [&](const model::Flow* flow) { return writes_to(*flow, mapping.system); });
}

}  // namespace

std::string left_letter_id(const RecordKey& key, Keys& keys) { return question_id('d', about(key) + "/where", keys); }

Result<Fate> Line::lost(const Change& change) {
  Fate fate = Fate::Unchanged;
  for (Family* family : TRY(work_.families_of(change.key))) {
    for (const Link& link : std::vector<Link>(family->links)) {
      if (link.key != change.key) continue;
      work_.rows().dead_letters_dropped.push_back(left_letter_id(change.key, keys_));
      if (link.gone) continue;
      TRY(detach(*family, link, change, "gone"));
      if (!link.doomed) follow_delete(*family, change, link);
      fate = Fate::Merged;
    }
    if (fate == Fate::Merged) TRY(share_anew(*family, {change.id, change.seen, now_}, to_text(change.trigger)));
  }
  return fate;
}

Result<void> Line::detach(Family& family, const Link& link, const Change& change, std::string_view outcome) {
  lose(family, link);
  work_.match_keys(family, change.key, {});
  TRY(ask_no_more(family, change));
  work_.attest(&family, {.entry = change.id.text + "/" + link.entity.text + "/" + std::string(outcome),
                         .kind = "received",
                         .trigger = std::string(to_text(change.trigger)),
                         .change = change.id,
                         .system = change.key.system,
                         .direction = "in",
                         .entity = link.entity,
                         .outcome = std::string(outcome),
                         .at = now_});
  return {};
}

// The record is there, and by the mapping's condition the entity no longer (a person's contact that became a firm's):
// nothing of that golden record is written to it, and where something would be somebody must know. It is linked again
// when it is that once more.
Result<Fate> Line::left(const Mapping& mapping, const Change& change) {
  Family* family = TRY(work_.family_of(change.key, mapping.entity));
  if (!family) return Fate::Unchanged;
  for (const Mapping* other : hub_.mappings_of(change.key.system, change.key.object)) {
    if (other == &mapping || other->entity != mapping.entity) continue;
    const mapping::ReadOutcome read = mapping::read(*other, change.record.body);
    if (read.applies || !read.errors.empty()) return Fate::Unchanged;
  }
  Fate fate = Fate::Unchanged;
  for (const Link& link : std::vector<Link>(family->links)) {
    if (link.key != change.key || link.entity != mapping.entity || link.gone) continue;
    TRY(detach(*family, link, change, "left"));
    if (is_written_to(hub_, mapping)) keep_left(mapping, change.key, *family);
    fate = Fate::Merged;
  }
  if (fate == Fate::Merged) TRY(share_anew(*family, {change.id, change.seen, now_}, to_text(change.trigger)));
  return fate;
}

void Line::keep_left(const Mapping& mapping, const RecordKey& record, const Family& family) {
  DeadLetterRow row;
  row.id = left_letter_id(record, keys_);
  row.kind = "field";
  row.system = record.system, row.entity = mapping.entity, row.golden = family.golden.id;
  row.code = std::string(code_text(Code::RecordLeft)), row.place = to_text(mapping.place);
  row.message = "the record is linked, and by where: in its mapping it is no " + mapping.entity.text +
                " any more: nothing is written to it. It is linked again when it is one";
  row.since = now_;
  row.record = record;
  std::erase(work_.rows().dead_letters_dropped, row.id);
  work_.rows().dead_letters.push_back(std::move(row));
}

void Line::lose(Family& family, Link link) {
  link.gone = true, link.doomed = link.archived = false;
  for (const FieldName& field : std::exchange(link.unread, {}))
    work_.rows().dead_letters_dropped.push_back(question_id('d', about(link.key) + "/" + field.text, keys_));
  work_.changed_link(family, std::move(link));
}

// Of one whose records are all gone nobody need know who it was; and who waited since it was there may be matched now.
Result<void> Line::ask_no_more(Family& family, const Change& change) {
  for (const Question& q : TRY(questions_of(family, store_, work_)))
    if (!q.ours)
      wakes_.push_back(q.row.record);
    else if (!is_somewhere(hub_, family))
      TRY(withdraw(q, {change.id, change.seen, now_}));
  return {};
}

}  // namespace linchpin::engine
