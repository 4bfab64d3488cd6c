#include "engine/reconcile.hpp"

#include <algorithm>

#include "base/mutant.hpp"
#include "engine/engine.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t links_at_once = 500;  // in one step
// What may be missing at once before a person is asked: so many records, and a tenth of them; of few, a third.
constexpr std::int64_t missing_few = 20, missing_very_few = 2;

std::string meta_of(const SystemName& system, const ObjectName& object) {
  return "walk/" + system.text + "/" + object.text;
}

std::uint64_t hash_of(const RecordId& id) { return std::hash<std::string>()(id.text); }

}  // namespace

// Much less than the links say: a system that answers with half of what it has, or with nothing.
bool short_of(std::int64_t linked, std::int64_t shown) {
  const std::int64_t missing = linked - shown;
  return (missing > missing_few && missing * 10 > linked) || (missing > missing_very_few && missing * 3 > linked);
}

Json to_json(const Walked& w) {
  return Json::object({{"began", ms_since_epoch(w.began)},
                       {"ended", ms_since_epoch(w.ended)},
                       {"cursor", w.cursor},
                       {"records", w.records},
                       {"differed", w.differed},
                       {"missing", w.missing},
                       {"short", w.too_short},
                       {"repair", w.repair},
                       {"trusted", w.trusted}});
}

Result<Walked> walked_of(const std::string& kept) {
  const Json said = TRY(parse_json(kept));
  const auto count = [&](const char* name) { return said[name].integer().value_or(0); };
  return Walked{from_ms(count("began")), from_ms(count("ended")),  said["cursor"].text(),
                count("records"),        count("differed"),        count("missing"),
                said["short"].boolean(), said["repair"].boolean(), said["trusted"].boolean()};
}

Result<Walked*> Engine::walked(const Where& where) {
  auto at = walked_.find(where);
  if (at == walked_.end()) {
    const std::optional<std::string> kept = TRY(world_.store.meta(meta_of(where.first, where.second)));
    at = walked_.emplace(where, kept ? TRY(walked_of(*kept)) : Walked{}).first;
  }
  return &at->second;
}

void Engine::keep_walked(Work& work, const Where& where) const {
  work.rows().metas.push_back({meta_of(where.first, where.second), canonical(to_json(walked_.at(where)))});
}

// How many links there are, the gone ones too.
Result<std::int64_t> Engine::links_of(const Where& where) {
  std::set<EntityName> entities;
  for (const mapping::Mapping* mapping : hub_->mappings_of(where.first, where.second)) entities.insert(mapping->entity);
  std::int64_t all = 0;
  for (const EntityName& entity : entities) all += TRY(world_.store.linked(where.first, entity));
  return all;
}

Result<void> Engine::start_walk(const Where& where, Walked walked, Instant now) {
  if (walked.began == Instant{}) walked.began = now;
  sweeps_[where] = {.purpose = Sweep::Purpose::Walk, .since = {}, .cursor = walked.cursor, .began = walked.began};
  sweeps_[where].whole = walked.cursor.empty();
  sweeps_[where].links_before = TRY(links_of(where));
  walked_[where] = std::move(walked);
  return {};
}

void Engine::walk() {
  for (const Source& source : sources()) walks_wanted_[source.where] = {.cursor = {}};
}

// One that was under way when the process ended goes on; else one that is asked for, or as the flows say.
Result<void> Engine::begin_walks(Instant now) {
  for (const Source& source : sources()) {
    if (sweeps_.contains(source.where)) continue;
    const auto loaded = TRY(world_.store.cursor(source.where.first, source.where.second, "first_load"));
    if (!loaded || !loaded->done) continue;
    const Walked kept = *TRY(walked(source.where));
    const auto wanted = walks_wanted_.find(source.where);
    if (wanted != walks_wanted_.end()) {
      TRY(start_walk(source.where, std::move(wanted->second), now));
      walks_wanted_.erase(wanted);
    } else if (kept.began != Instant{} && kept.ended == Instant{}) {
      TRY(start_walk(source.where, kept, now));
    } else if (due(source.where, source.walks, std::max(kept.began, loaded->at), now)) {
      TRY(start_walk(source.where, {.cursor = {}}, now));
    }
  }
  return {};
}

void Engine::was_shown(const Where& where, Sweep& sweep, const RecordId& record) {
  sweep.shown.push_back(hash_of(record));
  ++walked_.at(where).records;
}

// The list has come to its end, and all that it hinted at is read. Whether the walk has nothing more to do.
Result<bool> Engine::end_walk(Work& work, const Where& where, Sweep& sweep, Instant now) {
  if (!sweep.searched && !TRY(find_missing(work, where, sweep, now))) return false;
  if (!sweep.pages.empty()) return false;  // what is missing is being asked for
  Walked& walked = walked_.at(where);
  if (walked.repair && !sweep.repaired) {
    sweep.repaired = TRY(repair(work, where, sweep, now));
    if (!sweep.repaired) return false;
  }
  walked.cursor.clear();
  walked.ended = now;
  keep_walked(work, where);
  return true;
}

