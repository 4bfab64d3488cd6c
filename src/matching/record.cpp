#include "matching/record.hpp"

namespace linchpin::matching {
namespace {

struct Column {
  std::string_view name;
  std::string Fields::* part;
};
// By what a column is called, here and in exports.
constexpr Column columns[] = {{"given_name", &Fields::given_name},
                              {"first_name", &Fields::given_name},
                              {"middle_name", &Fields::middle_name},
                              {"family_name", &Fields::family_name},
                              {"last_name", &Fields::family_name},
                              {"surname", &Fields::family_name},
                              {"full_name", &Fields::full_name},
                              {"name", &Fields::full_name},
                              {"email", &Fields::email},
                              {"phone", &Fields::phone},
                              {"date_of_birth", &Fields::date_of_birth},
                              {"street_number", &Fields::street_number},
                              {"street", &Fields::street},
                              {"address_1", &Fields::street},
                              {"street_2", &Fields::street_2},
                              {"address_2", &Fields::street_2},
                              {"suburb", &Fields::suburb},
                              {"state", &Fields::state},
                              {"postcode", &Fields::postcode}};

}  // namespace

std::string Fields::* part_named(std::string_view name) {
  for (const Column& column : columns)
    if (column.name == name) return column.part;
  return nullptr;
}

std::vector<std::string> part_names() {
  std::vector<std::string> names;
  for (const Column& column : columns) names.emplace_back(column.name);
  return names;
}

}  // namespace linchpin::matching
