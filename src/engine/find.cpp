// Which golden record a change is about, if it can be known; what cannot is asked.
#include <algorithm>

#include "base/mutant.hpp"
#include "engine/line.hpp"
#include "matching/reason.hpp"

namespace linchpin::engine {
namespace {

using mapping::Mapping;
using model::Entity;

bool linked_in(const Family& family, const RecordKey& key) {
  return std::any_of(family.links.begin(), family.links.end(), [&](const Link& l) {
    return l.key.system == key.system && l.key.object == key.object && l.key != key && !l.gone;
  });
}

bool being_created_in(const Family& family, const RecordKey& key) {
  return std::any_of(family.deliveries.begin(), family.deliveries.end(), [&](const Delivery& d) {
    return d.system == key.system && d.object == key.object && d.operation == Operation::Create &&
           (d.state == DeliveryState::Sent || d.state == DeliveryState::Unknown);
  });
}

// Golden records that share a key with the values. `by_rules`: one that a rule compares by. `likely`: the others, those
// with the rarest key first.
struct Near {
  std::set<GoldenId> by_rules;
  std::vector<GoldenId> likely;
  std::set<std::pair<std::string, std::string>> crowded;
};

constexpr std::size_t holders_most = 200;
constexpr std::size_t likely_most = 200;  // are opened and compared

Result<std::set<GoldenId>> holders_of(const Entity& entity, const BlindKey& key, std::size_t most, Work& work) {
  std::set<GoldenId> holders;
  for (const MatchKeyRow& row : TRY(work.holders(entity.name, key.key, most))) holders.insert(row.golden);
  return holders;
}

Result<bool> is_crowded(const Entity& entity, const BlindKey& key, const std::set<GoldenId>& holders, Work& work) {
  if (key.field.empty() || static_cast<int>(holders.size()) < entity.match.shared) return false;
  std::set<std::string> names;
  for (const GoldenId& id : holders)
    if (const Family* f = TRY(work.family(id)))
      for (const Values& v : alternates(f->golden, f->links)) names.insert(whole_name(entity, v));
  names.erase("");
  return static_cast<int>(names.size()) >= entity.match.shared;
}

Result<Near> near_of(const Entity& entity, const Values& values, Keys& keys, Work& work) {
  Near near;
  std::set<std::pair<std::size_t, std::set<GoldenId>>> blocks;
  for (const BlindKey& key : match_keys(entity, values, keys)) {
    if (key.shared_most > 0) {
      std::set<GoldenId> holders = TRY(holders_of(entity, key, key.shared_most + 1, work));
      if (holders.size() <= key.shared_most) blocks.emplace(holders.size(), std::move(holders));
      continue;
    }
    const std::set<GoldenId> holders = TRY(holders_of(entity, key, holders_most, work));
    if (TRY(is_crowded(entity, key, holders, work))) near.crowded.insert({key.field.text, key.text});
    near.by_rules.insert(holders.begin(), holders.end());
  }
  std::set<GoldenId> seen = near.by_rules;
  for (const auto& [size, holders] : blocks)
    for (const GoldenId& id : holders)
      if (near.likely.size() < likely_most && seen.insert(id).second) near.likely.push_back(id);
  return near;
}

// What the likely matcher says of golden records that no rule calls the same. `same`: nobody need be asked; `asked`: a
// person is, and why.
struct Likely {
  std::vector<Family*> same;
  std::vector<std::pair<Family*, std::string>> asked;
  bool judged(const Family* family) const {
    return std::find(same.begin(), same.end(), family) != same.end() ||
           std::any_of(asked.begin(), asked.end(), [&](const auto& one) { return one.first == family; });
  }
};
Likely likely_of(const Entity& entity, const Values& values, const std::vector<Family*>& families) {
  Likely found;
  if (!entity.match.likely) return found;
  std::vector<Candidate> candidates;
  std::vector<Family*> of;
  for (Family* family : families) {
    Candidate candidate{family->golden.id, alternates(family->golden, family->links)};
    if (vetoed(entity, values, candidate)) continue;
    candidates.push_back(std::move(candidate));
    of.push_back(family);
  }
  const std::vector<matching::Likeness> likeness = engine::likeness(entity, values, candidates);
  for (std::size_t i = 0; i < of.size(); ++i)
    if (likeness[i].same)
      found.same.push_back(of[i]);
    else if (static_cast<double>(likeness[i].probability) >= entity.match.likely->review)
      found.asked.emplace_back(of[i], "it is likely the same: " + matching::reason_of(likeness[i].comparison));
  return found;
}

}  // namespace

Result<Line::Found> Line::find(const Mapping& mapping, const Change& change, const Values& values) {
  if (Family* linked = TRY(work_.family_of(change.key, mapping.entity))) return Found{Found::Kind::Golden, linked};
  const std::string id = hub_id_in(mapping, hub_.system(change.key.system), change.record.body);
  if (is_golden_id(id))
    if (Family* named = TRY(work_.family(GoldenId(id))); named && named->golden.entity == mapping.entity)
      if (mapping.golden_id_at || !linked_in(*named, change.key)) return Found{Found::Kind::Golden, named};
  if (mapping.golden_id_at) return Found{Found::Kind::Nobody, nullptr};  // it is about a golden record that is not here
  return find_by_rules(mapping, change, values);
}

Result<Line::Found> Line::find_by_rules(const Mapping& mapping, const Change& change, const Values& values) {
  const Entity& entity = hub_.entity(mapping.entity);
  if (entity.match.same.empty() && !entity.match.likely) return Found{};
  std::map<std::string, std::string>
      answered;  // golden id → accepted, rejected: a person's answer outlives every rematch
  std::vector<ReviewRow> asked = TRY(store_.reviews_of(change.key));
  for (ReviewRow& r : asked)  // of one that was merged away meanwhile: about the one into which it was
    if (const Family* now = r.kind == "match" ? TRY(work_.family(r.golden)) : nullptr) r.golden = now->golden.id;
  std::ranges::sort(asked, {},
                    [](const ReviewRow& r) { return std::pair(r.answered, r.id); });  // the latest word counts
  for (const ReviewRow& r : asked)
    if (r.kind == "match" && r.entity == mapping.entity && (r.state == "accepted" || r.state == "rejected"))
      answered[r.golden.text] = r.state;

  std::set<GoldenId> near;
  for (const auto& [id, answer] : answered)
    if (answer == "accepted") near.insert(GoldenId(id));
  const Near found_by_keys = TRY(near_of(entity, values, keys_, work_));
  near.insert(found_by_keys.by_rules.begin(), found_by_keys.by_rules.end());
  std::vector<Family*> same, doubtful, others;
  const auto weigh = [&](const GoldenId& id, bool by_rules) -> Result<void> {
    Family* family = TRY(work_.family(id));
    if (!family || family->golden.entity != mapping.entity) return {};
    const auto answer = answered.find(id.text);
    if (answer != answered.end() && answer->second == "rejected") return {};
    Verdict verdict =
        by_rules ? compare(entity, values, {id, alternates(family->golden, family->links)}, found_by_keys.crowded)
                 : Verdict::Different;
    if (answer != answered.end()) verdict = Verdict::Same;
    (verdict == Verdict::Same ? same : verdict == Verdict::Doubtful ? doubtful : others).push_back(family);
    return {};
  };
  for (const GoldenId& id : near) TRY(weigh(id, true));
  for (const GoldenId& id : found_by_keys.likely)
    if (!near.contains(id)) TRY(weigh(id, false));
  std::vector<Family*> unsettled = doubtful;
  unsettled.insert(unsettled.end(), others.begin(), others.end());
  const Likely likely = same.empty() ? likely_of(entity, values, unsettled) : Likely{};
  same.insert(same.end(), likely.same.begin(), likely.same.end());
  std::erase_if(doubtful, [&](const Family* f) { return likely.judged(f); });
  // We are creating that person there at this moment: which record is which is known when the system has answered.
  std::vector<Family*> all = same;
  all.insert(all.end(), doubtful.begin(), doubtful.end());
  for (const auto& [family, why] : likely.asked) all.push_back(family);
  for (const Family* family : all)
    if (being_created_in(*family, change.key) && !mutant(Mutant::CreationUnseen))
      return Found{Found::Kind::Again, nullptr};
  const bool by_person = same.size() == 1 && answered.contains(same[0]->golden.id.text);
  const bool unasked = same.size() == 1 && !linked_in(*same[0], change.key) && !is_protected(entity, same[0]->golden);
  if (by_person || unasked) {
    TRY(answered_by_rules(asked, same[0], change));
    return Found{Found::Kind::Golden, same[0]};
  }
  if (all.empty()) {
    TRY(answered_by_rules(asked, nullptr, change));
    return Found{};
  }
  for (Family* f : same)
    if (same.size() > 1)
      TRY(doubt(mapping, change, *f, "several", "the record agrees with more than one golden record"));
    else if (linked_in(*f, change.key))
      TRY(doubt(mapping, change, *f, "second_record", "the system holds another record of this person"));
    else
      TRY(doubt(mapping, change, *f, "protected", "it is the same, and protect: leaves the link to a person"));
  for (const auto& [family, why] : likely.asked) TRY(doubt(mapping, change, *family, "likely", why));
  for (Family* f : doubtful)
    TRY(doubt(mapping, change, *f, "undecided", "the names agree, and the rules find too little else that does"));
  return Found{Found::Kind::Doubtful, nullptr};
}

// A record has changed, and what a person was asked about it is plain by now. Whoever waited for the answer and is
// somebody else is shared: nothing was created for them meanwhile.
Result<void> Line::answered_by_rules(const std::vector<ReviewRow>& asked, const Family* same, const Change& change) {
  for (ReviewRow r : asked) {
    if (r.state != "open" || r.kind != "match") continue;
    const GoldenId golden = r.golden;
    const bool is_same = same && golden == same->golden.id;
    r.state = is_same ? "accepted" : "withdrawn";
    r.by = "rules", r.answered = now_;
    work_.rows().reviews.push_back(std::move(r));
    if (is_same) continue;
    if (Family* family = TRY(work_.family(golden)))
      TRY(settle(*family, &family->golden, {change.id, change.seen, now_}));
  }
  return {};
}

Result<void> Line::doubt(const Mapping& mapping, const Change& change, Family& family, const std::string& code,
                         const std::string& message) {
  ReviewRow row;
  row.id = match_question(change.key, family.golden.id, keys_);
  if (const auto known = TRY(store_.review(row.id)); known && known->state != "withdrawn") return {};  // asked already
  row.kind = "match";
  row.system = change.key.system;
  row.entity = mapping.entity;
  row.code = code, row.message = message;
  row.since = now_;
  row.golden = family.golden.id;
  row.record = change.key;
  work_.rows().reviews.push_back(std::move(row));
  return settle(family, &family.golden,
                {change.id, change.seen, now_});  // nothing is created for it where it is in doubt
}

Result<std::set<SystemName>> undecided(const Family& family, Store& store, const std::vector<ReviewRow>& fresh) {
  const GoldenId& id = family.golden.id;
  std::set<SystemName> systems;
  std::map<std::string, ReviewRow> reviews;
  for (ReviewRow& r : TRY(store.reviews_of(id))) reviews[r.id] = std::move(r);
  for (const ReviewRow& r : fresh)
    if (r.golden == id) reviews[r.id] = r;
  for (const auto& [rid, r] : reviews) {
    if (r.kind != "match") continue;
    const bool linked =
        std::any_of(family.links.begin(), family.links.end(), [&](const Link& l) { return l.key == r.record; });
    if (r.state == "open" || (r.state == "accepted" && !linked)) systems.insert(r.record.system);
  }
  return systems;
}

}  // namespace linchpin::engine
