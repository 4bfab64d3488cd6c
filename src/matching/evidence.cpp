#include "matching/evidence.hpp"

#include <algorithm>
#include <cmath>

namespace linchpin::matching {
namespace {

using Levels = std::span<const std::string_view>;
constexpr std::string_view given_levels[] = {"missing", "same", "pet_name", "initial", "near",
                                             "short",   "like", "middle",   "differs"};
constexpr std::string_view family_levels[] = {"missing", "same", "near", "part", "differs"};
constexpr std::string_view middle_levels[] = {"missing", "same", "initial", "differs"};
constexpr std::string_view mail_levels[] = {"missing", "own",     "shared", "crowded",
                                            "near",    "mailbox", "other",  "differs"};
constexpr std::string_view call_levels[] = {"missing", "own", "shared", "crowded", "near", "other", "differs"};
constexpr std::string_view born_levels[] = {"missing", "same", "slip", "half", "differs"};
constexpr std::string_view home_levels[] = {"missing", "same", "near", "other_unit", "street", "place", "differs"};
constexpr std::string_view hint_levels[] = {"none", "whole", "initial", "other"};
constexpr std::string_view links_levels[] = {"0", "1", "2", "3"};
constexpr std::string_view people_levels[] = {"0", "1", "2", "3", "4"};
constexpr std::string_view yes_levels[] = {"no", "yes"};
constexpr std::string_view year_levels[] = {"none", "agrees", "differs"};
constexpr std::string_view tie_levels[] = {"none", "born", "links", "both"};
constexpr std::string_view third_levels[] = {"none", "low", "middle", "high"};

struct Scale {
  float first, step;
  int count;
};
constexpr Scale strangers_scale{-9, 1.5F, 13};
constexpr Scale logit_scale{-9, 1.5F, 13};

template <class E>
std::size_t n(E level) {
  return static_cast<std::size_t>(level);
}

// One of a table's axes: its levels, and where a pair stands.
struct At {
  std::string_view name;
  Levels levels;
  std::size_t level;
};

// A look walks its tables twice over: here to name all entries.
class Naming {
 public:
  explicit Naming(std::vector<std::string>& names) : names_(names) {}
  template <std::size_t N>
  void table(const At (&axes)[N]) {
    std::size_t size = 1;
    for (const At& axis : axes) size *= axis.levels.size();
    for (std::size_t i = 0; i < size; ++i) names_.push_back(name_of(axes, i, size));
  }
  void number(std::string_view name, const Scale& scale, float, const At& given) {
    for (const std::string_view level : given.levels)
      for (int i = 0; i < scale.count; ++i)
        names_.push_back(std::string(given.name) + "=" + std::string(level) + " " + std::string(name) + "~" +
                         std::to_string(i));
  }

 private:
  template <std::size_t N>
  static std::string name_of(const At (&axes)[N], std::size_t i, std::size_t size) {
    std::string name;
    for (const At& axis : axes) {
      size /= axis.levels.size();
      name += (name.empty() ? "" : " ") + std::string(axis.name) + "=" + std::string(axis.levels[i / size]);
      i %= size;
    }
    return name;
  }
  std::vector<std::string>& names_;
};

// And here for each pair, to fill in its own: all but the levels is known when this is compiled.
class Filling {
 public:
  explicit Filling(Evidence& evidence) : evidence_(evidence) {}
  template <std::size_t N>
  [[gnu::always_inline]] void table(const At (&axes)[N]) {
    std::size_t at = 0, size = 1;
    for (const At& axis : axes) at = at * axis.levels.size() + axis.level, size *= axis.levels.size();
    evidence_.add(base_ + at);
    base_ += size;
  }
  // The number `value` between two steps of the scale, given a level.
  [[gnu::always_inline]] void number(std::string_view, const Scale& scale, float value, const At& given) {
    const auto count = static_cast<std::size_t>(scale.count);
    const float x = std::clamp((value - scale.first) / scale.step, 0.0F, static_cast<float>(count - 1));
    const std::size_t low = std::min(static_cast<std::size_t>(x), count - 2);
    const float part = x - static_cast<float>(low);
    const std::size_t at = base_ + given.level * count + low;
    if (part < 1) evidence_.add(at, 1 - part);
    if (part > 0) evidence_.add(at + 1, part);
    base_ += given.levels.size() * count;
  }

