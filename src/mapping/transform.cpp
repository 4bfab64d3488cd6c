#include "mapping/transform.hpp"

#include <algorithm>
#include <array>

#include "mapping/email.hpp"
#include "mapping/kind.hpp"
#include "mapping/normal.hpp"
#include "mapping/options.hpp"
#include "mapping/phone.hpp"
#include "mapping/text.hpp"
#include "mapping/vendor_date.hpp"

namespace linchpin::mapping {

namespace {

using In = std::function<Result<Value>(const Json&, const Context&)>;
using Out = std::function<Result<Json>(const Value&, const Context&)>;

Result<Json> as_it_is(const Value& value, const Context&) { return value; }

// As it is, of a field of the type that is read: of any other, only what would be read again, since the system would
// hold what never comes back.
Out as_read(Type field, Type read, In in) {
  if (field == read) return as_it_is;
  return [in = std::move(in)](const Value& value, const Context& context) -> Result<Json> {
    if (const auto back = in(value, context); !back) return tl::unexpected(back.error());
    return value;
  };
}

// --- one function for each name: it judges the options and sets the directions ---------------------------------------

Result<void> build_phone_normalise(Transform& t, Type type) {
  t.in = [region = option_text(t.options, "region")](const Json& value, const Context& context) {
    return normalise_phone(value, region.empty() ? context.region : region);
  };
  t.out = as_read(type, Type::Phone, t.in);
  return {};
}
Result<void> build_phone_format(Transform& t, Type type) {
  if (auto built = build_phone_normalise(t, type); !built) return built;
  t.out = [to = phone_style(t.options), declared = option_text(t.options, "region")](
              const Value& value, const Context& context) -> Result<Json> {
    Json out = TRY(format_phone(value, to));
    const std::string& region = declared.empty() ? context.region : declared;
    if (to != PhoneStyle::National || region.empty() || out.is_null()) return out;
    // A number of another country: written as it is dialled there, it would be read as another one here.
    const auto back = normalise_phone(out, region);
    if (!back || *back != TRY(normalise_phone(value, ""))) return format_phone(value, PhoneStyle::International);
    return out;
  };
  return {};
}
Result<void> build_phone_join(Transform& t, Type) {
  const std::string country = option_text(t.options, "country");
  const std::string area = option_text(t.options, "area");
  const std::string number = option_text(t.options, "number");
  for (const std::string* part : {&country, &area, &number}) {
    if (part->empty()) continue;
    if (std::find(t.parts.begin(), t.parts.end(), *part) != t.parts.end())
      return fail(Code::NameDuplicate, "phone.join is given one member for two parts", "Name another for one of them");
    t.parts.push_back(*part);
  }
  t.in = [=](const Json& value, const Context& context) -> Result<Value> {
    if (value.is_null()) return Value();
    if (!value.is_object()) return fail(Code::ValueInvalid, "the value is not an object with the parts of a number");
    return join_phone({value[country], value[area], value[number]}, context.region);
  };
  t.out = [=](const Value& value, const Context& context) -> Result<Json> {
    PhoneParts parts = TRY(split_phone(value));
    Json out = Json(Json::Object{});
    if (country.empty() && area.empty()) return out.with(number, value);
    // Without a country part the number must be one of the field's region.
    if (country.empty() && !value.is_null()) {
      const auto back = join_phone({Json(), parts.area, parts.number}, context.region);
      if (!back || *back != value)
        return fail(Code::ValueLossy, "the country code of a number would be lost", "Add country: to phone.join");
    }
    // Without an area part the number holds it.
    if (area.empty() && parts.area.is_text()) parts.number = parts.area.text() + parts.number.text();
    if (!country.empty()) out = out.with(country, parts.country);
    if (!area.empty()) out = out.with(area, parts.area.is_null() && !value.is_null() ? Json("") : parts.area);
    return out.with(number, parts.number);
  };
  return {};
}

Result<void> build_date_parse(Transform& t, Type type) {
  auto reading = date_options(t.options);
  if (!reading) return tl::unexpected(reading.error());
  t.in = [reading = *reading](const Json& value, const Context&) { return parse_date(value, reading); };
  t.out = [reading = *reading, judged = as_read(type, Type::Date, t.in)](const Value& value,
                                                                         const Context& context) -> Result<Json> {
    if (!reading.excel) TRY(judged(value, context));
    return date_out(value, reading);
  };
  return {};
}
Result<void> build_to_utc(Transform& t, Type type) {
  t.in = [reading = local_options(t.options)](const Json& value, const Context& context) {
    LocalReading own = reading;
    if (own.zone.empty()) own.zone = context.zone;
    return to_utc(value, own);
  };
  t.out = as_read(type, Type::Datetime, t.in);
  return {};
}
Result<void> build_to_date(Transform& t, Type) {
  const bool midnight = option_text(t.options, "date_at") == "midnight_utc";
  t.in = [midnight, zone = option_text(t.options, "zone")](const Json& value, const Context& context) {
    return to_date(value, zone.empty() ? context.zone : zone, midnight);
  };
  t.invertible = false;
  return {};
}
Result<void> build_to_local(Transform& t, Type) {
  t.in = [](const Json& value, const Context&) { return to_utc(value, {}); };
  t.out = [zone = option_text(t.options, "zone")](const Value& value, const Context& context) {
    return to_local(value, zone.empty() ? context.zone : zone);
  };
  return {};
}

VendorTo vendor_to(const Json& options, Type type) {
  const std::string to = option_text(options, "to");
  return to == "date" || (to != "datetime" && type == Type::Date) ? VendorTo::Date : VendorTo::Datetime;
}
Result<void> build_xero_datetime(Transform& t, Type type) {
  t.in = [to = vendor_to(t.options, type)](const Json& value, const Context&) { return xero_datetime(value, to); };
  t.out = [](const Value& value, const Context&) { return xero_datetime(value, VendorTo::Vendor); };
  return {};
}
Result<void> build_hubspot_datetime(Transform& t, Type type) {
  t.in = [to = vendor_to(t.options, type)](const Json& value, const Context&) { return hubspot_datetime(value, to); };
  // HubSpot takes ISO 8601 for both of its types; every property's value is a text.
  t.out = [epoch = option_text(t.options, "to") == "epoch"](const Value& value, const Context&) -> Result<Json> {
    if (!epoch) return value;
    const Json ms = TRY(hubspot_datetime(value, VendorTo::Vendor));
    return ms.is_null() ? Json() : Json(ms.number_text());
  };
  return {};
}

Result<void> judge_signs(const NumberForm& form) {
  if (are_signs(form)) return {};
  return fail(Code::ChoiceUnknown, "decimal: and group: are not two different signs",
              "Declare decimal: \",\" and group: \".\", or the like");
}
Result<void> build_money(Transform& t, Type) {
  MoneyForm form = money_options(t.options);
  TRY(judge_signs(form.number));
  const bool minor = !option_text(t.options, "unit").empty();
  form.minor_in = minor;
  t.in = [form](const Json& value, const Context&) { return normalise_money(value, form); };
  t.out = [form, minor](const Value& value, const Context&) -> Result<Json> {
    if (value.is_null()) return Json();
    if (!form.currency.empty() && value["currency"].text() != form.currency)
      return fail(Code::ValueMismatch, "the amount is in another currency than the mapping declares");
    if (minor) return minor_units(value);
    const Json amount = TRY(number_out(value["amount"].text(), form.number));
    if (!form.currency.empty()) return amount;
    return amount.is_text() ? value.with("amount", amount) : value;
  };
  // Cents say nothing of their currency.
  t.invertible = !form.rounding && !(minor && form.currency.empty());
  return {};
}
Result<void> build_number(Transform& t, Type type) {
  const std::string kind = option_text(t.options, "type");
  if ((kind == "integer" && type == Type::Decimal) || (kind == "decimal" && type == Type::Integer))
    return fail(Code::TypeWrong, "number is given another type than the field's", "Leave type: out");
  const bool whole = kind == "integer" || (kind.empty() && type == Type::Integer);
  const NumberForm form = number_options(t.options);
  TRY(judge_signs(form));
  t.in = [whole, form](const Json& value, const Context&) {
    return whole ? normalise_integer(value, form) : normalise_decimal(value, form);
  };
  t.out = [form](const Value& value, const Context&) -> Result<Json> {
    return value.is_text() ? number_out(value.text(), form) : value;
  };
  return {};
}
Result<void> build_country(Transform& t, Type) {
  t.in = [](const Json& value, const Context&) { return normalise_country(value); };
  t.out = [form = country_form(t.options)](const Value& value, const Context&) { return format_country(value, form); };
  return {};
}
Result<void> build_address_au(Transform& t, Type) {
  t.in = [state = option_text(t.options, "what") == "state"](const Json& value, const Context&) {
    return state ? normalise_australian_state(value) : normalise_australian_postcode(value);
  };
  t.out = as_read(Type::Text, Type::Address, t.in);  // a text of its own kind
  return {};
}
Result<void> build_address(Transform& t, Type) {
  const AddressNames names = TRY(address_options(t.options));
  for (const std::string* part : {&names.street, &names.suburb, &names.state, &names.postcode, &names.country}) {
    if (!part->empty()) t.parts.push_back(*part);
  }
  t.in = [names](const Json& value, const Context&) { return address_in(value, names); };
  t.out = [names](const Value& value, const Context&) { return address_out(value, names); };
  return {};
}

// A hub value is what stands before the colon; ignore_case, trim and list are the table's own options when they are
// true or a separator.
Result<void> build_enum_table(Transform& t, Type) {
  EnumTable table;
  for (const auto& [name, value] : t.options.members()) {
    const bool flag = value.text() == "true";
    if (name == "ignore_case" && flag)
      table.ignore_case = true;
    else if (name == "trim" && flag)
      table.trim = true;
    else if (name == "list")
      table.list = value.text();
    else
      table.rows.emplace_back(name, value);
  }
  if (table.rows.empty())
    return fail(Code::KeyRequired, "enum.table has no rows", "Write enum.table(client: ACTIVE, former: ARCHIVED)");
  for (const Json::Member& row : table.rows) {
    if (!table.list.empty() && row.second.text().find(table.list) != std::string::npos)
      return fail(Code::ChoiceUnknown, "a word of enum.table holds what divides words", "Declare another list:");
  }
  t.invertible = is_one_to_one(table);
  t.in = [table](const Json& value, const Context&) { return enum_in(value, table); };
  t.out = [table](const Value& value, const Context&) { return enum_out(value, table); };
  return {};
}
Result<void> build_boolean(Transform& t, Type) {
  const std::string yes = option_text(t.options, "true");
  const std::string no = option_text(t.options, "false");
  if (yes.empty() != no.empty() || (!yes.empty() && yes == no)) {
    return fail(Code::KeyRequired, "boolean does not give a word for each of true and false",
                "Write boolean(true: Yes, false: No)");
  }
  t.in = [yes, no](const Json& value, const Context&) -> Result<Value> {
    if (!yes.empty() && value.is_text()) {
      const std::string word = trimmed(value.text());
      if (word == yes) return Value(true);
      if (word == no) return Value(false);
    }
    return normalise_boolean(value);
  };
  t.out = [yes, no](const Value& value, const Context&) -> Result<Json> {
    if (yes.empty() || !value.is_boolean()) return value;
    return Json(value.boolean() ? yes : no);
  };
  return {};
}
Result<void> build_list_join(Transform& t, Type) {
  std::string separator = option_text(t.options, "separator");
  if (separator.empty()) separator = ";";
  const bool trim = option_flag(t.options, "trim");
  t.in = [separator, trim](const Json& value, const Context&) { return list_from_text(value, separator, trim); };
  t.out = [separator, trim](const Value& value, const Context&) { return text_from_list(value, separator, trim); };
  return {};
}
Result<void> build_ref(Transform& t, Type) {
  for (const auto& member : t.options.members()) t.ref_by = member.first;
  if (t.options.members().size() != 1 || (t.ref_by != "id" && t.ref_by != "record")) {
    return fail(Code::ChoiceUnknown, "ref does not say by what it refers", "Write ref(record) or ref(id)");
  }
  t.in = [](const Json& value, const Context& context) { return normalise(Type::Ref, value, context); };
  t.out = as_it_is;
  return {};
}
Result<void> build_email(Transform& t, Type type) {
  t.in = [named = option_flag(t.options, "display_name")](const Json& value, const Context&) {
    return normalise_email(value, named);
  };
  t.out = as_read(type, Type::Email, t.in);
  return {};
}
Result<void> build_url(Transform& t, Type type) {
  t.in = [](const Json& value, const Context&) { return normalise_url(value); };
  t.out = as_read(type, Type::Url, t.in);
  return {};
}
// The kinds that are one function of the system's value, whose result is what the hub keeps: in only.
Result<void> build_kind_in(Transform& t, Type) {
  t.in = [run = find_kind(t.name)->run, options = t.options](const Json& value, const Context&) {
    return run(value, options);
  };
  t.invertible = false;
  return {};
}
// The kinds that make what a system gets of what the hub holds: out only.
Result<void> build_kind_out(Transform& t, Type) {
  t.out = [run = find_kind(t.name)->run, options = t.options](const Value& value, const Context&) {
    return run(value, options);
  };
  t.invertible = false;
  return {};
}
Result<void> build_text(Transform& t, Type) {
  t.in = [run = find_kind(t.name)->run, options = t.options](const Json& value, const Context&) {
    return run(value, options);
  };
  t.out = as_it_is;
  return {};
}
// What does not fit is refused or, where the mapping says so, cut: then the system holds less than the hub.
Result<void> build_text_fit(Transform& t, Type type) {
  t.in = [type](const Json& value, const Context& context) { return normalise(type, value, context); };
  t.out = [run = find_kind(t.name)->run, options = t.options](const Value& value, const Context&) {
    return run(value, options);
  };
  t.invertible = option_text(t.options, "over") != "cut";
  return {};
}

struct Named {
  std::string_view name;
  Result<void> (*build)(Transform&, Type);
};
constexpr std::array<Named, 28> named{{
    {"phone.normalise", build_phone_normalise},
    {"phone.format", build_phone_format},
    {"phone.join", build_phone_join},
    {"date.parse", build_date_parse},
    {"datetime.to_utc", build_to_utc},
    {"datetime.to_date", build_to_date},
    {"datetime.to_local", build_to_local},
    {"xero.datetime", build_xero_datetime},
    {"hubspot.datetime", build_hubspot_datetime},
    {"money", build_money},
    {"number", build_number},
    {"country", build_country},
    {"address.au", build_address_au},
    {"address", build_address},
    {"enum.table", build_enum_table},
    {"boolean", build_boolean},
    {"list.join", build_list_join},
    {"ref", build_ref},
    {"email.normalise", build_email},
    {"url.normalise", build_url},
    {"email.key", build_kind_in},
    {"fold", build_kind_in},
    {"name.split", build_kind_in},
    {"name.join", build_kind_out},
    {"text.case", build_kind_out},
    {"text.exact", build_text},
    {"text.clean", build_text},
    {"text.fit", build_text_fit},
}};

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t next = std::min({row[j] + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1])});
      corner = std::exchange(row[j], next);
    }
  }
  return row.back();
}

