// The JSON Schemas (draft 7) of the hub's files, for editors that complete and check while one types. Each is made of
// the shape by which check() judges that kind of file: both take the same keys, types and choices. What a text must say
// inside itself ("30 days", "env:NAME") and how files agree with each other is check()'s alone; the schema describes
// it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/shape.hpp"

namespace linchpin::model {

struct Schema {
  std::string file;  // where it lies below the hub's folder: ".schemas/flow.json"
  Json document;
};
std::vector<Schema> schemas();  // one for each kind of file
Json schema_of(const Shape&);

// The comment, a whole line, by which an editor finds the schema of this file of the hub: "" for one of no kind.
std::string schema_line(std::string_view file);

}  // namespace linchpin::model
