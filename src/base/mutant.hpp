// Mutants: named, deliberate defects (mutants.def), each a switch in one line of the engine. A mutant that the
// simulator does not catch is a missing check. Only what is compiled with LINCHPIN_MUTANTS has the switches (the
// program linchpin-sim: CMakeLists.txt); everywhere else mutant() is the constant false, and the compiler leaves
// nothing of it.
// Switches stand in .cpp files, never in a header: the same header is read with and without them.
#pragma once

#include <span>
#include <string_view>

#include "base/invariant.hpp"

namespace linchpin {

enum class Mutant {
  None,
#define MUTANT(name, invariant, seen_by, seed, what) name,
#include "base/mutants.def"
#undef MUTANT
};

struct MutantSpec {
  Mutant mutant = Mutant::None;
  std::string_view name;
  Invariant breaks = Invariant::MergedOnce;
  std::uint64_t seed = 0;  // of a simulation that catches it
  std::string_view what;
};
std::span<const MutantSpec> mutants();                 // in the order of mutants.def
const MutantSpec* find_mutant(std::string_view name);  // nullptr: there is none of that name

// Plants one defect in this process, or none. Before the engine runs, and not while it does.
void plant(Mutant);
Mutant planted();

#ifdef LINCHPIN_MUTANTS
// A namespace of its own, so that what is compiled with the switches and what is compiled without can be linked
// together.
inline namespace with_mutants {
inline bool mutant(Mutant which) { return planted() == which; }
}  // namespace with_mutants
#else
constexpr bool mutant(Mutant) { return false; }
#endif

}  // namespace linchpin
