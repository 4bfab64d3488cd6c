// How two given names compare: what counts as one person's is said in one place.
#pragma once

#include <cstdint>

#include "matching/pet_names.hpp"
#include "matching/words.hpp"

namespace linchpin::matching {

// Missing: one of the two does not say. Short: one may be short for the other, as far as letters tell. Like: a slip
// apart, but both are names ("Mark" and "Mary"). Middle: the middle name of one is the given name of the other.
enum class Given : std::uint8_t { Missing, Same, PetName, Initial, Near, Short, Like, Middle, Differs };

Given given_between(const Words&, const PetNames&, WordId, WordId);  // never Middle

}  // namespace linchpin::matching
