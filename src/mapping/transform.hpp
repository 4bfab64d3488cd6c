// Transforms: one field's value between a system's form and the hub's canonical form (base/value.hpp). Named and
// optioned as `as:` writes them: "phone.join(country: PhoneCountryCode, area: PhoneAreaCode, number: PhoneNumber)",
// "enum.table(client: ACTIVE, former: ARCHIVED)", "hubspot.datetime", "xero.datetime(to: date)", "=.Phones[] | …".
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "mapping/expression.hpp"

namespace linchpin::mapping {

// What a transform is given beside its own options: from the entity's field and the hub.
struct Context {
  Type type = Type::Text;
  std::string region;                    // of the field: "AU"
  std::string zone;                      // of the hub: "Australia/Sydney"
  std::vector<std::string> enum_values;  // of an enum field
};

struct Transform {
  std::string name;  // "phone.join", "=" for an expression, "" for the type's own normalisation
  Json options;      // an object of the arguments as texts
  std::optional<Expression> expression;
  std::vector<std::string> parts;  // the members below its path that it joins: "PhoneNumber", "AddressLine1"
  std::string ref_by;              // of ref(…): "record" or "id"
  bool invertible = true;          // out and back in gives the same value
  std::function<Result<Value>(const Json& system_value, const Context&)> in;  // empty when it has none
  std::function<Result<Json>(const Value& hub_value, const Context&)> out;    // empty when it has none
};

// Parses an `as:`: a name, or name(option: value, …), or an expression behind "=". A value may be quoted. An unknown
// name is ChoiceUnknown and suggests the nearest; so is a choice that an option does not have. An option that the
// transform does not have is KeyUnknown, one that must be given KeyRequired; TypeWrong, where no value of it can be of
// the field's type. What it reads is of that type, or its error. An expression has the direction in only in form: it is
// run on the value at the field's path (in), or on the entity's values (out), by mapping.cpp.
Result<Transform> parse_transform(std::string_view as, Type type);

// The transform that a mapping without `as:` uses: the type's normalisation in (blank is no value: null, "" and white
// space give null in every type but text), the canonical form out.
Transform default_transform(Type type);

// One kind of the transforms' list on one case, for `linchpin transform NAME`: the value, or an error whose code_text()
// is its category. NotFound when there is no such kind.
Result<Json> run_transform(std::string_view kind, const Json& input, const Json& options);

}  // namespace linchpin::mapping
