// refs: which records belong to which. A ref is a value of its entity like any other, the golden id of the parent. A
// system's record names a record of that system instead, so it is translated at the mapping's edge, by the links:
// coming in, the record that is named is whoever is linked with it; going out, it is the parent's own record there.
// What cannot be translated yet waits, and nothing else of the record does.
//
// Each link is found again by the records that it names (rows of match keys, of the field): when a parent is linked,
// created, merged or split, its children are looked at once more.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/share.hpp"
#include "engine/work.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// A field whose member names a record of the same system.
struct NamedRecord {
  const mapping::FieldMapping* field = nullptr;
  EntityName to;
  ObjectName object;        // of the record that is named
  std::string association;  // its name, where it is no member of the record; else ""
};
std::vector<NamedRecord> named_records(const model::Hub&, const mapping::Mapping&);

// The records that name one of a family's. `more`: there are more than were asked for.
struct Children {
  std::vector<std::pair<GoldenId, RecordKey>> records;
  bool more = false;
};

class Refs {
 public:
  Refs(const model::Hub& hub, Keys& keys, Work& work) : hub_(hub), keys_(keys), work_(work) {}

  // What the record names, as golden ids. Those whose record no link knows yet are taken out of the values, and named.
  Result<std::vector<FieldName>> in(const mapping::Mapping&, Values&);
  // Takes out of the values of a record that the hub has made what names nothing yet: that is nobody's word.
  std::vector<FieldName> unsaid(const mapping::Mapping&, Values&) const;
  // Golden ids as records of the mapping's system. Those that are not there are taken out of the values, and named.
  Result<std::vector<FieldName>> out(const mapping::Mapping&, Values&);
  // What a delivery writes of an association: {"to","was"}.
  Result<Json> association(const Delivery&, const Link*);

  // Refs of what is to be written: those that are associations become deliveries of their own; those that cannot be
  // translated yet are held, or left out until they can. A ref to a record that the hub does not know is not
  // overwritten.
  Result<void> part(const Family&, std::vector<Intent>&);
  // What cannot be written yet of a family's refs, or is not known, and why: ids and names, no value.
  struct Waiting {
    RecordKey record;
    FieldName field;
    std::string why;
  };
  Result<std::vector<Waiting>> waiting(const Family&);

  void index(const Family&, const Link&);  // by what it names
  // At most `most` of each of the family's records, by each field.
  Result<Children> children(const Family& parent, std::size_t most);
  // What a linked record names by now, where that is not what the hub took it for.
  Result<Values> renamed(const Link&);

 private:
  template <class Translated>
  Result<std::vector<FieldName>> translate(const mapping::Mapping&, Values&, Translated);
  Result<std::optional<GoldenId>> golden_of(const SystemName&, const NamedRecord&, const Value& record);
  Result<std::optional<RecordId>> record_of(const SystemName&, const NamedRecord&, const Value& golden);
  // What stands in the record, as its system has it; null when it names none.
  static Value held(const NamedRecord&, const Link&);
  // Why it cannot be written now; nothing when it can.
  Result<std::optional<std::string>> hindered(const SystemName&, const NamedRecord&, const Value& golden, const Link*);

  const model::Hub& hub_;
  Keys& keys_;
  Work& work_;
};

}  // namespace linchpin::engine
