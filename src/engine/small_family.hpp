// For the tests of this room: the hub of model/small_hub, its records in short, and golden records made from them.
#pragma once

#include <gtest/gtest.h>

#include "engine/golden.hpp"
#include "engine/merge.hpp"
#include "model/small_hub.hpp"

namespace linchpin::engine::small {

inline std::shared_ptr<const model::Hub> hub(const std::vector<model::small_hub::Edit>& edits = {}) {
  const model::Checked checked = model::small_hub::checked(edits);
  EXPECT_TRUE(checked.hub) << (checked.findings.empty() ? "" : to_text(checked.findings[0].error));
  return checked.hub;
}

inline const Instant monday = from_ms(1795500000000);

inline RecordKey crm(const std::string& id) { return {SystemName("crm"), ObjectName("contacts"), RecordId(id)}; }
inline RecordKey books(const std::string& id) { return {SystemName("books"), ObjectName("Contacts"), RecordId(id)}; }

// A change with its arrival: values as a mapping would read them, at a time of the source.
struct Arrived {
  Change change;
  Arrival arrival;
};
inline Arrived arrived(const model::Hub& hub, const RecordKey& key, Values values, Instant at,
                       const std::string& id = "c1.0") {
  Arrived a;
  a.change.id = ChangeId(id);
  a.change.key = key;
  a.change.record.id = key.record;
  a.change.record.updated = at;
  a.arrival.mapping = hub.mapping_for(EntityName("contact"), key.system);
  a.arrival.values = std::move(values);
  return a;
}

// A golden record with its links, and merging into it.
struct Person {
  Golden golden{GoldenId("g_00000000000000000000000001"), EntityName("contact"), 0, monday, {}, {}};
  std::vector<Link> links;
  Merged last;

  // `told`: of which paths events told, and when.
  Merged& merge(const model::Hub& hub, const RecordKey& key, Values values, Instant at, const std::string& id = "c1.0",
                std::map<std::string, Instant> told = {}) {
    Arrived a = arrived(hub, key, std::move(values), at, id);
    a.arrival.change = &a.change;
    a.change.property_at = std::move(told);
    Link link;
    link.key = key;
    link.entity = golden.entity;
    for (const Link& l : links)
      if (l.key == key) link = l;
    link.mapping = a.arrival.mapping->name;
    link.golden = golden.id;
    last = engine::merge(hub, golden, links, link, a.arrival);
    golden = last.golden;
    bool known = false;
    for (Link& l : links)
      if (l.key == key) l = last.link, known = true;
    if (!known) links.push_back(last.link);
    return last;
  }
  Value value(const std::string& field) const {
    const auto at = golden.fields.find(FieldName(field));
    return at == golden.fields.end() ? Value() : at->second.value;
  }
  Link& link(const RecordKey& key) {
    for (Link& l : links)
      if (l.key == key) return l;
    ADD_FAILURE() << "no such link";
    return links.front();
  }
};

}  // namespace linchpin::engine::small
