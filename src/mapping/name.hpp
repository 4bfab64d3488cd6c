// People's names: one text to its parts and back, as far as rules go that never guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/value.hpp"

namespace linchpin::mapping {

struct NameForm {
  std::string locale;               // "zh", "ja", "ko", "vi", "hu": family name first; others: given name first
  bool family_first = false;        // declared by the mapping
  std::optional<int> family_words;  // so many words are the family name
};
// Whose a name is, as far as its words tell: "Jane & John Kellman", "Mr and Mrs Smith" and "J & M Dorrigo" are two
// people's, "Zettel Family Trust" and "Umbridge Pty Ltd" nobody's.
enum class Bearer : std::uint8_t { Person, TwoPeople, Organisation };
Bearer bearer_of(std::string_view name);

// {"given", "family", "title", "suffix"}, null where there is none. A single name is the family name (ICAO 9303).
// ValueTwoPeople for couples, ValueNotAPerson for organisations, ValueAmbiguous where only a dictionary would know.
Result<Value> split_name(const Json& value, const NameForm&);

Result<Value> join_name(const Json& parts, const std::string& locale,
                        bool sorting);  // "Jane Citizen"; sorting: "Citizen, Jane"

}  // namespace linchpin::mapping
