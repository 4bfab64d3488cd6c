#include "mapping/name.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <vector>

#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

using Words = std::vector<std::string>;

tl::unexpected<Error> not_a_name() {
  return fail(Code::ValueInvalid, "the value is not a person's name", "Correct it in the system that it comes from");
}
tl::unexpected<Error> unclear() {
  return fail(Code::ValueAmbiguous, "where the family name ends cannot be told without a dictionary",
              "Map the parts, or declare locale: or family_words:");
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array<std::string_view, 24> particles{
    "de",     "del", "de la", "dela", "da",  "dos", "di",  "du",  "la", "le", "van",    "van der",
    "van de", "von", "zu",    "ter",  "ten", "bin", "ibn", "abu", "st", "te", "de las", "de los"};
constexpr std::array<std::string_view, 28> titles{
    "sr",        "mr",  "mrs",      "ms",       "miss",   "mx",   "master", "dr",    "doctor", "prof",
    "professor", "rev", "reverend", "hon",      "sir",    "dame", "lord",   "lady",  "fr",     "herr",
    "frau",      "mme", "mlle",     "monsieur", "madame", "sra",  "srta",   "a/prof"};
// Words that go on with a family name's particles, and are none by themselves: "van den", "von der".
constexpr std::array<std::string_view, 5> later_particles{"der", "den", "het", "las", "los"};
// Titles that are nobody's name, where Lord and Master are.
constexpr std::array<std::string_view, 5> sure_titles{"mr", "mrs", "ms", "miss", "dr"};
constexpr std::array<std::string_view, 6> suffixes{"jr", "sr", "jnr", "snr", "esq", "phd"};
constexpr std::array<std::string_view, 6> numerals{"II", "III", "IV", "2nd", "3rd", "4th"};
// Words that no person is called by. Church and Bank are family names too: they need what stands beside them.
constexpr std::array<std::string_view, 36> organisation_words{
    "pty",         "ltd",         "limited",     "trust",      "fund",           "inc",         "incorporated",
    "llc",         "llp",         "plc",         "gmbh",       "corp",           "corporation", "foundation",
    "association", "holdings",    "company",     "co",         "superannuation", "smsf",        "partnership",
    "trustee",     "trustees",    "p/l",         "t/a",        "t/as",           "atf",         "nominees",
    "superfund",   "investments", "enterprises", "university", "family",         "estate",      "abn",
    "acn"};
// What a firm does or is.
constexpr std::array<std::string_view, 30> trade_words{
    "services",     "group",       "partners",   "plumbing",      "electrical",   "consulting",
    "consultants",  "solutions",   "industries", "constructions", "construction", "engineering",
    "technologies", "accountants", "solicitors", "bookkeeping",   "logistics",    "transport",
    "properties",   "committee",   "society",    "institute",     "academy",      "school",
    "hospital",     "clinic",      "pharmacy",   "department",    "restaurant",   "sarl"};
constexpr std::array<std::string_view, 20> organisation_pairs{
    "trading as",       "body corporate",    "estate of",     "estate late",   "est of",
    "est late",         "bank of",           "church of",     "city of",       "shire of",
    "university of",    "city council",      "town council",  "shire council", "county council",
    "regional council", "commonwealth bank", "national bank", "savings bank",  "credit union"};
// Forms of companies that stand behind the name, as they are written: letters that are initials elsewhere.
constexpr std::array<std::string_view, 11> company_forms{"AG",   "KG",     "BV",  "NV",     "B.V.",    "N.V.",
                                                         "S.A.", "S.p.A.", "SpA", "S.r.l.", "S.A.R.L."};
// What people have learnt, behind their names: no name, and no suffix of one.
constexpr std::array<std::string_view, 7> credentials{"MD", "CPA", "FCPA", "MBA", "DDS", "LLB", "OAM"};
// What stands between a person's name and a parent's: "Rajan s/o Kumar".
constexpr std::array<std::string_view, 5> descents{"a/l", "a/p", "s/o", "d/o", "w/o"};

std::string language_of(std::string_view locale) { return lower_ascii(locale.substr(0, locale.find_first_of("-_"))); }

std::string bare(std::string_view word) {
  std::string out = lower_ascii(word);
  std::erase(out, '.');
  while (out.ends_with(',')) out.pop_back();
  return out;
}

Words words_of(std::string_view text) {
  Words out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}
std::string joined(const Words& words, std::size_t from, std::size_t to) {
  std::string out;
  for (std::size_t i = from; i < to; ++i) out += (out.empty() ? "" : " ") + words[i];
  return out;
}

bool begins_family(std::string_view word) {
  const std::string lower = bare(word);
  return is_one_of(lower, particles) || lower.starts_with("al-") || lower.starts_with("el-");
}

bool continues_family(std::string_view word) { return begins_family(word) || is_one_of(bare(word), later_particles); }

// As compatibility makes one of signs that look alike: ＆ is &, Ｐ／Ｌ is P/L. To judge by, and never kept.
std::string compatible(const std::string& text) {
  if (is_ascii(text)) return text;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const nfkc = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) return text;
  std::string out;
  nfkc->normalize(icu::UnicodeString::fromUTF8(text), status).toUTF8String(out);
  return U_SUCCESS(status) ? out : text;
}

