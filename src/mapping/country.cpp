#include "mapping/country.hpp"

#include <unicode/localebuilder.h>
#include <unicode/locdspnm.h>
#include <unicode/locid.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>

#include "mapping/decimal.hpp"
#include "mapping/iso_codes.hpp"
#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

tl::unexpected<Error> not_a_country() {
  return fail(Code::ValueInvalid, "the value is neither a code nor a name of a country (ISO 3166-1, CLDR)",
              "Correct it in the system that it comes from");
}

// What is left when spelling does not matter: case folded, without marks and punctuation, "&" as "and", no leading
// "the".
std::string name_key(std::string_view name) {
  std::string spaced;
  for (const char c : fold_key(name)) {
    if (c == '&')
      spaced += " and ";
    else if (c == ',' || c == '-' || c == '(' || c == ')' || c == '/')
      spaced += ' ';
    else if (c != '.' && c != '\'' && c != '`')
      spaced += c;
  }
  std::string out = single_spaced(spaced);
  if (out.starts_with("the ")) out.erase(0, 4);
  return out;
}

// A code that CLDR knows as another one's alias (UK is GB), when that is one country.
std::string alias_of(const std::string& code) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale locale = icu::LocaleBuilder().setLanguage("und").setRegion(code).build(status);
  if (U_FAILURE(status)) return "";
  icu::Locale canonical(locale);
  canonical.canonicalize(status);
  return U_SUCCESS(status) ? canonical.getCountry() : "";
}

// One letter changed, left out or put in, or two swapped.
bool is_a_slip_of(std::string_view a, std::string_view b) {
  const auto [same_a, same_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  a.remove_prefix(static_cast<std::size_t>(same_a - a.begin()));
  b.remove_prefix(static_cast<std::size_t>(same_b - b.begin()));
  if (a.size() > b.size()) std::swap(a, b);
  if (b.empty()) return false;
  if (a.size() + 1 == b.size()) return a == b.substr(1);
  if (a.size() != b.size()) return false;
  if (a.substr(1) == b.substr(1)) return true;
  return a[0] == b[1] && a[1] == b[0] && a.substr(2) == b.substr(2);
}

class Names {
 public:
  Names() {
    for (const Country& country : countries()) {
      for (const std::string* name : {&country.name, &country.official_name, &country.common_name}) {
        if (name->empty()) continue;
        add(*name, country.alpha_2);
        const auto comma = name->find(", ");
        if (comma == std::string::npos) continue;
        // "Korea, Republic of" is "Republic of Korea"; and what "Korea" alone may be.
        add(name->substr(comma + 2) + " " + name->substr(0, comma), country.alpha_2);
        heads_[name_key(name->substr(0, comma))].insert(country.alpha_2);
      }
    }
    add_language(icu::Locale::getEnglish());
    // Names in use that neither list has, of countries that still exist.
    for (const auto& [name, alpha_2] : {std::pair{"Great Britain", "GB"}, {"Britain", "GB"}, {"Macedonia", "MK"}})
      add(name, alpha_2);
    for (const FormerCountry& former : former_countries()) {
      // Those that fell apart have no one successor.
      if (is_one_of(former.alpha_2, {"AN", "CS", "SU", "YU", "NT", "PC"})) continue;
      const std::string today = alias_of(former.alpha_2);
      if (today == former.alpha_2 || !find_country(today)) continue;
      add_if_new(former.name, today);
      add_if_new(former.name.substr(0, former.name.find(',')), today);
    }
  }

  // "" when nothing has that name; "?" when several may.
  std::string find(std::string_view name) {
    const std::string key = name_key(name);
    if (key.empty()) return "";
    std::set<std::string> found;
    if (const auto at = names_.find(key); at != names_.end()) found = at->second;
    if (const auto at = heads_.find(key); at != heads_.end()) found.insert(at->second.begin(), at->second.end());
    // Two or three letters are a code to everyone who writes them: some language's short name is no reading of one.
    const bool like_a_code = key.size() <= 3 && is_ascii(name);
    if (found.empty() && like_a_code) return "";
    if (found.empty()) {
      std::string there = foreign(key);
      const bool by_chance =
          there.size() == 2 && is_ascii(name) && is_a_slip_of_another(key, there) && !is_in_wide_use(key);
      return by_chance ? "?" : there;
    }
    return found.size() == 1 ? *found.begin() : "?";
  }

 private:
  void add(std::string_view name, const std::string& alpha_2) { names_[name_key(name)].insert(alpha_2); }
  void add_if_new(std::string_view name, const std::string& alpha_2) {
    const std::string key = name_key(name);
    if (!names_.contains(key) && !heads_.contains(key)) names_[key].insert(alpha_2);
  }
  static bool is_one_of(std::string_view code, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), code) != list.end();
  }
  void add_language(const icu::Locale& language) {
    for_names(language, [this](std::string_view name, const std::string& alpha_2) {
      add(name, alpha_2);
      // "Myanmar (Burma)" has both names.
      const auto open = name.find(" (");
      if (open != std::string_view::npos && name.back() == ')') {
        add(name.substr(0, open), alpha_2);
        add(name.substr(open + 2, name.size() - open - 3), alpha_2);
      }
    });
  }

  // CLDR's names of every country in one language, long and short.
  template <class Use>
  static void for_names(const icu::Locale& language, Use use) {
    for (const UDisplayContext length : {UDISPCTX_LENGTH_FULL, UDISPCTX_LENGTH_SHORT}) {
      UDisplayContext contexts[] = {length, UDISPCTX_NO_SUBSTITUTE};
      const std::unique_ptr<icu::LocaleDisplayNames> display(
          icu::LocaleDisplayNames::createInstance(language, contexts, 2));
      for (const Country& country : countries()) {
        icu::UnicodeString wide;
        display->regionDisplayName(country.alpha_2.c_str(), wide);
        if (wide.isBogus() || wide.isEmpty()) continue;
        std::string name;
        wide.toUTF8String(name);
        use(name, country.alpha_2);
      }
    }
  }

  // The other languages' names, kept as hashes: 50,000 names are a megabyte so, and are needed by few hubs.
  std::string foreign(const std::string& key) {
    if (foreign_.empty()) {
      int32_t count = 0;
      const icu::Locale* const locales = icu::Locale::getAvailableLocales(count);
      for (int32_t i = 0; i < count; ++i) {
        if (*locales[i].getCountry() != '\0') continue;
        for_names(locales[i], [this](std::string_view name, const std::string& alpha_2) {
          foreign_.emplace_back(std::hash<std::string>{}(name_key(name)), std::pair{alpha_2[0], alpha_2[1]});
        });
      }
      std::sort(foreign_.begin(), foreign_.end());
      foreign_.erase(std::unique(foreign_.begin(), foreign_.end()), foreign_.end());
    }
    const std::size_t hash = std::hash<std::string>{}(key);
    const auto first = std::lower_bound(foreign_.begin(), foreign_.end(), std::pair{hash, std::pair{'\0', '\0'}});
    if (first == foreign_.end() || first->first != hash) return "";
    if (const auto next = first + 1; next != foreign_.end() && next->first == hash) return "?";
    return {first->second.first, first->second.second};
  }

  // Whether it is a letter off the English name of another country: what is a name somewhere is then likelier a slip.
  bool is_a_slip_of_another(const std::string& key, const std::string& alpha_2) const {
    const auto slip = [&](const auto& named) {
      return !named.second.contains(alpha_2) && is_a_slip_of(key, named.first);
    };
    return std::any_of(names_.begin(), names_.end(), slip) || std::any_of(heads_.begin(), heads_.end(), slip);
  }
  // Irak, Sambia and Chine are no slips to those who write these languages.
  bool is_in_wide_use(const std::string& key) {
    if (wide_.empty()) {
      for (const char* language : {"de", "es", "fr", "it", "nl", "pt"})
        for_names(icu::Locale(language),
                  [&](std::string_view name, const std::string&) { wide_.insert(name_key(name)); });
    }
    return wide_.contains(key);
  }

  std::map<std::string, std::set<std::string>, std::less<>> names_;
  std::map<std::string, std::set<std::string>, std::less<>> heads_;
  std::vector<std::pair<std::size_t, std::pair<char, char>>> foreign_;
  std::set<std::string> wide_;
};

