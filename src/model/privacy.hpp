// The proof of least privilege: every way by which a declared field can reach a system, and whether that system may
// hold it. It is about declared fields: what people write into a free text is beyond it.
#pragma once

#include <string>
#include <vector>

#include "model/findings.hpp"
#include "model/hub.hpp"

namespace linchpin::model {

// One way of one field to one system.
struct Travel {
  SystemName system;
  EntityName entity;
  FieldName field;
  Place at;         // the line that makes it travel
  std::string way;  // "mapping hubspot.contacts", "when: of flow clients", …
};

// The class that counts: note and json are personal at least, a government_id restricted at least, and what is made of
// other fields has the highest class of theirs.
Class effective_class(const Entity&, const Field&);

// Every field that can reach a system: mappings that write (whether or not a flow uses them today), what a flow sends,
// the condition or event by which a system gets something, and the names that stand for refs.
std::vector<Travel> travels(const Hub&);

// Says each travel that is not allowed. A field travels to a system when its class is not above the ceiling, or when it
// is restricted and the system lists it and states a purpose. compliance_only never travels.
void prove_least_privilege(const Hub&, Findings&);

// Who may receive what, in order of system and field.
std::vector<Disclosure> disclosures(const Hub&);

}  // namespace linchpin::model