bool joins_people(const Words& words, std::size_t i) {
  const std::string& word = words[i];
  const std::string lower = bare(word);
  if (lower == "and" || word.find_first_of("&+;") != std::string::npos) return true;
  if (word.find('/') != std::string::npos) return !is_one_of(lower, descents) && !is_one_of(lower, titles);
  // Or is a name too.
  const std::size_t behind = words.size() - 1 - i;
  return (word == "or" && i > 0 && behind > 0) || (word == "OR" && i > 1 && behind > 1);
}
bool is_two_people(const Words& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (joins_people(words, i)) return true;
  }
  return false;
}
bool is_possessive(std::string_view word) {
  for (const std::string_view end : {"'s", "\xE2\x80\x99s"})
    if (word.size() > end.size() && word.ends_with(end)) return true;
  return false;
}
bool is_organisation(const Words& words) {
  std::string before;
  if (words.size() > 1 && is_one_of(words.back(), company_forms)) return true;
  // "Bob's Plumbing": what somebody owns.
  if (words.size() > 1 && std::any_of(words.begin(), words.end() - 1, is_possessive)) return true;
  for (const std::string& one : words) {
    std::string word = bare(one);
    while (!word.empty() && (word.front() == '(' || word.back() == ')'))
      word.erase(word.front() == '(' ? 0 : word.size() - 1, 1);
    // A first word is a person's own: "Trust" and "Fund" are names too.
    if (!before.empty() && (is_one_of(word, organisation_words) || is_one_of(word, trade_words) ||
                            is_one_of(before + " " + word, organisation_pairs)))
      return true;
    before = std::move(word);
  }
  return false;
}

bool is_suffix(const std::string& word) {
  std::string plain = word;
  std::erase(plain, '.');
  while (plain.ends_with(',')) plain.pop_back();
  return is_one_of(lower_ascii(plain), suffixes) || is_one_of(plain, numerals);
}
bool is_title(const std::string& word) { return is_one_of(bare(word), titles); }
bool is_credential(const std::string& word) {
  std::string plain = word;
  std::erase(plain, '.');
  return is_one_of(plain, credentials);
}
bool is_no_name(const std::string& word) { return word == "." || word == "FNU" || word == "LNU"; }

bool is_number(const std::string& word) {
  return !has_letter(word) && word.find_first_of("0123456789") != std::string::npos;
}

// Whether a title stands in front, and another behind the first person's name.
bool has_second_title(const Words& words) {
  if (words.empty() || !is_title(words[0])) return false;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (is_one_of(bare(words[i]), sure_titles) && !is_title(words[i - 1])) return true;
  }
  return false;
}

