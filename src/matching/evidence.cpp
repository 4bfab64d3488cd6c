#include "matching/evidence.hpp"

#include <algorithm>
#include <cmath>

namespace linchpin::matching {
namespace {

using Levels = std::span<const std::string_view>;
constexpr std::string_view given_levels[] = {"missing", "same",  "pet_name", "initial",
                                             "near",    "start", "middle",   "differs"};
constexpr std::string_view family_levels[] = {"missing", "same", "near", "part", "differs"};
constexpr std::string_view middle_levels[] = {"missing", "same", "initial", "differs"};
constexpr std::string_view mail_levels[] = {"missing", "own", "shared", "crowded", "near", "mailbox", "differs"};
constexpr std::string_view call_levels[] = {"missing", "own", "shared", "crowded", "near", "differs"};
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

struct Axis {
  std::string_view name;
  Levels levels;
};
struct Table {
  std::vector<Axis> axes;
  const Scale* scale = nullptr;  // the last axis, where it is a number
  std::string_view scale_name;
};

template <class E>
std::size_t n(E level) {
  return static_cast<std::size_t>(level);
}

// Walks the tables of a look: once to name all entries, and for each pair to fill in its own.
class Place {
 public:
  explicit Place(Evidence* evidence) : evidence_(evidence) {}
  explicit Place(std::vector<std::string>* names) : names_(names) {}

  struct At {
    std::string_view name;
    Levels levels;
    std::size_t level;
  };
  template <std::size_t N>
  void table(const At (&axes)[N]) {
    std::size_t at = 0, size = 1;
    for (const At& axis : axes) at = at * axis.levels.size() + axis.level, size *= axis.levels.size();
    if (names_ != nullptr)
      for (std::size_t i = 0; i < size; ++i) names_->push_back(name_of(axes, i, size));
    else
      evidence_->add(base_ + at);
    base_ += size;
  }
  // The number `value` between two steps of the scale, given a level.
  void number(std::string_view name, const Scale& scale, float value, const At& given) {
    const auto count = static_cast<std::size_t>(scale.count);
    if (names_ != nullptr) {
      for (const std::string_view level : given.levels)
        for (std::size_t i = 0; i < count; ++i)
          names_->push_back(std::string(given.name) + "=" + std::string(level) + " " + std::string(name) + "~" +
                            std::to_string(i));
    } else {
      const float x = std::clamp((value - scale.first) / scale.step, 0.0F, static_cast<float>(count - 1));
      const std::size_t low = std::min(static_cast<std::size_t>(x), count - 2);
      const float part = x - static_cast<float>(low);
      const std::size_t at = base_ + given.level * count + low;
      if (part < 1) evidence_->add(at, 1 - part);
      if (part > 0) evidence_->add(at + 1, part);
    }
    base_ += given.levels.size() * count;
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
  Evidence* evidence_ = nullptr;
  std::vector<std::string>* names_ = nullptr;
  std::size_t base_ = 0;
};

std::size_t tie_of(const Comparison& c) { return (c.born == Born::Same ? 1 : 0) + (c.links > 0 ? 2 : 0); }

void walk_first(const Comparison& c, Place place) {
  const Place::At given{"given", given_levels, n(c.given)}, family{"family", family_levels, n(c.family)};
  const Place::At middle{"middle", middle_levels, n(c.middle)}, mail{"email", mail_levels, n(c.mail)};
  const Place::At call{"phone", call_levels, n(c.call)}, born{"born", born_levels, n(c.born)};
  const Place::At home{"address", home_levels, n(c.home)}, links{"links", links_levels, c.links};
  const Place::At hint{"hint", hint_levels, n(c.hint_first)}, other{"hint_2", hint_levels, n(c.hint_second)};
  const Place::At people{"mail_people", people_levels, std::min<std::size_t>(c.mail_people, 4)};
  const Place::At swapped{"swapped", yes_levels, n(c.swapped)}, system{"same_system", yes_levels, n(c.same_system)};
  const Place::At year{"mail_year", year_levels, c.year_hint == 0 ? 0u : c.year_hint > 0 ? 1u : 2u};
  const Place::At tie{"tie", tie_levels, tie_of(c)};
  const Place::At bare{"bare", yes_levels, n(c.bare)};
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

void walk_second(const Comparison& c, const Surroundings& s, Place place) {
  const Place::At given{"given", given_levels, n(c.given)}, links{"links", links_levels, c.links};
  const Place::At rival{"rival", third_levels, third_level(s.rival)};
  const Place::At support{"support", third_levels, third_level(s.support)};
  const Place::At occupant{"occupant", third_levels, third_level(s.occupant)};
  const Place::At system{"same_system", yes_levels, n(c.same_system)};
  place.number("first_look", logit_scale, logit(s.probability), rival);
  place.number("first_look", logit_scale, logit(s.probability), support);
  place.number("rival", logit_scale, logit(s.rival), system);
  place.number("support", logit_scale, logit(s.support), system);
  place.table({rival, given});
  place.table({support, given});
  place.table({rival, support});
  place.table({occupant, system});
  place.table({rival, links});
}

}  // namespace

void first_look(const Comparison& c, Evidence& evidence) { walk_first(c, Place(&evidence)); }
void second_look(const Comparison& c, const Surroundings& s, Evidence& evidence) {
  walk_second(c, s, Place(&evidence));
}

const std::vector<std::string>& first_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    walk_first({}, Place(&all));
    return all;
  }();
  return names;
}
const std::vector<std::string>& second_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    walk_second({}, {}, Place(&all));
    return all;
  }();
  return names;
}

}  // namespace linchpin::matching
