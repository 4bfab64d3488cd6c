// ISO 3166 and ISO 4217 as Debian's iso-codes has them (/usr/share/iso-codes/json), read once when first asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linchpin::mapping {

struct Country {
  std::string alpha_2, alpha_3, numeric;
  std::string name, official_name, common_name;  // the last two may be empty
};
const std::vector<Country>& countries();  // ISO 3166-1; empty when iso-codes is not installed
const Country* find_country(std::string_view alpha_2);

struct FormerCountry {
  std::string alpha_2, name;  // "BU", "Burma, Socialist Republic of the Union of"
};
const std::vector<FormerCountry>& former_countries();  // ISO 3166-3

struct Subdivision {
  std::string code, name;  // "AU-NSW", "New South Wales"
};
const std::vector<Subdivision>& subdivisions_of_australia();  // ISO 3166-2:AU

const std::vector<std::string>& currencies();  // ISO 4217's codes, sorted
bool is_currency(std::string_view code);

}  // namespace linchpin::mapping