Bearer bearer_of(const Words& judged) {
  if (is_organisation(judged)) return Bearer::Organisation;
  return is_two_people(judged) || has_second_title(judged) ? Bearer::TwoPeople : Bearer::Person;
}

struct Parts {
  std::string given, family, title, suffix;
};
Value value_of(const Parts& parts) {
  const auto part = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return Json::object({{"given", part(parts.given)},
                       {"family", part(parts.family)},
                       {"title", part(parts.title)},
                       {"suffix", part(parts.suffix)}});
}

// Titles off the front and suffixes off the back; a name is left in any case.
void take_off(Words& words, Parts& parts) {
  std::size_t titled = 0;
  while (titled + 1 < words.size() &&
         (is_title(words[titled]) || (bare(words[titled]) == "the" && bare(words[titled + 1]) == "hon")))
    ++titled;
  parts.title = joined(words, 0, titled);
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(titled));
  std::size_t end = words.size();
  while (end > 1 && is_suffix(words[end - 1])) --end;
  if (end < words.size()) {
    parts.suffix = joined(words, end, words.size());
    words.resize(end);
    while (words.back().ends_with(',')) words.back().pop_back();
  }
}

enum class Script { Other, Han, Hangul, Kana };
// The script of a name that is written without spaces; Kana where kana stands beside han.
Script script_of(std::string_view word) {
  Script out = Script::Other;
  for (std::size_t i = 0; i < word.size();) {
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript(static_cast<UChar32>(next_code_point(word, i)), &status)) {
      case USCRIPT_HAN:
        if (out == Script::Other) out = Script::Han;
        break;
      case USCRIPT_HANGUL:
        out = Script::Hangul;
        break;
      case USCRIPT_HIRAGANA:
      case USCRIPT_KATAKANA:
        return Script::Kana;
      default:
        break;
    }
  }
  return out;
}

// Family names of two characters. Neither ICU nor CLDR lists them; these are the ones in use (simplified, traditional,
// Korean).
constexpr std::array<std::string_view, 33> compound_han{
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "東方", "皇甫", "尉迟",
    "尉遲", "公孙", "公孫", "慕容", "令狐", "宇文", "长孙", "長孫", "司徒", "司空", "夏侯",
    "端木", "独孤", "獨孤", "南宫", "南宮", "轩辕", "軒轅", "闻人", "聞人", "申屠", "淳于"};
constexpr std::array<std::string_view, 8> compound_hangul{"남궁", "황보", "제갈", "사공",
                                                          "선우", "서문", "독고", "동방"};

Result<Parts> split_unspaced(const std::string& word, const std::string& locale, Script script) {
  if (locale == "ja" || script == Script::Kana) return unclear();
  if (locale != "zh" && locale != "ko") return unclear();
  const std::size_t count = count_code_points(word);
  if (count < 2) return Parts{"", word, "", ""};
  std::size_t one = 0;
  next_code_point(word, one);
  std::size_t two = one;
  next_code_point(word, two);
  const std::string_view first_two = std::string_view(word).substr(0, two);
  const bool compound = is_one_of(first_two, compound_han) || is_one_of(first_two, compound_hangul);
  if (compound && count == 2) return Parts{"", word, "", ""};
  if (compound) return Parts{word.substr(two), word.substr(0, two), "", ""};
  if (count > 3) return unclear();
  return Parts{word.substr(one), word.substr(0, one), "", ""};
}

// The middle dot divides foreign names, given name first.
Words dotted(const std::string& word) {
  std::string spaced;
  for (std::size_t i = 0; i < word.size();) {
    const char32_t c = next_code_point(word, i);
    if (c == U'·' || c == U'・' || c == 0x2022 || c == 0x2027 || c == 0xFF65)
      spaced += ' ';
    else
      append(spaced, c);
  }
  return words_of(spaced);
}

