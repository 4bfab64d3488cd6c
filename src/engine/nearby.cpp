#include "engine/nearby.hpp"

#include <algorithm>

#include "matching/reason.hpp"

namespace linchpin::engine {
namespace {

using model::Entity;

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

}  // namespace

Result<Nearby> nearby(const Entity& entity, const Values& values, Keys& keys, Work& work) {
  Nearby found;
  std::set<std::pair<std::size_t, std::set<GoldenId>>> blocks;
  for (const BlindKey& key : match_keys(entity, values, keys)) {
    if (key.shared_most > 0) {
      std::set<GoldenId> holders = TRY(holders_of(entity, key, key.shared_most + 1, work));
      if (holders.size() <= key.shared_most) blocks.emplace(holders.size(), std::move(holders));
      continue;
    }
    const std::set<GoldenId> holders = TRY(holders_of(entity, key, holders_most, work));
    if (TRY(is_crowded(entity, key, holders, work))) found.crowded.insert({key.field.text, key.text});
    found.by_rules.insert(holders.begin(), holders.end());
  }
  std::set<GoldenId> seen = found.by_rules;
  for (const auto& [size, holders] : blocks)
    for (const GoldenId& id : holders)
      if (found.likely.size() < likely_most && seen.insert(id).second) found.likely.push_back(id);
  return found;
}

bool Likely::judged(const Family* family) const {
  return std::find(same.begin(), same.end(), family) != same.end() ||
         std::any_of(asked.begin(), asked.end(), [&](const auto& one) { return one.first == family; });
}

Likely likely_of(const Entity& entity, const std::vector<Values>& values, const std::vector<Family*>& families) {
  Likely found;
  if (!entity.match.likely) return found;
  std::vector<Candidate> candidates;
  std::vector<Family*> of;
  for (Family* family : families) {
    Candidate candidate = candidate_of(*family);
    if (std::any_of(values.begin(), values.end(), [&](const Values& v) { return vetoed(entity, v, candidate); }))
      continue;
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

Verdict verdict_of(const Entity& entity, const std::vector<Values>& values, const Family& family,
                   const std::set<std::pair<std::string, std::string>>& crowded) {
  const Candidate candidate = candidate_of(family);
  Verdict best = Verdict::Different;
  const auto hear = [&](const Values& one, const Candidate& other) {
    if (vetoed(entity, one, other)) return false;
    const Verdict verdict = compare(entity, one, other, crowded);
    if (verdict == Verdict::Same || best == Verdict::Different) best = verdict;
    return true;
  };
  for (const Values& one : values)
    if (!hear(one, candidate)) return Verdict::Different;
  if (values.size() < 2) return best;
  const Candidate all{{}, values};  // what one of its records lacks, another may say
  for (const Values& one : held_by(family))
    if (!hear(one, all)) return Verdict::Different;
  return best;
}

Candidate candidate_of(const Family& family) { return {family.golden.id, alternates(family.golden, family.links)}; }

std::vector<Values> held_by(const Family& family) {
  std::vector<Values> all;
  for (const Link& link : family.links)
    if (!link.gone && !link.base.empty()) all.push_back(link.base);
  return all;
}

}  // namespace linchpin::engine
