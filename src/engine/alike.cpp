#include "engine/alike.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "engine/compared.hpp"
#include "engine/line.hpp"
#include "engine/plan.hpp"
#include "engine/question.hpp"
#include "matching/near.hpp"
#include "matching/reason.hpp"

namespace linchpin::engine {
namespace {

constexpr std::size_t page = 256;  // golden records

// A golden record that lacks a record where one could be made.
struct Unpaired {
  GoldenId golden;
  RecordKey record;
  matching::Stands stands;
};

// One entity's: read golden record by golden record, then compared.
class Unpaireds {
 public:
  Unpaireds(const model::Hub& next, const model::Entity& entity, Store& store, Keys& keys)
      : next_(next), entity_(entity), store_(store), keys_(keys) {
    for (const auto& [name, flow] : next.flows) {
      if (flow.kind != model::Flow::Kind::Keep || flow.entity != entity.name || flow.mode == model::Mode::Off) continue;
      flows_.insert(name);
      for (const model::FlowSystem& member : flow.systems)
        if (member.write != model::Pace::No) written_ |= bit(member.system);
    }
  }

  Result<void> read() {
    Families none(0);
    std::int64_t numbers = 0;
    for (GoldenId after;;) {
      const std::vector<GoldenRow> rows = TRY(store_.goldens(entity_.name, after, page));
      Work reading(store_, keys_, none, 0, numbers);
      std::vector<GoldenId> ids;
      for (const GoldenRow& row : rows) ids.push_back(row.id);
      TRY(reading.open(ids));
      for (const GoldenRow& row : rows) {
        after = row.id;
        const Family& family = *TRY(reading.family_itself(row.id));
        if (family.golden.merged_into.empty()) TRY(add(family, reading));
      }
      if (rows.size() < page) return {};
    }
  }

  Result<void> compare(Alikes& told) {
    TRY(read_answers());
    const matching::Book book(std::move(records_));
    std::map<matching::RecordId, const Unpaired*> by_id;
    for (const Unpaired& one : all_) by_id.emplace(id_of(one), &one);
    std::vector<const Unpaired*> at;
    std::vector<matching::Stands> stands;
    for (std::uint32_t place = 0; place < book.size(); ++place) {
      at.push_back(by_id.at(book.id(place)));
      stands.push_back(at.back()->stands);
    }
    std::set<std::uint32_t> alike;
    const auto settled = [&](const matching::Pair& p) { return are_two(at[p.first]->golden, at[p.second]->golden); };
    for (const matching::Alike& one : near(book, stands, matching::built_in_model(), settled)) {
      told.pairs.push_back({entity_.name, at[one.pair.first]->record, at[one.pair.second]->record, one.likeness,
                            matching::reason_of(one.comparison)});
      for (const std::uint32_t place : {one.pair.first, one.pair.second})
        if (stands[place].lacks != 0) alike.insert(place);
    }
    told.alike += static_cast<std::int64_t>(alike.size());
    for (const Unpaired& one : all_) told.created += one.stands.lacks != 0;
    return {};
  }

 private:
  std::uint64_t bit(const SystemName& system) {
    const std::size_t place = places_.emplace(system, places_.size()).first->second;
    return place < 64 ? std::uint64_t{1} << place : 0;
  }
  static matching::RecordId id_of(const Unpaired& one) { return {one.record.system.text, one.golden.text}; }

  Result<void> add(const Family& family, Work& reading) {
    Unpaired one{family.golden.id, {}, {}};
    for (const Link& link : family.links) {
      if (link.gone) continue;
      if (one.stands.has == 0) one.record = link.key;
      one.stands.has |= bit(link.key.system);
    }
    if (one.stands.has == 0 || (written_ & ~one.stands.has) == 0) return {};
    for (const Link& link : family.links) golden_of_.emplace(link.key, family.golden.id);
    const Undecided undecided = TRY(engine::undecided(next_, family, store_, reading));
    Plan planned;
    engine::plan(planned, next_, family, Sharing{flows_, undecided.systems, true, {}});
    for (const auto& [system, what] : planned.systems)
      if (what.creates > 0) one.stands.lacks |= bit(system) & written_;
    records_.push_back(as_compared(entity_, alternates(family.golden, family.links), id_of(one)));
    all_.push_back(std::move(one));
    return {};
  }

  // Of whom a person has said that they are two.
  Result<void> read_answers() {
    for (const ReviewRow& r : TRY(store_.reviews(false)))
      if (const auto owner = golden_of_.find(r.record);
          owner != golden_of_.end() && r.kind == "match" && r.state == "rejected" && r.entity == entity_.name)
        two_.insert(std::minmax(owner->second, r.golden));
    return {};
  }
  bool are_two(const GoldenId& a, const GoldenId& b) const { return two_.contains(std::minmax(a, b)); }

  const model::Hub& next_;
  const model::Entity& entity_;
  Store& store_;
  Keys& keys_;
  std::set<FlowName> flows_;
  std::uint64_t written_ = 0;  // the systems that flows write to
  std::map<SystemName, std::size_t> places_;
  std::vector<Unpaired> all_;
  std::vector<matching::Record> records_;
  std::map<RecordKey, GoldenId> golden_of_;
  std::set<std::pair<GoldenId, GoldenId>> two_;
};

bool is_kept(const model::Hub& hub, const EntityName& entity) {
  return std::ranges::any_of(hub.flows_of(entity), [](const model::Flow* flow) {
    return flow->kind == model::Flow::Kind::Keep && flow->mode != model::Mode::Off;
  });
}

}  // namespace

Result<Alikes> alikes(const model::Hub& next, Store& store, Keys& keys) {
  Alikes all;
  for (const auto& [name, entity] : next.entities) {
    if (!are_people(entity)) {
      if (is_kept(next, name)) all.left_out.push_back(name);
      continue;
    }
    Unpaireds unpaired(next, entity, store, keys);
    TRY(unpaired.read());
    TRY(unpaired.compare(all));
  }
  return all;
}

Json to_json(const Alikes& all) {
  Json::List pairs;
  for (const AlikeRecords& p : all.pairs) {
    char likeness[16];
    std::snprintf(likeness, sizeof likeness, "%.4f", static_cast<double>(p.likeness));
    pairs.push_back(Json::object({{"entity", p.entity.text},
                                  {"system_a", p.one.system.text},
                                  {"id_a", p.one.record.text},
                                  {"system_b", p.other.system.text},
                                  {"id_b", p.other.record.text},
                                  {"likeness", Json(Json::Number{likeness})},
                                  {"reason", p.reason}}));
  }
  Json::List left_out;
  for (const EntityName& entity : all.left_out) left_out.push_back(entity.text);
  return Json::object(
      {{"created", all.created}, {"alike", all.alike}, {"pairs", std::move(pairs)}, {"left_out", std::move(left_out)}});
}

}  // namespace linchpin::engine
