// The tables of each kind of file, from schema/KIND/NNN_*.sql, as the program carries them. Applied in order; a file's
// user_version is how many it has. A script that was released is never changed: a new one follows it.
#pragma once

#include <span>
#include <string_view>

namespace linchpin::store {

struct Migration {
  std::string_view name;
  const char* sql;
};

std::span<const Migration> state_schema();
std::span<const Migration> inbox_schema();
std::span<const Migration> keys_schema();

}  // namespace linchpin::store
