#include "matching/parts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <vector>

#include "mapping/text.hpp"
#include "matching/words.hpp"

namespace linchpin::matching {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
bool among(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", i), text.size());
    if (end > i) words.emplace_back(text.substr(i, end - i));
    i = end + 1;
  }
  return words;
}

std::string joined(const std::vector<std::string>& words, std::size_t first, std::size_t last) {
  std::string text;
  for (std::size_t i = first; i < last; ++i) text += (text.empty() ? "" : " ") + words[i];
  return text;
}

bool is_title(std::string_view word) {
  static constexpr std::array<std::string_view, 14> titles = {"mr",  "mrs", "ms",  "miss", "mx", "dr",     "prof",
                                                              "sir", "rev", "hon", "dame", "fr", "master", "lady"};
  return among(letters_of(word), titles);
}

Generation generation_of(std::string_view word) {
  struct Suffix {
    std::string_view text;
    Generation generation;
  };
  static constexpr std::array<Suffix, 9> suffixes = {{{"jr", Generation::Junior},
                                                      {"jnr", Generation::Junior},
                                                      {"sr", Generation::Senior},
                                                      {"snr", Generation::Senior},
                                                      {"ii", Generation::Second},
                                                      {"2nd", Generation::Second},
                                                      {"iii", Generation::Third},
                                                      {"3rd", Generation::Third},
                                                      {"4th", Generation::Fourth}}};
  std::string plain(word);
  std::erase_if(plain, [](char c) { return c == '.' || c == ','; });
  if (plain == "IV") return Generation::Fourth;  // Iv is a family name
  plain = mapping::lower_ascii(plain);
  const auto at = std::find_if(suffixes.begin(), suffixes.end(), [&](const Suffix& s) { return s.text == plain; });
  return at == suffixes.end() ? Generation::Untold : at->generation;
}
bool is_generation(std::string_view word) { return generation_of(word) != Generation::Untold; }

// Off the back, where `least` words are left.
Generation generation_off(std::vector<std::string>& words, std::size_t least) {
  if (words.size() <= least || !is_generation(words.back())) return Generation::Untold;
  const Generation found = generation_of(words.back());
  words.pop_back();
  while (!words.empty() && words.back().ends_with(',')) words.back().pop_back();
  return found;
}

// Senior is a family name too: in full, and behind a name, it tells a generation and stays where it stands.
Generation generation_in_full(const std::vector<std::string>& words, std::size_t least) {
  if (words.size() <= least) return Generation::Untold;
  const std::string last = letters_of(words.back());
  return last == "junior" ? Generation::Junior : last == "senior" ? Generation::Senior : Generation::Untold;
}

bool is_particle(std::string_view word) {
  static constexpr std::array<std::string_view, 19> particles = {"de", "da",  "di",  "del", "della", "du",  "la",
                                                                 "le", "van", "von", "der", "den",   "ten", "te",
                                                                 "el", "al",  "bin", "st",  "mac"};
  return among(letters_of(word), particles);
}

}  // namespace

NameParts split_full_name(std::string_view text) {
  NameParts parts;
  std::size_t comma = text.find(',');
  std::vector<std::string> words = words_of(comma == std::string_view::npos ? text : text.substr(comma + 1));
  if (comma != std::string_view::npos && words.size() == 1 && is_generation(words[0])) {  // "John Smith, Jr"
    words = words_of(text);
    comma = std::string_view::npos;
  }
  while (words.size() > 1 && is_title(words.front())) words.erase(words.begin()), parts.titled = true;
  if (comma != std::string_view::npos) {
    parts.family = mapping::trimmed(text.substr(0, comma));
    if (!words.empty()) parts.given = words[0], parts.middle = joined(words, 1, words.size());
    take_off_generation(parts);
    return parts;
  }
  parts.generation = generation_off(words, 1);
  if (parts.generation == Generation::Untold) parts.generation = generation_in_full(words, 2);
  if (words.empty()) return parts;
  std::size_t family = words.size() - 1;
  while (family > 1 && is_particle(words[family - 1])) --family;
  parts.family = joined(words, family, words.size());
  if (family > 0) parts.given = words[0], parts.middle = joined(words, 1, family);
  return parts;
}

void take_off_generation(NameParts& parts) {
  for (std::string* const part : {&parts.family, &parts.middle, &parts.given}) {
    std::vector<std::string> words = words_of(*part);
    parts.generation = generation_off(words, part == &parts.middle ? 0 : 1);
    if (parts.generation == Generation::Untold) continue;
    *part = joined(words, 0, words.size());
    return;
  }
  parts.generation = generation_of(parts.family);  // "Jr" alone is left where it stands
  if (parts.generation == Generation::Untold) parts.generation = generation_in_full(words_of(parts.family), 1);
}

bool has_title_for_given(const NameParts& parts) {
  const std::vector<std::string> words = words_of(parts.given);
  if (words.empty()) return parts.titled;
  return words_of(parts.middle).empty() && std::all_of(words.begin(), words.end(), is_title);
}

