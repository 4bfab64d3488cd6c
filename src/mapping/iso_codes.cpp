#include "mapping/iso_codes.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/json.hpp"

namespace linchpin::mapping {

namespace {

Json read_list(const char* standard) {
  std::ifstream file(std::string("/usr/share/iso-codes/json/iso_") + standard + ".json", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const auto parsed = parse_json(text.str());
  return parsed ? (*parsed)[standard] : Json();
}

}  // namespace

const std::vector<Country>& countries() {
  static const std::vector<Country> all = [] {
    std::vector<Country> out;
    const Json rows = read_list("3166-1");
    for (const Json& row : rows.items()) {
      out.push_back({row["alpha_2"].text(), row["alpha_3"].text(), row["numeric"].text(), row["name"].text(),
                     row["official_name"].text(), row["common_name"].text()});
    }
    std::sort(out.begin(), out.end(), [](const Country& a, const Country& b) { return a.alpha_2 < b.alpha_2; });
    return out;
  }();
  return all;
}

const Country* find_country(std::string_view alpha_2) {
  const auto& all = countries();
  const auto found = std::lower_bound(all.begin(), all.end(), alpha_2,
                                      [](const Country& c, std::string_view a) { return c.alpha_2 < a; });
  return found != all.end() && found->alpha_2 == alpha_2 ? &*found : nullptr;
}

const std::vector<FormerCountry>& former_countries() {
  static const std::vector<FormerCountry> all = [] {
    std::vector<FormerCountry> out;
    const Json rows = read_list("3166-3");
    for (const Json& row : rows.items()) out.push_back({row["alpha_2"].text(), row["name"].text()});
    return out;
  }();
  return all;
}

const std::vector<Subdivision>& subdivisions_of_australia() {
  static const std::vector<Subdivision> all = [] {
    std::vector<Subdivision> out;
    const Json rows = read_list("3166-2");
    for (const Json& row : rows.items()) {
      if (row["code"].text().starts_with("AU-")) out.push_back({row["code"].text(), row["name"].text()});
    }
    return out;
  }();
  return all;
}

const std::vector<std::string>& currencies() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> out;
    const Json rows = read_list("4217");
    for (const Json& row : rows.items()) out.push_back(row["alpha_3"].text());
    std::sort(out.begin(), out.end());
    return out;
  }();
  return all;
}

bool is_currency(std::string_view code) {
  return std::binary_search(currencies().begin(), currencies().end(), code, std::less<>{});
}

}  // namespace linchpin::mapping
