// take_back: a golden record as it was before a change, or before all that was written since a time. What sources and
// people said since is taken back where it was said (own values, and what was set), and the fields are chosen anew: so
// the next edit wins over it like over any other value, and what was taken back can be given again. A field that is not
// then what it was before stays as it is, with why.
#pragma once

#include <string>
#include <vector>

#include "engine/families.hpp"
#include "engine/past.hpp"
#include "engine/ports.hpp"

namespace linchpin::engine {

struct Stays {  // what is not taken back
  FieldName field;
  RecordKey record;  // "" where it is the golden record's
  std::string why;   // never a value
};

// A value that a record held before the hub's files had another written there, and that no rule of theirs writes over.
struct GivenBack {
  RecordKey record;
  MappingName mapping;
  FlowName flow;
  FieldName field;
  Value value;
  bool operator==(const GivenBack&) const = default;
};

struct TakenBack {
  Golden golden;  // after
  std::vector<Link> links;
  std::vector<FieldName> fields;  // that are as they were before
  std::vector<Turn> turns;        // what was taken back of them
  std::vector<GivenBack> given;   // by record
  bool nothing() const { return fields.empty() && given.empty(); }
  std::vector<Stays> stays;
};

// `past`: all that is kept of this golden record, by id. Pure in its arguments.
TakenBack take_back(const model::Hub&, const Family&, const std::vector<Past>& past, const Store::PastAsked&);

// What of it no write reaches: records that still hold what was taken back. `writes`: of which records and fields there
// will be one.
std::vector<Stays> out_of_reach(const model::Hub&, const TakenBack&,
                                const std::set<std::pair<RecordKey, FieldName>>& writes);

}  // namespace linchpin::engine
