#include "sim/plan.hpp"

#include <array>
#include <sstream>

namespace linchpin::sim {
namespace {

constexpr std::array<std::string_view, fault_count> names{
#define FAULT(name, what) #name,
#include "sim/faults.def"
#undef FAULT
};
constexpr std::array<std::string_view, fault_count> tales{
#define FAULT(name, what) what,
#include "sim/faults.def"
#undef FAULT
};
constexpr double rates[] = {0.01, 0.03, 0.1, 0.25};

// FNV-1a: a stream of chance by name, so that a fault that is added later leaves the others' as they are.
std::uint64_t by_name(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace

std::string_view to_text(Fault fault) { return names[static_cast<std::size_t>(fault)]; }
std::string_view told(Fault fault) { return tales[static_cast<std::size_t>(fault)]; }

std::optional<Fault> parse_fault(std::string_view name) {
  for (std::size_t i = 0; i < fault_count; ++i)
    if (names[i] == name) return static_cast<Fault>(i);
  return std::nullopt;
}

Result<FaultSet> parse_faults(std::string_view list) {
  FaultSet set;
  if (list == "all") return set.set();
  if (list == "none" || list.empty()) return set;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view name = list.substr(0, comma);
    const auto fault = parse_fault(name);
    if (!fault)
      return fail(Code::InvalidArgument, "the simulator has no fault '" + std::string(name) + "'",
                  "linchpin sim --list-faults names them; `all` and `none` are others.");
    set.set(static_cast<std::size_t>(*fault));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return set;
}

std::string to_text(const FaultSet& set) {
  if (set.all()) return "all";
  std::string text;
  for (std::size_t i = 0; i < fault_count; ++i)
    if (set[i]) text += (text.empty() ? "" : ",") + std::string(names[i]);
  return text.empty() ? "none" : text;
}

std::string to_text(const Plan& plan) {
  std::string text = "linchpin sim --seed " + std::to_string(plan.seed) + " --steps " + std::to_string(plan.steps);
  if (plan.people > 0) text += " --people " + std::to_string(plan.people);
  if (!plan.allowed.all()) text += " --faults " + to_text(plan.allowed);
  return text;
}

Result<std::optional<Plan>> parse_plan(std::string_view line) {
  std::istringstream words{std::string(line.substr(0, line.find('#')))};
  std::string word, value;
  if (!(words >> word)) return std::nullopt;
  const auto wrong = [] {
    return fail(Code::InvalidArgument, "this is no plan", "Such as: linchpin sim --seed 17 --steps 2000");
  };
  if (word != "linchpin" || !(words >> word) || word != "sim") return wrong();
  Plan plan;
  while (words >> word) {
    if (!(words >> value)) return wrong();
    if (word == "--faults") {
      plan.allowed = TRY(parse_faults(value));
      continue;
    }
    if (value.find_first_not_of("0123456789") != std::string::npos || value.size() > 18) return wrong();
    const std::int64_t number = std::stoll(value);
    if (word == "--seed")
      plan.seed = static_cast<std::uint64_t>(number);
    else if (word == "--steps" && number <= steps_most)
      plan.steps = static_cast<int>(number);
    else if (word == "--people" && number <= people_most)
      plan.people = static_cast<int>(number);
    else
      return wrong();
  }
  return plan;
}

Swarm::Swarm(const Plan& plan) : workload_(plan.seed ^ by_name("workload")) {
  for (std::size_t i = 0; i < fault_count; ++i) {
    Random chance(plan.seed ^ by_name(names[i]));
    chance.next();
    const bool chosen = chance.chance(0.4);
    rates_.push_back(rates[chance.below(std::size(rates))]);
    chosen_.set(i, chosen && plan.allowed[i]);
    chances_.push_back(chance);
  }
}

}  // namespace linchpin::sim