EmailParts split_email(std::string_view text) {
  static constexpr std::array<std::string_view, 22> offices = {
      "info", "admin",   "reception", "accounts", "account",   "office", "noemail", "noreply",
      "mail", "contact", "hello",     "enquiry",  "enquiries", "family", "sales",   "support",
      "none", "na",      "team",      "home",     "service",   "unknown"};
  EmailParts parts;
  const std::string trimmed = mapping::lower_ascii(mapping::trimmed(text));
  const std::size_t at = trimmed.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == trimmed.size()) return parts;
  parts.local = trimmed.substr(0, std::min(at, trimmed.find('+')));
  if (parts.local.empty()) return {};
  parts.domain = trimmed.substr(at + 1);
  parts.whole = parts.local + "@" + parts.domain;
  std::string digits;
  for (const char c : parts.local) {
    if (is_digit(c)) digits.push_back(c);
    if (c >= 'a' && c <= 'z') parts.letters.push_back(c);
  }
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.size() == 4 && number > 1900 && number < 2030) parts.year = number;
  if (digits.size() == 2) parts.year = number >= 25 ? 1900 + number : 2000 + number;
  parts.office = among(parts.letters, offices);
  return parts;
}

PhoneParts split_phone(std::string_view text) {
  std::string digits;
  for (const char c : mapping::ascii_digits(text.substr(0, text.find_first_of("xX;"))))
    if (is_digit(c)) digits.push_back(c);
  if (digits.starts_with("00")) digits.erase(0, 2);
  if (digits.starts_with("61") && digits.size() >= 11) digits.erase(0, 2);
  if (digits.starts_with("0")) digits.erase(0, 1);
  if (digits.size() < 6 || digits.size() > 15) return {};
  PhoneParts parts;
  std::from_chars(digits.data(), digits.data() + digits.size(), parts.digits);
  parts.mobile = digits.size() == 9 && (digits[0] == '4' || digits[0] == '5');
  const std::string tail = digits.substr(digits.size() - 6);
  parts.nobody = std::all_of(tail.begin(), tail.end(), [&](char c) { return c == tail[0]; });
  if (digits.ends_with("99999999") || digits.ends_with("12345678") || digits.ends_with("99990000")) parts.nobody = true;
  return parts;
}

std::uint32_t calendar_digits(std::string_view text) {
  std::string digits;
  std::vector<std::string> groups(1);
  for (const char c : text.substr(0, 10)) {
    if (is_digit(c))
      groups.back().push_back(c), digits.push_back(c);
    else if (!groups.back().empty())
      groups.emplace_back();
  }
  if (groups.size() == 3 && groups[2].size() == 4) {  // day first
    const auto two = [](const std::string& s) { return s.size() == 1 ? "0" + s : s; };
    digits = groups[2] + two(groups[1]) + two(groups[0]);
  }
  if (digits.size() != 8) return 0;
  std::uint32_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::uint32_t birth_digits(std::string_view text) {
  const std::uint32_t number = calendar_digits(text);
  static constexpr std::array<std::uint32_t, 5> nobodys = {19000101, 19700101, 18991230, 19010101, 11111111};
  if (std::find(nobodys.begin(), nobodys.end(), number) != nobodys.end()) return 0;
  return number;
}

StreetParts split_street(std::string_view number, std::string_view street) {
  static constexpr std::array<std::string_view, 34> kinds = {
      "street", "st",      "road",  "rd",      "avenue", "ave",   "av",      "crescent",  "cres", "cr", "court",  "ct",
      "place",  "pl",      "drive", "dr",      "close",  "cl",    "circuit", "cct",       "lane", "ln", "parade", "pde",
      "way",    "highway", "hwy",   "terrace", "tce",    "grove", "gr",      "boulevard", "bvd",  "r"};
  static constexpr std::array<std::string_view, 5> units = {"unit", "u", "flat", "apt", "apartment"};
  StreetParts parts;
  std::string text = mapping::lower_ascii(mapping::ascii_digits(std::string(number) + " " + std::string(street)));
  std::replace_if(text.begin(), text.end(), [](char c) { return c == ',' || c == '/' || c == '.' || c == '-'; }, ' ');
  std::vector<std::string> numbers, names;
  for (std::string& word : words_of(text)) {
    if (names.empty() && word.size() > 1 && word[0] == 'u' && is_digit(word[1])) word.erase(0, 1);  // U3/25
    if (names.empty() && is_digit(word[0]))
      numbers.push_back(std::move(word));
    else if (!(names.empty() && among(word, units)))
      names.push_back(std::move(word));
  }
  if (!numbers.empty()) parts.number = numbers.back();
  if (numbers.size() > 1) parts.unit = numbers.front();
  if (names.size() > 1 && among(names.back(), kinds)) names.pop_back();
  parts.street = letters_of(joined(names, 0, names.size()));
  return parts;
}

}  // namespace linchpin::matching