std::string from_code(const std::string& code) {
  if (code.size() == 2) {
    if (find_country(code)) return code;
    // Of the codes that were withdrawn or are reserved only UK is in use for a country of today.
    return code == "UK" ? alias_of(code) : "";
  }
  for (const Country& country : countries()) {
    if (code.size() == 3 && (country.alpha_3 == code || country.numeric == code)) return country.alpha_2;
  }
  return "";
}

}  // namespace

Result<Value> normalise_country(const Json& value) {
  if (value.is_null()) return Value();
  std::string text;
  if (value.is_number()) {
    const auto number = Decimal::parse(value.number_text());
    const auto whole = number ? number->integer() : std::nullopt;
    if (!whole || *whole < 0 || *whole > 999) return not_a_country();
    text = std::to_string(1000 + *whole).substr(1);
  } else if (value.is_text()) {
    text = trimmed(value.text());
  } else {
    return not_a_country();
  }
  if (text.empty()) return Value();
  if (text.size() > 128) return not_a_country();
  std::string letters;
  for (const char c : text) {
    if (c != '.') letters += c;
  }
  if (std::string found = from_code(upper_ascii(letters)); !found.empty()) return Value(std::move(found));
  thread_local Names names;
  std::string found = names.find(text);
  if (found == "?") {
    return fail(Code::ValueAmbiguous, "several countries have that name, or one a letter off it",
                "Write the whole name, or the code");
  }
  if (found.empty()) return not_a_country();
  return Value(std::move(found));
}

Result<Json> format_country(const Value& alpha_2, CountryForm form) {
  if (alpha_2.is_null()) return Json();
  const Country* const country = find_country(alpha_2.text());
  if (!country) return not_a_country();
  switch (form) {
    case CountryForm::Alpha2:
      return Json(country->alpha_2);
    case CountryForm::Alpha3:
      return Json(country->alpha_3);
    case CountryForm::Numeric:
      return Json(country->numeric);
    case CountryForm::Name:
      break;
  }
  icu::UnicodeString wide;
  icu::Locale("", country->alpha_2.c_str()).getDisplayCountry(icu::Locale::getEnglish(), wide);
  std::string name;
  wide.toUTF8String(name);
  return Json(std::move(name));
}

}  // namespace linchpin::mapping
