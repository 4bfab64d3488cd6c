// A path into an object's JSON, as `at:` of a mapping writes it: `FirstName`, `properties.email`,
// `ContactGroups[0].Name`, `Phones[PhoneType=MOBILE]`, `Phones[PhoneType=MOBILE].PhoneNumber`, `Tags[]` (every item:
// reads a list). A key with other characters is quoted: `properties."hs.x"`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::mapping {

struct Path {
  struct Key {
    std::string name;
    bool operator==(const Key&) const = default;
  };
  struct Index {
    std::size_t index;
    bool operator==(const Index&) const = default;
  };
  struct Where {
    std::string key, equals;
    bool operator==(const Where&) const = default;
  };  // the first item that matches
  struct Every {
    bool operator==(const Every&) const = default;
  };
  using Step = std::variant<Key, Index, Where, Every>;
  std::vector<Step> steps;
  bool operator==(const Path&) const = default;
};
Result<Path> parse_path(std::string_view);
std::string to_text(const Path&);

// The value at the path, or nothing when any step is absent (which is not null: a member that is there and null is
// null).
std::optional<Json> read(const Path&, const Json& record);

// An error (ValueMismatch) where the record has something of another kind in the path's way: a text where the path
// names a member of an object or an item of a list. What is absent, null or "" is not in the way.
Result<void> fits(const Path&, const Json& record);

// The record with `value` at the path; missing objects and items are made (a Where item gets its key). Whole arrays are
// kept: the other items stay as they are, in their order. `Tags[]` takes a list and replaces the whole one. An error
// (ValueMismatch) where something of another kind stands in the way: writing would lose it.
Result<Json> write(const Path&, const Json& record, Json value);

// The first member names that the path touches at the top of the record: what a system must be asked for ("Phones").
std::string_view top_key(const Path&);

}  // namespace linchpin::mapping