tl::unexpected<Error> unknown_name(std::string_view name) {
  std::string_view best;
  std::size_t distance = std::max<std::size_t>(3, name.size() / 2);
  for (const Kind& one : kinds()) {
    if (one.forms.empty()) continue;
    if (const std::size_t d = edits(name, one.name); d < distance) {
      distance = d;
      best = one.name;
    }
  }
  return fail(Code::ChoiceUnknown, "there is no transform of that name",
              best.empty() ? "`linchpin transform --list` lists them; what none of them says is an expression behind ="
                           : "Did you mean " + std::string(best) + "?");
}

// name(option: value, …): values bare up to , or ), or quoted.
class Arguments {
 public:
  explicit Arguments(std::string_view text) : text_(text) {}

  Result<Json> parse() {
    Json::Object out;
    skip();
    if (at_ == text_.size()) return Json(std::move(out));
    for (;;) {
      std::string name = TRY(word(":,"));
      skip();
      Json value = Json(true);
      if (peek() == ':') {
        ++at_;
        skip();
        value = Json(TRY(word(",")));
      }
      if (std::any_of(out.begin(), out.end(), [&](const auto& m) { return m.first == name; })) {
        return fail(Code::NameDuplicate, "the transform is given one option twice", "Leave one of them out");
      }
      out.emplace_back(std::move(name), std::move(value));
      skip();
      if (at_ == text_.size()) return Json(std::move(out));
      if (peek() != ',')
        return fail(Code::TypeWrong, "a comma is due between the transform's options",
                    "Write name(option: value, option: value)");
      ++at_;
      skip();
    }
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t') ++at_;
  }
  Result<std::string> word(std::string_view ends) {
    if (const char quote = peek(); quote == '"' || quote == '\'') {
      const auto close = text_.find(quote, at_ + 1);
      if (close == std::string_view::npos)
        return fail(Code::TypeWrong, "a quote of the transform's options is not closed", "Close it");
      std::string out(text_.substr(at_ + 1, close - at_ - 1));
      at_ = close + 1;
      return out;
    }
    const std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    std::string out = trimmed(text_.substr(at_, end - at_));
    at_ = end;
    if (out.empty())
      return fail(Code::TypeWrong, "an option of the transform is empty",
                  "Write name(option: value), with quotes around an empty value");
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Transform> parse_transform(std::string_view as, Type type) {
  const std::string text = trimmed(as);
  Transform out;
  if (text.starts_with('=')) {
    out.name = "=";
    out.options = Json(Json::Object{});
    out.expression = TRY(Expression::parse(std::string_view(text).substr(1)));
    out.invertible = false;
    const auto run = [expression = *out.expression](const Json& value) -> Result<Json> {
      auto found = expression.value(value);
      if (!found) return tl::unexpected(found.error());
      return found->value_or(Json());
    };
    out.in = [run, type](const Json& value, const Context& context) -> Result<Value> {
      const Json found = TRY(run(value));
      return normalise(type, found, context);
    };
    out.out = [run](const Value& value, const Context&) { return run(value); };
    return out;
  }
  const auto open = text.find('(');
  out.name = trimmed(std::string_view(text).substr(0, open));
  const auto found = std::find_if(named.begin(), named.end(), [&](const Named& one) { return one.name == out.name; });
  const Kind* const kind = find_kind(out.name);
  if (found == named.end() || !kind) return unknown_name(out.name);
  out.options = Json(Json::Object{});
  if (open != std::string::npos) {
    if (text.back() != ')') return fail(Code::TypeWrong, "the transform's bracket is not closed", "Close it with )");
    out.options = TRY(Arguments(std::string_view(text).substr(open + 1, text.size() - open - 2)).parse());
  }
  TRY(judge_options(*kind, out.options, true));
  if (const auto built = found->build(out, type); !built) return tl::unexpected(built.error());
  TRY(judge_type(*kind, out.options, type));
  // What it makes is of its own type, which need not be the field's.
  if (out.in && hub_type(*kind, out.options, type) != (type == Type::Note ? Type::Text : type)) {
    out.in = [own = std::move(out.in), type](const Json& value, const Context& context) -> Result<Value> {
      const Value made = TRY(own(value, context));
      return normalise(type, made, context);
    };
  }
  return out;
}

Transform default_transform(Type type) {
  Transform out;
  out.options = Json(Json::Object{});
  out.in = [type](const Json& value, const Context& context) { return normalise(type, value, context); };
  out.out = as_it_is;
  if (type == Type::Address) {
    for (const char* part : {"street", "suburb", "state", "postcode", "country"}) out.parts.emplace_back(part);
    out.out = [](const Value& value, const Context&) { return address_out(value, {}); };
  }
  return out;
}

}  // namespace linchpin::mapping