// Some links more are compared with what the walk was shown. When all are, what it was not shown is asked for.
Result<bool> Engine::find_missing(Work& work, const Where& where, Sweep& sweep, Instant now) {
  Walked& walked = walked_.at(where);
  if (sweep.search_from.empty()) std::sort(sweep.shown.begin(), sweep.shown.end());
  const std::vector<LinkRow> links =
      TRY(world_.store.links_in(where.first, where.second, sweep.search_from, links_at_once));
  RecordId counted;  // a record may be linked as several entities
  for (const LinkRow& link : links) {
    sweep.search_from = link.key.record;
    if (link.gone || link.key.record == counted) continue;
    counted = link.key.record;
    ++sweep.linked;
    if (!std::binary_search(sweep.shown.begin(), sweep.shown.end(), hash_of(link.key.record)))
      sweep.unseen.insert(link.key);
  }
  if (links.size() >= links_at_once) return false;
  sweep.searched = true;
  const auto unseen = static_cast<std::int64_t>(sweep.unseen.size());
  // What was linked since it began may have been made after the list. A walk that went on after a restart knows only
  // how many it was shown before.
  const std::int64_t expected = sweep.linked - std::max<std::int64_t>(0, TRY(links_of(where)) - sweep.links_before);
  const bool too_short =
      short_of(expected, walked.records) || (sweep.whole && short_of(expected, sweep.linked - unseen));
  if (too_short && !walked.trusted) {
    walked.too_short = true;
    TRY(ask_about_short(work, where, walked, sweep.linked, now));
    return true;
  }
  TRY(is_whole_again(work, where, now));
  walked.missing = unseen;
  if (mutant(Mutant::MissingNotSought)) sweep.unseen.clear();
  for (const RecordKey& key : sweep.unseen)
    if (!read_.waits(key)) read_.hint(key, {.trigger = Trigger::Reconcile});
  sweep.pages.push_back({"", std::move(sweep.unseen), false});
  return true;
}

// A walk that takes what is missing as gone, kept as one that is under way: it goes on after a restart.
Result<void> Engine::walk_trusting(Work& work, const Where& where, Instant now) {
  const auto running = sweeps_.find(where);
  Walked& walk = *TRY(walked(where));
  if (running == sweeps_.end() || running->second.purpose != Sweep::Purpose::Walk || running->second.searched)
    walk = {.began = now, .cursor = {}};
  walk.trusted = true;
  keep_walked(work, where);
  return {};
}

// Some golden records more: where a system differs and nothing is on its way there, it is told again.
Result<bool> Engine::repair(Work& work, const Where& where, Sweep& sweep, Instant now) {
  Stage stage = stage_;
  stage.refills = true;
  Line line(*hub_, world_.store, world_.keys, world_.random, stage, work, now);
  const std::vector<LinkRow> links =
      TRY(world_.store.links_in(where.first, where.second, sweep.repaired_to, links_at_once));
  for (const LinkRow& row : links) {
    sweep.repaired_to = row.key.record;
    Family* family = row.gone ? nullptr : TRY(work.family(row.golden));
    if (!family) continue;
    const bool differs = std::any_of(family->links.begin(), family->links.end(), [&](const Link& link) {
      return link.key == row.key && !discrepant(*hub_, family->golden, link).empty();
    });
    if (differs)
      TRY(line.share_anew(*family, {ChangeId("repair" + std::to_string(ms_since_epoch(sweep.began))), {}, now},
                          to_text(Trigger::Reconcile)));
  }
  return links.size() < links_at_once;
}

// {"command":"reconcile","system":…,"repair":…}: walks begin; of one system, or of all.
Result<Json> Engine::reconcile(const Json& command) {
  const SystemName system(command["system"].text());
  Json::List begun;
  bool known = false;
  for (const Source& source : sources()) {
    if (!system.empty() && source.where.first != system) continue;
    known = true;
    walks_wanted_[source.where] = {.cursor = {}, .repair = command["repair"].boolean()};
    begun.push_back(Json::object({{"system", source.where.first.text}, {"object", source.where.second.text}}));
  }
  if (!known)
    return fail(Code::NotFound, "no flow reads a system of that name", "`linchpin check` lists what the hub has.");
  return Json::object({{"walks", std::move(begun)}});
}

Result<Json> Engine::walks() {
  Json::List list;
  for (const Source& source : sources()) {
    const Walked& w = *TRY(walked(source.where));
    const auto sweep = sweeps_.find(source.where);
    const bool runs = walks_wanted_.contains(source.where) ||
                      (sweep != sweeps_.end() && sweep->second.purpose == Sweep::Purpose::Walk);
    Json one = Json::object({{"system", source.where.first.text},
                             {"object", source.where.second.text},
                             {"running", runs},
                             {"records", w.records},
                             {"differed", w.differed},
                             {"missing", w.missing},
                             {"short", w.too_short}});
    if (!runs && w.ended != Instant{}) one = one.with("ended", rfc3339(w.ended));
    list.push_back(std::move(one));
  }
  return Json::object({{"walks", std::move(list)}});
}

}  // namespace linchpin::engine
