#include "model/gives.hpp"

#include <algorithm>

namespace linchpin::model {

using mapping::Direction;

namespace {

class Map {
 public:
  explicit Map(const Hub& hub) : hub_(hub) {}

  std::vector<Gives> all() {
    for (const auto& [name, flow] : hub_.flows) {
      if (flow.mode == Mode::Off) continue;
      switch (flow.kind) {
        case Flow::Kind::Keep:
          keep(flow);
          break;
        case Flow::Kind::Do:
        case Flow::Kind::Direct:
          for (const FieldName& field : flow.send) add(flow, field, flow.do_system.text);
          break;
        case Flow::Kind::Post:
          for (const std::string& field : flow.post)
            if (field != "id") add(flow, FieldName(field), "app " + flow.app);
          break;
        case Flow::Kind::Manual:
          by_hand(flow);
          break;
      }
    }
    std::vector<Gives> list;
    for (auto& [key, one] : found_) list.push_back(std::move(one));
    return list;
  }

 private:
  void keep(const Flow& flow) {
    for (const FlowSystem& member : flow.systems) {
      const mapping::Mapping* mapping = hub_.mapping_for(flow.entity, member.system);
      if (member.write == Pace::No || mapping == nullptr) continue;
      for (const mapping::FieldMapping& entry : mapping->fields)
        if (entry.direction != Direction::In) add(flow, entry.field, member.system.text);
    }
  }

  void by_hand(const Flow& flow) {
    Gives& one = found_[{flow.from.empty() ? flow.manual : flow.from, flow.to, flow.name.text}];
    one.from = flow.from.empty() ? flow.manual : flow.from;
    one.to = flow.to.empty() ? "somewhere" : flow.to;
    one.fields = flow.carries;
    one.flows = {flow.name};
    one.by_hand = true;
    one.regulated = flow.regulated;
  }

  // What `to` gets of the field is from each system whose value may be the golden one.
  void add(const Flow& flow, const FieldName& name, const std::string& to) {
    const Field* field = hub_.entity(flow.entity).field(name.text);
    if (field == nullptr) return;
    for (const std::string& from : sources(flow.entity, *field)) {
      if (from == to) continue;
      Gives& one = found_[{from, to, flow.entity.text}];
      one.from = from;
      one.to = to;
      one.entity = flow.entity;
      if (std::ranges::find(one.fields, name.text) == one.fields.end()) one.fields.push_back(name.text);
      if (std::ranges::find(one.flows, flow.name) == one.flows.end()) one.flows.push_back(flow.name);
      one.regulated = one.regulated || field->regulated || flow.regulated;
    }
  }

  std::set<std::string> sources(const EntityName& entity, const Field& field) const {
    std::set<std::string> from;
    if (field.from) {
      for (const std::string& part : field.from->reads())
        if (const Field* read = hub_.entity(entity).field(part)) from.merge(sources(entity, *read));
      return from;
    }
    for (const Flow* flow : hub_.flows_of(entity))
      for (const FlowSystem& member : flow->systems)
        if (flow->mode != Mode::Off && member.read != Pace::No && reads(entity, member.system, field) &&
            (field.rule != Rule::Owner || field.owner == member.system))
          from.insert(member.system.text);
    if (from.empty()) from.insert("the hub");
    return from;
  }

  bool reads(const EntityName& entity, const SystemName& system, const Field& field) const {
    return std::ranges::any_of(hub_.mappings, [&](const auto& one) {
      return one.second.system == system && one.second.entity == entity &&
             std::ranges::any_of(one.second.fields, [&](const mapping::FieldMapping& entry) {
               return entry.field == field.name && entry.direction != Direction::Out;
             });
    });
  }

  const Hub& hub_;
  std::map<std::tuple<std::string, std::string, std::string>, Gives> found_;
};

}  // namespace

std::vector<Gives> gives(const Hub& hub) { return Map(hub).all(); }

Json to_json(const Gives& g) {
  Json::List fields, flows;
  for (const std::string& field : g.fields) fields.push_back(field);
  for (const FlowName& flow : g.flows) flows.push_back(flow.text);
  return Json::object({{"from", g.from},
                       {"to", g.to},
                       {"entity", g.entity.text},
                       {"fields", std::move(fields)},
                       {"flows", std::move(flows)},
                       {"by_hand", g.by_hand},
                       {"regulated", g.regulated}});
}

}  // namespace linchpin::model
