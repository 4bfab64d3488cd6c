// The tables of each kind of file and of PostgreSQL, from schema/KIND/NNN_*.sql, as the program carries them. Applied
// in order; a file's user_version (in PostgreSQL: the table `version`) is how many it has. A script that was released
// is never changed: a new one follows it.
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
std::span<const Migration> postgres_schema();       // schema linchpin of a database
std::span<const Migration> postgres_keys_schema();  // schema linchpin_keys

}  // namespace linchpin::store