 private:
  Evidence& evidence_;
  std::size_t base_ = 0;
};

std::size_t tie_of(const Comparison& c) { return (c.born == Born::Same ? 1 : 0) + (c.links > 0 ? 2 : 0); }

template <class Place>
[[gnu::always_inline]] inline void walk_first(const Comparison& c, Place place) {
  const At given{"given", given_levels, n(c.given)}, family{"family", family_levels, n(c.family)};
  const At middle{"middle", middle_levels, n(c.middle)}, mail{"email", mail_levels, n(c.mail)};
  const At call{"phone", call_levels, n(c.call)}, born{"born", born_levels, n(c.born)};
  const At home{"address", home_levels, n(c.home)}, links{"links", links_levels, c.links};
  const At hint{"hint", hint_levels, n(c.hint_first)}, other{"hint_2", hint_levels, n(c.hint_second)};
  const At people{"mail_people", people_levels, std::min<std::size_t>(c.mail_people, 4)};
  const At swapped{"swapped", yes_levels, n(c.swapped)}, system{"same_system", yes_levels, n(c.same_system)};
  const At year{"mail_year", year_levels, c.year_hint == 0 ? 0u : c.year_hint > 0 ? 1u : 2u};
  const At tie{"tie", tie_levels, tie_of(c)};
  const At bare{"bare", yes_levels, n(c.bare)};
  place.table({given, family, links});
  place.table({given, family});
  place.table({given});
  place.table({family});
  place.table({mail});
  place.table({call});
  place.table({born});
  place.table({home});
  place.table({given, mail});
  place.table({given, call});
  place.table({given, home});
  place.table({given, born});
  place.table({born, links});
  place.table({mail, call});
  place.table({family, home});
  place.table({family, born});
  place.table({hint, other, mail});
  place.table({hint, other, given});
  place.table({middle, given});
  place.table({system, given});
  place.table({swapped, family});
  place.table({people, given});
  place.table({year, given});
  place.number("strangers", strangers_scale, c.strangers, tie);
  place.table({bare});
  place.table({bare, given, family});
  place.table({bare, born});
  place.table({bare, home});
  place.table({bare, home, born});
  place.number("strangers", strangers_scale, c.strangers, bare);
}

float logit(float p) {
  p = std::clamp(p, 1e-6F, 1 - 1e-6F);
  return std::log(p / (1 - p));
}

std::size_t third_level(float p) { return p < 0.02F ? 0 : p < 0.3F ? 1 : p < 0.9F ? 2 : 3; }

template <class Place>
void walk_second(const Comparison& c, const Surroundings& s, Place place) {
  const At given{"given", given_levels, n(c.given)}, links{"links", links_levels, c.links};
  const At rival{"rival", third_levels, third_level(s.rival)};
  const At support{"support", third_levels, third_level(s.support)};
  const At occupant{"occupant", third_levels, third_level(s.occupant)};
  const At bare{"bare", yes_levels, n(c.bare)};
  const At system{"same_system", yes_levels, n(c.same_system)};
  place.number("first_look", logit_scale, logit(s.probability), rival);
  place.number("first_look", logit_scale, logit(s.probability), support);
  place.number("rival", logit_scale, logit(s.rival), system);
  place.number("support", logit_scale, logit(s.support), system);
  place.table({rival, given});
  place.table({support, given});
  place.table({rival, support});
  place.table({occupant, system});
  place.table({rival, links});
  place.table({bare, occupant, system});
  place.table({bare, rival, support});
  place.number("first_look", logit_scale, logit(s.probability), bare);
}

}  // namespace

void first_look(const Comparison& c, Evidence& evidence) { walk_first(c, Filling(evidence)); }
void second_look(const Comparison& c, const Surroundings& s, Evidence& evidence) {
  walk_second(c, s, Filling(evidence));
}

const std::vector<std::string>& first_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    walk_first({}, Naming(all));
    return all;
  }();
  return names;
}
const std::vector<std::string>& second_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    walk_second({}, {}, Naming(all));
    return all;
  }();
  return names;
}

}  // namespace linchpin::matching
