// selection: which turns of a golden record are to be taken back: those of a change, or all that was written since a
// time, with what made it. Pure in its arguments.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "engine/past.hpp"
#include "engine/ports.hpp"

namespace linchpin::engine {

using Unit = std::vector<FieldName>;  // fields that win together, or one

struct Seen {  // a turn, and the row that it stands in
  const Past* past = nullptr;
  const Turn* turn = nullptr;
};

const Value& value_of(const std::optional<Sourced>&);  // null: none
// The field, or those that it is made of, through any number of steps.
std::vector<FieldName> parts_of(const model::Entity&, const FieldName&);
Unit unit_of(const model::Entity&, const FieldName&);

class Selection {
 public:
  // `past`: all that is kept of the golden record, by id. The arguments must outlive it.
  Selection(const model::Entity&, const std::vector<Past>& past, const Store::PastAsked&);

  const std::set<FieldName>& fields() const { return fields_; }
  // Of one kind and field, in order. Since a time: what had something written, and what came between.
  std::vector<Seen> of(Turn::Kind, const FieldName&) const;
  // The last time that the golden field became another value: whether that is of this selection too.
  bool is_last(const FieldName&) const;
  // Whether what the record says of the field now is what another take-back left there: nobody wrote it.
  bool was_put_back(const RecordKey&, const FieldName&) const;
  std::vector<Seen> writes(const FieldName&) const;
  // Writes that no change of the golden record has made: the hub's files have. `is_back`: the golden field is as it was
  // before, so that of an apply, all is left that it had written.
  std::vector<Seen> written_by_files(const FieldName&, bool is_back) const;

 private:
  struct Span {
    std::set<ChangeId> changes;  // that had the field written
    std::int64_t last = 0;       // the row that made the value which was written last
  };

  bool of_selection(const Past&) const;
  void add(const Seen&);
  const Past* turned_before(const Seen& write) const;  // the row in which the golden field became what was written
  bool parts_turned_before(const Seen& write) const;   // what it is made of had become another value since
  bool holds(const Past&, const FieldName&) const;

  const model::Entity& entity_;
  const std::vector<Past>& past_;
  const Store::PastAsked& asked_;
  std::set<FieldName> fields_;
  std::map<FieldName, Span> spans_;
};

}  // namespace linchpin::engine
