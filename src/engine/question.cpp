#include "engine/question.hpp"

#include <algorithm>
#include <map>

#include "base/mutant.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {
namespace {

bool has(const Family& family, const RecordKey& record) {
  return std::any_of(family.links.begin(), family.links.end(), [&](const Link& l) { return l.key == record; });
}

// Of a create: it is on its way, or was, and what became of it is not known.
bool may_be_made(const Delivery& d) {
  return d.state == DeliveryState::Sent || d.state == DeliveryState::Unknown || !d.tried.empty();
}

}  // namespace

Result<std::vector<Question>> questions_of(const Family& family, Store& store, Work& work) {
  const GoldenId& id = family.golden.id;
  std::map<std::string, ReviewRow> rows;
  for (ReviewRow& r : TRY(store.reviews_of(id))) rows[r.id] = std::move(r);
  if (family.golden.in_question)
    for (const Link& link : family.links)
      for (ReviewRow& r : TRY(store.reviews_of(link.key))) rows[r.id] = std::move(r);
  for (const ReviewRow& r : work.rows().reviews)
    if (r.golden == id || has(family, r.record)) rows[r.id] = r;
  std::vector<Question> questions;
  for (auto& [rid, row] : rows) {
    if (row.kind != "match" || row.entity != family.golden.entity || (row.state != "open" && row.state != "accepted"))
      continue;
    Question q;
    q.ours = has(family, row.record);
    const Family* about = TRY(work.family(row.golden));
    if (!about || (q.ours && (about->golden.id == id || row.state != "open"))) continue;
    if (!q.ours && about->golden.id != id) continue;
    q.other = TRY(q.ours ? work.family(row.golden) : work.family_of(row.record, row.entity));
    q.row = std::move(row);
    questions.push_back(std::move(q));
  }
  return questions;
}

Result<Undecided> undecided(const model::Hub& hub, const Family& family, Store& store, Work& work) {
  Undecided found;
  bool nowhere = false;
  for (const Question& q : TRY(questions_of(family, store, work))) {
    if (!q.ours) found.systems.insert(q.row.record.system);
    if (q.row.state != "open" || !q.other) continue;
    found.asked = true, found.ours = found.ours || q.ours;
    for (const Link& link : q.other->links)
      if (!link.gone) found.systems.insert(link.key.system);
    for (const Delivery& d : q.other->deliveries)
      if (d.operation == Operation::Create && may_be_made(d)) found.systems.insert(d.system);
    // Where neither has a record yet, one is made for the older of the two, unless that one waits anyway.
    nowhere = nowhere || (q.other->golden.id < family.golden.id && !q.other->golden.waits);
  }
  if (nowhere || (found.ours && family.golden.waits))
    for (const auto& [name, system] : hub.systems) found.systems.insert(name);
  if (mutant(Mutant::DoubtIgnored)) found.systems.clear();
  return found;
}

bool is_somewhere(const model::Hub& hub, const Family& family) {
  return std::any_of(family.links.begin(), family.links.end(),
                     [&](const Link& link) { return !link.gone && !only_tells(hub, link); });
}

Result<bool> said_apart(const Family& one, const Family& two, Store& store, Work& work) {
  for (const auto& [of, other] : {std::pair(&one, &two), std::pair(&two, &one)})
    for (const Link& link : of->links)
      for (const ReviewRow& r : TRY(store.reviews_of(link.key)))
        if (r.kind == "match" && r.state == "rejected" && r.entity == other->golden.entity)
          if (const Family* about = TRY(work.family(r.golden)); about && about->golden.id == other->golden.id)
            return true;
  return false;
}

}  // namespace linchpin::engine