// A count that is declared is one of words; it must leave a given name, and not end among particles. `titled`: a title
// stood before them, so that a small "de" in front is inside the name: "Mr de Groot".
Result<std::size_t> family_start(const Words& words, const NameForm& form, bool titled) {
  if (form.family_words) {
    const auto count = static_cast<std::size_t>(*form.family_words);
    if (count >= words.size()) return unclear();
    std::size_t start = words.size() - count;
    if (start > 1 && continues_family(words[start]) && begins_family(words[start - 1])) return unclear();
    while (start > 1 && continues_family(words[start - 1])) --start;
    return start;
  }
  if (titled && begins_family(words[0]) && lower_ascii(words[0]) == words[0]) return 0;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (begins_family(words[i])) return i;
  }
  return words.size() - 1;
}
Result<std::size_t> family_end(const Words& words, const NameForm& form, bool with_particles) {
  if (form.family_words) {
    const auto count = static_cast<std::size_t>(*form.family_words);
    if (count >= words.size() || (with_particles && continues_family(words[count - 1]))) return unclear();
    return count;
  }
  std::size_t end = 1;
  if (!with_particles || !begins_family(words[0])) return end;
  while (end < words.size() - 1 && continues_family(words[end - 1])) ++end;
  return end;
}

}  // namespace

Bearer bearer_of(std::string_view name) { return bearer_of(words_of(compatible(single_spaced(name)))); }

Result<Value> split_name(const Json& value, const NameForm& form) {
  if (value.is_null()) return Value();
  if (!value.is_text()) return not_a_name();
  const std::string text = nfc(single_spaced(value.text()));
  if (text.empty()) return Value();
  Words words = words_of(text);
  if (lower_ascii(text) == "n/a") return not_a_name();
  const Words judged = words_of(compatible(text));
  switch (bearer_of(judged)) {
    case Bearer::Organisation:
      return fail(Code::ValueNotAPerson, "the name is that of an organisation",
                  "Map organisations by a mapping of their own");
    case Bearer::TwoPeople:
      return fail(Code::ValueTwoPeople, "the name is that of two people", "Make a record for each of them");
    case Bearer::Person:
      break;
  }
  if (!has_letter(text) || text.find('@') != std::string::npos) return not_a_name();

  // A remark behind the name, "(née Lee)": which of the two is the family name is not for the program to say.
  if (text.ends_with(')')) return unclear();
  if (std::any_of(judged.begin(), judged.end(), is_number)) return not_a_name();

  const std::string locale = language_of(form.locale);
  Parts parts;
  const std::size_t comma = text.find(", ") != std::string::npos ? text.find(", ") : text.find(',');
  if (comma != std::string::npos) {
    Words behind = words_of(std::string_view(text).substr(comma + 1));
    // "John Smith, MD" is no Mr Smith, John of that family: what stands behind the comma is no given name.
    if (!behind.empty() && std::all_of(behind.begin(), behind.end(), is_credential) &&
        (behind[0].find('.') == std::string::npos || text.find(' ') < comma))
      return unclear();
    const bool only_suffixes = !behind.empty() && std::all_of(behind.begin(), behind.end(), is_suffix);
    if (!only_suffixes) {
      words = words_of(std::string_view(text).substr(0, comma));
      take_off(words, parts);
      if (words.size() > 1) std::erase_if(words, is_no_name);
      parts.family = joined(words, 0, words.size());
      if (parts.family.empty()) return not_a_name();
      if (!behind.empty()) {
        Parts rest;
        take_off(behind, rest);
        std::erase_if(behind, is_no_name);
        // "Dr" alone behind the comma is a title, and no name.
        if (behind.size() == 1 && rest.title.empty() && is_title(behind[0])) {
          rest.title = behind[0];
          behind.clear();
        }
        parts.given = joined(behind, 0, behind.size());
        while (parts.given.ends_with(',')) parts.given.pop_back();
        if (parts.given.find(',') != std::string::npos) return not_a_name();
        if (parts.title.empty()) parts.title = rest.title;
        if (!rest.suffix.empty()) parts.suffix = rest.suffix;
      }
      return value_of(parts);
    }
  }

  take_off(words, parts);
  if (words.size() > 2 && is_credential(words.back()) && upper_ascii(text) != text) return unclear();
  const std::size_t before = words.size();
  std::erase_if(words, is_no_name);
  if (words.empty()) return not_a_name();
  if (words.size() == 1 && words.size() == before) {
    if (is_title(words[0]) || is_suffix(words[0])) return not_a_name();
    const Words foreign = dotted(words[0]);
    const Script script = script_of(words[0]);
    if (foreign.size() > 1 && script != Script::Other) {
      parts.given = joined(foreign, 0, foreign.size() - 1);
      parts.family = foreign.back();
      return value_of(parts);
    }
    if (script != Script::Other && count_code_points(words[0]) > 1) {
      const Parts found = TRY(split_unspaced(words[0], locale, script));
      parts.given = found.given;
      parts.family = found.family;
      return value_of(parts);
    }
  }
  if (words.size() == 1) {
    parts.family = words[0];
    return value_of(parts);
  }
  if (form.family_words && words.size() < before && static_cast<std::size_t>(*form.family_words) >= words.size()) {
    parts.family = joined(words, 0, words.size());
    return value_of(parts);
  }
  constexpr std::array<std::string_view, 5> family_first{"zh", "ja", "ko", "vi", "hu"};
  if (form.family_first || is_one_of(locale, family_first)) {
    // Le and Van are family names in Vietnam, Du in China.
    const bool asian = is_one_of(locale, family_first) && locale != "hu";
    const std::size_t end = TRY(family_end(words, form, !asian));
    parts.family = joined(words, 0, end);
    parts.given = joined(words, end, words.size());
  } else {
    const std::size_t start = TRY(family_start(words, form, !parts.title.empty()));
    parts.given = joined(words, 0, start);
    parts.family = joined(words, start, words.size());
  }
  return value_of(parts);
}

