// Telephone numbers, by libphonenumber. Canonical: E.164, and ";ext=N" where there is an extension (RFC 3966's
// parameter).
#pragma once

#include <string_view>

#include "base/value.hpp"

namespace linchpin::mapping {

bool is_region(std::string_view);  // whether numbers of it are known, in any case: "AU"

// A text or a number (systems send both) to the canonical form; blank is null. `region` is ISO 3166-1 alpha-2, or ""
// when the mapping names none: then only a number with its country code is complete (ValueNeedsRegion).
Result<Value> normalise_phone(const Json& value, std::string_view region);

enum class PhoneStyle { National, International, Rfc3966 };
Result<Json> format_phone(const Value& canonical, PhoneStyle);

// A number that a system keeps in three parts, any of them blank, padded, or holding more than it should: Xero's
// organisations have everything in `number`, or split, with "+", with the trunk prefix or without.
struct PhoneParts {
  Json country, area, number;
};
// ValueMismatch when the parts contradict each other (country 64 beside "+61 …").
Result<Value> join_phone(const PhoneParts&, std::string_view region);

// The form that the hub writes: country "61"; area "2" where the number is geographic, else ""; number "91234567"
// without a trunk prefix (no one dials "+61 04…"), with " ext. 12" behind it. It joins to the same canonical value.
// Null gives nulls.
Result<PhoneParts> split_phone(const Value& canonical);

}  // namespace linchpin::mapping
