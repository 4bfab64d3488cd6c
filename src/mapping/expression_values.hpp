// What the language's functions ask of JSON values alone: containing, having, keys, flattening, splitting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"

namespace linchpin::mapping {

// jq's `contains`: parts of texts, members of objects, items of lists.
bool contains_inside(const Json& whole, const Json& part);
// Of one kind, and true and false are two: what `contains` may compare.
bool same_kind(const Json& a, const Json& b);
// jq's `has`; nothing where the two do not go together.
std::optional<bool> has_member(const Json& value, const Json& key);
Json keys_of(const Json& value, bool sorted);
void flatten_into(Json::List& out, const Json& list, std::int64_t depth);
Json split_text(const std::string& text, const std::string& separator);

}  // namespace linchpin::mapping