Result<Value> join_name(const Json& parts, const std::string& full_locale, bool sorting) {
  if (parts.is_null()) return Value();
  if (!parts.is_object()) return not_a_name();
  std::string part[4];
  constexpr std::array<std::string_view, 4> names{"title", "given", "family", "suffix"};
  for (std::size_t i = 0; i < 4; ++i) {
    const Json& own = parts[names[i]];
    if (!own.is_null() && !own.is_text()) return not_a_name();
    part[i] = nfc(single_spaced(own.text()));
  }
  const auto& [title, given, family, suffix] = part;
  const std::string locale = language_of(full_locale);
  const auto put = [](std::string& text, std::string_view with, const std::string& more) {
    if (more.empty()) return;
    if (!text.empty()) text += with;
    text += more;
  };
  std::string out;
  const bool family_first = locale == "zh" || locale == "ja" || locale == "ko" || locale == "vi" || locale == "hu";
  if (sorting) {
    std::string rest;
    put(rest, " ", title);
    put(rest, " ", given);
    put(rest, " ", suffix);
    out = family;
    put(out, family_first ? " " : ", ", rest);
    if (family_first && script_of(family) != Script::Other && script_of(given) != Script::Other) out = family + given;
  } else if (family_first) {
    const Script its = script_of(family);
    const bool unspaced = its != Script::Other && script_of(given) != Script::Other;
    put(out, " ", title);
    // A name all in kana is a foreign one: given name first, with the middle dot.
    const bool foreign = locale == "ja" && its == Script::Kana && script_of(given) == Script::Kana;
    put(out, " ", foreign && !given.empty() ? given + "・" + family : family);
    if (!foreign) put(out, unspaced ? "" : " ", given);
    put(out, " ", suffix);
  } else {
    put(out, " ", title);
    put(out, " ", given);
    put(out, " ", family);
    put(out, " ", suffix);
  }
  return out.empty() ? Value() : Value(std::move(out));
}

}  // namespace linchpin::mapping
