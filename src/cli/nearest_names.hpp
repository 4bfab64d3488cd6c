// Of a name that the hub's files do not declare: an error that names the one that was probably meant.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace linchpin::cli {

// `what` and the nearest of `names`, where `written` is none of them; else `error` as it is.
Error nearest_of(const Error& error, const std::string& what, const std::string& written,
                 const std::vector<std::string>& names);

// Whether the hub's files declare the entity, and the field of it ("": none is named). Where the files cannot be read,
// nothing is wrong: the hub that is asked says it.
Result<void> known_field(const Where&, const std::string& entity, const std::string& field);
Result<void> known_system(const Where&, const std::string& system);

}  // namespace linchpin::cli
