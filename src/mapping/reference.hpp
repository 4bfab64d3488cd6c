// What the transforms do, said by doing it: what each gives for its examples, in which directions it goes in a mapping
// and whether it comes back are the outcomes of run_transform() and parse_transform() at this moment. None is written
// down.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"

namespace linchpin::mapping {

// Of every kind, or of the one that is named (NotFound when there is none):
//   {"region", "zone", "transforms": [{"name", "what",
//     "options": [{"name", "what", "choices", "otherwise", "where"}],   otherwise null: it must be given
//     "direction", "inverse",                                           of its first form; null: no mapping can use it
//     "forms": [{"as", "type", "direction", "inverse", "read", "written"}],
//     "examples": [{"input", "options", "output" or "error": {"category", "message"}}],
//     "errors": [{"category", "meaning"}]}]}                            those of the examples
// A direction is "both", "in", "out", or "in or out" where it has both and does not come back.
Result<Json> transform_reference(std::string_view name = {});

std::string reference_table(const Json& reference);  // a line for each
std::string reference_page(const Json& reference);   // Markdown: docs/guide/transforms.md

}  // namespace linchpin::mapping
