#include "base/mutant.hpp"

#include <algorithm>

namespace linchpin {
namespace {

constexpr MutantSpec specs[] = {
#define MUTANT(name, invariant, seen_by, seed, what) {Mutant::name, #name, Invariant::invariant, seed, what},
#include "base/mutants.def"
#undef MUTANT
};

Mutant planted_mutant = Mutant::None;

}  // namespace

std::span<const MutantSpec> mutants() { return specs; }

const MutantSpec* find_mutant(std::string_view name) {
  const auto found =
      std::find_if(std::begin(specs), std::end(specs), [&](const MutantSpec& m) { return m.name == name; });
  return found == std::end(specs) ? nullptr : &*found;
}

void plant(Mutant mutant) { planted_mutant = mutant; }
Mutant planted() { return planted_mutant; }

}  // namespace linchpin
