// What a request asks of a vendor and what became of it, read by the vendors' documented paths and members. No line of
// the connector runtime or of a manifest.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/http.hpp"
#include "base/json.hpp"
#include "base/time.hpp"

namespace linchpin::sim {

struct Deed {
  // Search: a list that gives ids only. How many there are is another question (Other), though a page answers it.
  enum class Kind { Create, Update, Check, Read, List, Search, Look, History, Token, Other } kind = Kind::Other;
  // Create, Look, Check: golden ids. Update, Read, History: the vendor's record ids. List, Search: none.
  std::vector<std::string> ids;
  std::string key;  // Check: its idempotency key
  Json body;
};
Deed deed_of(const std::string& system, const Request&);

// Of one thing in a write or a look, when the answer has come.
enum class Fate {
  Done,     // the vendor did it; of a look: there it is
  NotDone,  // the vendor says that it did not; of a look: there is none
  Unknown,  // the answer does not say
};
// `answer`: nullptr, none came.
std::map<std::string, Fate> fates_of(const std::string& system, const Deed&, const Answer* answer);

// When the records of an answer were last changed, by the vendor's clock and by their ids.
std::map<std::string, Instant> changes_in(const std::string& system, const Json& body);

// Of a List or a Search: it asks only for what changed from then on.
std::optional<Instant> since_of(const std::string& system, const Request&);

// When the records of an answer were edited, where it tells their history.
std::multimap<std::string, Instant> edits_in(const std::string& system, const Deed&, const Json& body);

// What a webhook tells of records, each with its own identity: the same event told again is the same.
struct News {
  std::string record, identity;
  Instant at{};
};
std::vector<News> events_in(const std::string& system, const Json& body);

}  // namespace linchpin::sim
