#include "mapping/fit.hpp"

#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/unistr.h>

#include <memory>

#include "mapping/text.hpp"

namespace linchpin::mapping {

namespace {

std::size_t size_of(const icu::UnicodeString& text, FitUnit unit) {
  switch (unit) {
    case FitUnit::CodePoints:
      return static_cast<std::size_t>(text.countChar32());
    case FitUnit::Utf16:
      return static_cast<std::size_t>(text.length());
    case FitUnit::Bytes:
      break;
  }
  std::string bytes;
  text.toUTF8String(bytes);
  return bytes.size();
}

}  // namespace

Result<Json> fit_text(std::string_view text, std::size_t max, FitUnit unit, bool cut) {
  // No unit counts more than bytes do.
  if (text.size() <= max) return Json(text);
  const icu::UnicodeString wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  if (size_of(wide, unit) <= max) return Json(text);
  if (!cut)
    return fail(Code::ValueTooLong, "the text is longer than the system's field", "Shorten it, or declare over: cut");
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> clusters(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) return fail(Code::Internal, "ICU has no rules for grapheme clusters");
  clusters->setText(wide);
  std::size_t used = 0;
  int32_t kept = 0;
  for (int32_t begin = clusters->first(), end = clusters->next(); end != icu::BreakIterator::DONE;
       begin = end, end = clusters->next()) {
    used += size_of(wide.tempSubStringBetween(begin, end), unit);
    if (used > max) break;
    kept = end;
  }
  std::string out;
  wide.tempSubStringBetween(0, kept).toUTF8String(out);
  return Json(std::move(out));
}

std::string in_case(std::string_view text, bool upper, std::string_view locale) {
  const std::string name(locale);
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  const icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
  if (upper)
    icu::CaseMap::utf8ToUpper(name.c_str(), 0, piece, sink, nullptr, status);
  else
    icu::CaseMap::utf8ToLower(name.c_str(), 0, piece, sink, nullptr, status);
  return U_SUCCESS(status) ? out : std::string(text);
}

}  // namespace linchpin::mapping
