// split: records that are not a golden record's leave it, and are a golden record of their own. Both are computed anew
// from what their own records say, so that every system is given back what it had; they stay apart for good.
#include <algorithm>

#include "base/mutant.hpp"
#include "engine/engine.hpp"
#include "engine/share.hpp"

namespace linchpin::engine {
namespace {

std::string text_of(const RecordKey& key) { return key.system.text + ":" + key.record.text; }

Result<std::set<RecordKey>> leaving(const Family& family, const Json& named) {
  std::set<RecordKey> keys;
  for (const Json& name : named.items()) {
    const std::size_t before = keys.size();
    for (const Link& link : family.links)
      if (text_of(link.key) == name.text()) keys.insert(link.key);
    if (keys.size() == before)
      return fail(Code::NotFound, name.text() + " is no record of " + family.golden.id.text + ", or is named twice",
                  "`linchpin explain` names its records, as system:record.");
  }
  if (keys.empty())
    return fail(Code::InvalidArgument, "which records leave is not said", "Name them as system:record.");
  return keys;
}

// Whether some record among them says something of its own about the person.
bool speak(const model::Hub& hub, const Family& family, const std::set<RecordKey>& records, bool among) {
  return std::any_of(family.links.begin(), family.links.end(), [&](const Link& link) {
    if (records.contains(link.key) != among || only_tells(hub, link)) return false;
    return std::any_of(link.own.begin(), link.own.end(), [](const auto& own) { return !own.second.value.is_null(); });
  });
}

// The golden records that were merged into it with none but these records, and have not left it since; the first that
// came in first.
std::vector<Regrouped> came_in_with(const Family& family, const std::set<RecordKey>& records) {
  std::vector<Regrouped> all;
  for (const Regrouped& r : family.golden.regrouped) {
    std::erase_if(all, [&](const Regrouped& earlier) { return earlier.other == r.other; });
    const auto stays = [&](const RecordKey& key) { return !records.contains(key) && records_of(family).contains(key); };
    const bool any =
        std::any_of(r.records.begin(), r.records.end(), [&](const auto& key) { return records.contains(key); });
    if (r.what == Regrouped::What::Merged && any && std::none_of(r.records.begin(), r.records.end(), stays))
      all.push_back(r);
  }
  return all;
}

// What had come in with it goes with it.
void let_go(Golden& from, const Golden& to, const Regrouped& merged) {
  for (const auto& [field, value] : to.set) {
    const auto set = from.set.find(field);
    if (set == from.set.end() || set->second != value) continue;
    from.set.erase(set);
    if (const auto earlier = merged.replaced.find(field); earlier != merged.replaced.end()) from.set.insert(*earlier);
  }
  for (const auto& [field, pin] : to.pins)
    if (const auto pinned = from.pins.find(field); pinned != from.pins.end() && pinned->second == pin)
      from.pins.erase(pinned);
}

// A record that has left may carry its id, by which it is created: where it then has none, it is created by another.
bool may_meet_its_id(const model::Hub& hub, const Family& left, const Family& fresh,
                     const std::vector<Regrouped>& own) {
  return std::any_of(fresh.links.begin(), fresh.links.end(), [&](const Link& gone) {
    if (only_tells(hub, gone)) return false;
    for (const Regrouped& r : own)
      if (std::find(r.records.begin(), r.records.end(), gone.key) != r.records.end()) return false;
    return std::none_of(left.links.begin(), left.links.end(), [&](const Link& link) {
      return link.key.system == gone.key.system && link.key.object == gone.key.object;
    });
  });
}

}  // namespace

// {"command":"review.split","entity","id","records":["xero:…"],"why","by"}
Result<Json> Engine::split(const Json& command, Instant now) {
  Work work(world_.store, world_.keys, families_, version_, next_delivery_);
  Line line(*hub_, world_.store, world_.keys, world_.random, stage_, work, now);
  const std::string& by = command["by"].text();
  Family& left = *TRY(named_by_person(work, command, command["id"].text()));
  const std::set<RecordKey> records = TRY(leaving(left, command["records"]));
  if (records.size() == records_of(left).size())
    return fail(Code::InvalidArgument, "all of its records would leave",
                "Name those that are not of " + left.golden.id.text + ".");
  for (const bool among : {true, false})
    if (!speak(*hub_, left, records, among))
      return fail(Code::InvalidArgument,
                  std::string("the records that would ") + (among ? "leave" : "stay") +
                      " hold nothing but what the hub wrote there, or another system found out",
                  "Name the record with them that says who the person is.");

  const Golden before = left.golden;
  const std::vector<Regrouped> came = came_in_with(left, records);
  const auto new_id = [&] { return make_golden_id(ms_since_epoch(now), world_.random.bytes(10)); };
  Family* earlier = came.empty() ? nullptr : TRY(work.family_itself(came.front().other));
  Family& fresh = earlier ? *earlier : work.make(Golden{new_id(), left.golden.entity, 0, now, {}, {}});
  const Golden fresh_before = fresh.golden;
  fresh.golden.merged_into = {};
  fresh.golden.in_question = left.golden.in_question;
  for (const Regrouped& other : came) {
    Family* merged = TRY(work.family_itself(other.other));
    if (!merged) continue;
    let_go(left.golden, merged->golden, other);
    if (merged == &fresh) continue;
    merged->golden.merged_into = fresh.golden.id;
    work.changed_golden(*merged);
    fresh.golden.regrouped.push_back(other);
  }
  const std::vector<RecordKey> listed(records.begin(), records.end());
  const std::string& why = command["why"].text();
  left.golden.regrouped.push_back({Regrouped::What::Split, fresh.golden.id, listed, by, why, now});
  fresh.golden.regrouped.push_back({Regrouped::What::SplitFrom, left.golden.id, listed, by, why, now});

  Regroup regroup(*hub_, world_.store, world_.keys, work, by, now);
  TRY(regroup.ask_anew_of_unique(left));
  TRY(regroup.move(left, fresh, records));
  if (may_meet_its_id(*hub_, left, fresh, came)) {
    left.golden.made_as = new_id();
    work.make(Golden{left.golden.made_as, left.golden.entity, 0, now, {}, {}}).golden.merged_into = left.golden.id;
  }
  for (const RecordKey& key : records_of(fresh)) TRY(regroup.decide(key, left, false));
  for (const RecordKey& key : records_of(left)) TRY(regroup.decide(key, fresh, false));
  TRY(regroup.ask_of_too(left, fresh, false));
  const auto ends = pin_ends_;
  const ChangeId change("split." + std::to_string(ms_since_epoch(now)));
  std::set<RecordKey> read = regroup.waiting();
  for (Family* half : {&left, &fresh}) {
    if (!mutant(Mutant::LentIsTaken)) regroup.lend(*half);
    half->golden.fields = survive(*hub_, half->golden, half->links);
    ++half->golden.version;
    work.changed_golden(*half);
    keep_pin_ends(work, half->golden);
    Values values;
    for (const auto& [field, chosen] : half->golden.fields) values.emplace(field.text, chosen.value);
    work.attest(half, {.entry = change.text + "/" + half->golden.id.text,
                       .kind = "split",
                       .trigger = "person",
                       .change = change,
                       .entity = half->golden.entity,
                       .values = std::move(values),
                       .outcome = half == &left ? fresh.golden.id.text : left.golden.id.text,
                       .by = by,
                       .at = now});
    for (const Link& link : half->links)
      if (!link.gone) read.insert(link.key);
  }
  const GoldenId kept = left.golden.id, other = fresh.golden.id;
  const auto commit = [&]() -> Result<void> {
    TRY(line.settle(left, &before, {change, {}, now}));
    TRY(line.settle(fresh, earlier ? &fresh_before : nullptr, {change, {}, now}));
    for (const Family* half : {&left, &fresh}) TRY(line.appeared(*half, {change, {}, now}));
    return work.commit();
  };
  if (const Result<void> done = commit(); !done) {
    pin_ends_ = ends;
    return tl::unexpected(done.error());
  }
  follow(regroup, read, now);
  Json::List names;
  for (const RecordKey& key : listed) names.push_back(text_of(key));
  return Json::object({{"id", kept.text}, {"new", other.text}, {"records", std::move(names)}});
}

}  // namespace linchpin::engine
