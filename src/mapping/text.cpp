#include "mapping/text.hpp"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>

namespace linchpin::mapping {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const normalizer = icu::Normalizer2::getNFCInstance(status);
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  if (U_SUCCESS(status))
    normalizer->normalizeUTF8(0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr, status);
  return U_SUCCESS(status) ? out : std::string(text);
}

char32_t next_code_point(std::string_view text, std::size_t& position) {
  const auto lead = static_cast<unsigned char>(text[position]);
  if (lead < 0x80) {
    ++position;
    return lead;
  }
  auto i = static_cast<int32_t>(position);
  UChar32 c = 0;
  U8_NEXT_OR_FFFD(reinterpret_cast<const uint8_t*>(text.data()), i, static_cast<int32_t>(text.size()), c);
  position = static_cast<std::size_t>(i);
  return static_cast<char32_t>(c);
}

void append(std::string& text, char32_t code_point) {
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
    return;
  }
  uint8_t bytes[U8_MAX_LENGTH];
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, static_cast<UChar32>(code_point));
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D);
  return u_isUWhiteSpace(static_cast<UChar32>(c));
}

bool is_invisible(char32_t c) {
  if (c < 0x80) return (c < 0x20 && !is_space(c)) || c == 0x7F;
  const auto code = static_cast<UChar32>(c);
  const auto category = u_charType(code);
  if (category == U_CONTROL_CHAR) return !is_space(c);
  // A few format characters (the Arabic number signs) are seen.
  if (category == U_FORMAT_CHAR) return !u_hasBinaryProperty(code, UCHAR_PREPENDED_CONCATENATION_MARK);
  return u_hasBinaryProperty(code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) &&
         !u_hasBinaryProperty(code, UCHAR_VARIATION_SELECTOR);
}

bool is_letter(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return u_isalpha(static_cast<UChar32>(c));
}

bool has_letter(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (is_letter(next_code_point(text, i))) return true;
  }
  return false;
}

std::string trimmed(std::string_view text) {
  std::size_t first = text.size(), last = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const char32_t c = next_code_point(text, i);
    if (is_space(c) || is_invisible(c)) continue;
    first = std::min(first, start);
    last = i;
  }
  return first < last ? std::string(text.substr(first, last - first)) : std::string();
}

bool is_blank(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = next_code_point(text, i);
    if (!is_space(c) && !is_invisible(c)) return false;
  }
  return true;
}

namespace {

// Without white space at either end; a run of it inside is one space.
std::string spaced(std::string_view text) {
  std::string out;
  bool gap = false;
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = next_code_point(text, i);
    if (is_space(c)) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    append(out, c);
  }
  return out;
}

}  // namespace

std::string single_spaced(std::string_view text) { return spaced(trimmed(text)); }

std::string ascii_digits(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    char32_t c = next_code_point(text, i);
    if (const int32_t digit = u_charDigitValue(static_cast<UChar32>(c)); digit >= 0)
      c = U'0' + static_cast<char32_t>(digit);
    if (c >= 0xFF0B && c <= 0xFF1A) c -= 0xFEE0;  // full-width forms lie 0xFEE0 above ASCII
    append(out, c);
  }
  return out;
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}
std::string upper_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

namespace {

bool is_emoji_part(char32_t c) {
  const auto code = static_cast<UChar32>(c);
  return u_hasBinaryProperty(code, UCHAR_EXTENDED_PICTOGRAPHIC) || u_hasBinaryProperty(code, UCHAR_EMOJI_MODIFIER) ||
         c == 0xFE0F || c == 0x2640 || c == 0x2642;
}
bool spells(char32_t c) {
  const auto code = static_cast<UChar32>(c);
  return u_isalpha(code) || (U_GET_GC_MASK(code) & U_GC_M_MASK) != 0;
}

// ZWNJ and ZWJ change what a word or an emoji is only when they stand inside it.
bool joins(char32_t joiner, char32_t before, char32_t after) {
  if (spells(before) && spells(after) && before != 0xFE0F) return true;
  return joiner == 0x200D && is_emoji_part(before) && is_emoji_part(after);
}

}  // namespace

std::string cleaned(std::string_view text) {
  if (is_ascii(text) && std::none_of(text.begin(), text.end(), [](char c) { return c < 0x20 || c == 0x7F; })) {
    return single_spaced(text);
  }
  std::u32string kept;
  const std::string composed = nfc(text);
  std::u32string all;
  for (std::size_t i = 0; i < composed.size();) all += next_code_point(composed, i);
  bool in_flag = false;  // the tag characters behind a black flag name its region (UTS 51)
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char32_t c = all[i];
    const bool tag = c >= 0xE0020 && c <= 0xE007F;
    in_flag = c == 0x1F3F4 || (in_flag && tag);
    const bool varies = u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_VARIATION_SELECTOR);
    if (varies && (kept.empty() || is_space(kept.back()))) continue;  // of nothing
    if (!is_invisible(c) || (tag && in_flag)) {
      kept += c;
    } else if ((c == 0x200C || c == 0x200D) && !kept.empty() && i + 1 < all.size() &&
               joins(c, kept.back(), all[i + 1])) {
      kept += c;
    }
  }
  std::string out;
  for (const char32_t c : kept) append(out, c);
  // What was apart may touch now, and compose.
  return nfc(spaced(out));
}

std::string case_folded(std::string_view text) {
  if (is_ascii(text)) return lower_ascii(text);
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  icu::CaseMap::utf8Fold(0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr, status);
  return U_SUCCESS(status) ? out : std::string(text);
}

std::string fold_key(std::string_view text) {
  if (is_ascii(text)) return lower_ascii(single_spaced(text));
  // A transliterator is costly to make and not promised to be shared between threads.
  thread_local const std::unique_ptr<icu::Transliterator> fold = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::Transliterator>(icu::Transliterator::createInstance(
        icu::UnicodeString("Any-Latin; Latin-ASCII; Lower"), UTRANS_FORWARD, status));
  }();
  const std::string composed = nfc(text);
  if (!fold) return case_folded(composed);
  icu::UnicodeString wide = icu::UnicodeString::fromUTF8(composed);
  fold->transliterate(wide);
  std::string out;
  wide.toUTF8String(out);
  return single_spaced(out);
}

}  // namespace linchpin::mapping
