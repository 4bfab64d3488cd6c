// The values of fields: what an entity's field holds, its type, and how private it is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace linchpin {

// A field's value in its type's canonical form, as JSON. null means "no value" (blank, cleared). A field that is absent
// from Values is unknown or untouched: absent is never a change. Like Json, it cannot be printed.
using Value = Json;
using Values = std::map<std::string, Value, std::less<>>;  // by field name

// How private a field is (trust.md). Order matters: a system may hold a field when class <= its ceiling.
enum class Class { Public, Internal, Personal, Restricted, ComplianceOnly };
std::string_view to_text(Class);
std::optional<Class> parse_class(std::string_view);

// Types and their canonical form in JSON:
//   Text, Note      text                          Email  text (local@a-label)         Phone  "+61412345678[;ext=N]"
//   Url             text                          Date   "YYYY-MM-DD"                 Datetime  RFC 3339 UTC "…Z"
//   Boolean         true, false                   Integer  number                     Decimal  text, canonical decimal
//   Money           {"amount":text,"currency":…}  Enum   text, one of `values`        Country  alpha-2
//   Address         {"street","suburb","state","postcode","country"}                  Ref    text: a golden id
//   GovernmentId    text                          ListOf   list                       JsonAny  anything
enum class Type {
  Text,
  Note,
  Email,
  Phone,
  Url,
  Date,
  Datetime,
  Boolean,
  Integer,
  Decimal,
  Money,
  Enum,
  Country,
  Address,
  Ref,
  GovernmentId,
  ListOf,
  JsonAny
};
std::string_view to_text(Type);
std::optional<Type> parse_type(std::string_view);  // "list<T>" is parsed by the model

// Whether two values of a type are the same after its normalisation ("JANE@X.au" and "JANE@x.au" as e-mail; "0412 345
// 678" is normalised before it gets here, so phones compare as they are). null equals only null.
bool same_value(Type, const Value&, const Value&);

}  // namespace linchpin
