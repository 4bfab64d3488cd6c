// What the likely matcher compares: a record of a person, as one system holds it.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::matching {

// The values that can tell people apart, as texts of any spelling; "" where there is none. `full_name` counts where the
// parts are missing; an address may be given as a street with its number, or as both apart.
struct Fields {
  std::string given_name, middle_name, family_name, full_name;
  std::string email, phone, date_of_birth;
  std::string street_number, street, street_2, suburb, state, postcode;
  bool operator==(const Fields&) const = default;
};

// Which of them a column or field of that name is, here and in exports ("first_name"); nullptr: none.
std::string Fields::* part_named(std::string_view name);
std::vector<std::string> part_names();  // all that it knows

struct RecordId {
  std::string system, id;
  auto operator<=>(const RecordId&) const = default;
};

// `fields` is never empty: the first is what the record holds now, the others what it held before, or what other
// records of the same golden record hold. A comparison takes the best of each kind of evidence.
struct Record {
  RecordId id;
  std::vector<Fields> fields;
};

}  // namespace linchpin::matching
