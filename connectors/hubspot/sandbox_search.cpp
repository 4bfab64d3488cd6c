#include "connectors/hubspot/sandbox_search.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

constexpr std::size_t body_most = 3'000, groups_most = 5, filters_most = 6, filters_in_all_most = 18;
constexpr std::int64_t limit_most = 200, results_most = 10'000;

tl::unexpected<HubspotRefusal> refuse(std::string message) {
  HubspotRefusal refusal;
  refusal.message = std::move(message);
  return tl::unexpected(refusal);
}

// One side of a comparison: numbers and times by size, everything else as lower-case text.
struct Operand {
  std::optional<double> size;
  std::string text;
};

Operand operand(const HubspotProperty& property, const std::string& value) {
  Operand o{std::nullopt, property.type == "enumeration" ? value : lower_ascii(value)};
  if (property.type == "number") o.size = as_number(value);
  if (property.type == "date" || property.type == "datetime") {
    if (const auto ms = as_number(hubspot_event_value(property, value))) o.size = ms;
  }
  return o;
}

int compare(const Operand& a, const Operand& b) {
  if (a.size && b.size) return *a.size < *b.size ? -1 : *a.size > *b.size ? 1 : 0;
  return a.text.compare(b.text);
}

std::vector<std::string> tokens(const std::string& text) {
  std::vector<std::string> list(1);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || byte >= 0x80 || c == '*') {
      list.back() += c;
    } else if (!list.back().empty()) {
      list.emplace_back();
    }
  }
  if (list.back().empty()) list.pop_back();
  return list;
}

bool token_matches(const std::string& token, const std::string& pattern) {
  const auto star = pattern.find('*');
  if (star == std::string::npos) return token == pattern;
  const std::string head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  if (!tail.empty() && tail.back() == '*') {
    return token.starts_with(head) && token.find(tail.substr(0, tail.size() - 1)) != std::string::npos;
  }
  return token.size() >= head.size() + tail.size() && token.starts_with(head) && token.ends_with(tail);
}

bool contains_token(const std::string& text, const std::string& wanted) {
  const std::vector<std::string> have = tokens(lower_ascii(text));
  const std::vector<std::string> want = tokens(lower_ascii(wanted));
  return !want.empty() && std::all_of(want.begin(), want.end(), [&](const std::string& pattern) {
    return std::any_of(have.begin(), have.end(), [&](const std::string& t) { return token_matches(t, pattern); });
  });
}

struct Filter {
  const HubspotProperty* property = nullptr;
  std::string op;
  Operand value, high;
  std::string given;
  std::vector<Operand> values;
};

HubspotResult<Filter> read_filter(const HubspotPortal::Schema& schema, const Json& json) {
  Filter filter;
  const std::string& name = json["propertyName"].text();
  const auto property = schema.find(name);
  if (property == schema.end() || property->second.archived) {
    return refuse("There was a problem with the request. Property " + name + " does not exist");
  }
  filter.property = &property->second;
  filter.op = json["operator"].text();
  filter.given = json["value"].is_number() ? json["value"].number_text() : json["value"].text();
  static const std::set<std::string> with_value{
      "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"};
  if (with_value.count(filter.op)) {
    if (json["value"].is_null()) return refuse("Filter on " + name + " needs a value");
    filter.value = operand(*filter.property, filter.given);
    if (filter.op == "BETWEEN") {
      if (json["highValue"].is_null()) return refuse("BETWEEN needs a highValue");
      const Json& high = json["highValue"];
      filter.high = operand(*filter.property, high.is_number() ? high.number_text() : high.text());
    }
  } else if (filter.op == "IN" || filter.op == "NOT_IN") {
    if (!json["values"].is_list() || json["values"].items().empty()) return refuse("IN needs values");
    for (const Json& value : json["values"].items()) {
      const std::string& text = value.is_number() ? value.number_text() : value.text();
      Operand o = operand(*filter.property, text);
      o.text = text;  // not lowered: IN finds texts only when they are given in lower case
      filter.values.push_back(std::move(o));
    }
  } else if (filter.op != "HAS_PROPERTY" && filter.op != "NOT_HAS_PROPERTY") {
    return refuse("Invalid operator: " + filter.op);
  }
  return filter;
}

bool holds(const Filter& filter, const HubspotValues& values) {
  const auto found = values.find(filter.property->name);
  const bool has = found != values.end() && !found->second.empty();
  if (filter.op == "HAS_PROPERTY") return has;
  if (filter.op == "NOT_HAS_PROPERTY") return !has;
  if (!has) return filter.op == "NEQ" || filter.op == "NOT_IN" || filter.op == "NOT_CONTAINS_TOKEN";
  if (filter.op == "CONTAINS_TOKEN") return contains_token(found->second, filter.given);
  if (filter.op == "NOT_CONTAINS_TOKEN") return !contains_token(found->second, filter.given);
  const Operand have = operand(*filter.property, found->second);
  const auto in = [&] {
    return std::any_of(filter.values.begin(), filter.values.end(),
                       [&](const Operand& o) { return compare(have, o) == 0; });
  };
  if (filter.op == "IN") return in();
  if (filter.op == "NOT_IN") return !in();
  const int order = compare(have, filter.value);
  if (filter.op == "EQ") return order == 0;
  if (filter.op == "NEQ") return order != 0;
  if (filter.op == "LT") return order < 0;
  if (filter.op == "LTE") return order <= 0;
  if (filter.op == "GT") return order > 0;
  if (filter.op == "GTE") return order >= 0;
  return order >= 0 && compare(have, filter.high) <= 0;
}

using Groups = std::vector<std::vector<Filter>>;

HubspotResult<Groups> read_groups(const HubspotPortal::Schema& schema, const Json& body) {
  Groups groups;
  std::size_t in_all = 0;
  if (body["filterGroups"].items().size() > groups_most) return refuse("Too many filterGroups: at most 5");
  for (const Json& group : body["filterGroups"].items()) {
    groups.emplace_back();
    if (group["filters"].items().size() > filters_most) return refuse("Too many filters in a group: at most 6");
    for (const Json& filter : group["filters"].items()) groups.back().push_back(TRY(read_filter(schema, filter)));
    in_all += groups.back().size();
  }
  if (in_all > filters_in_all_most) return refuse("Too many filters: at most 18");
  return groups;
}

bool matches(const Groups& groups, const std::string& query, const HubspotValues& values) {
  if (!query.empty()) {
    static const std::vector<std::string> searched{"email",  "firstname", "lastname",
                                                   "phone",  "company",   "name",
                                                   "domain", "dealname",  "hs_searchable_calculated_phone_number"};
    const bool found = std::any_of(searched.begin(), searched.end(), [&](const std::string& name) {
      const auto value = values.find(name);
      return value != values.end() && lower_ascii(value->second).find(query) != std::string::npos;
    });
    if (!found) return false;
  }
  if (groups.empty()) return true;
  return std::any_of(groups.begin(), groups.end(), [&](const std::vector<Filter>& group) {
    return std::all_of(group.begin(), group.end(), [&](const Filter& filter) { return holds(filter, values); });
  });
}

const HubspotValues* indexed_values(const HubspotRecord& record, Instant as_of) {
  const HubspotValues* values = nullptr;
  for (const auto& [since, version] : record.indexed) {
    if (since <= as_of) values = version.get();
  }
  return values;
}

// The first record that may match: a walk by ascending id ("hs_object_id GT 123", one group) need not look at those
// before it.
std::int64_t first_id(const Groups& groups) {
  std::int64_t first = 0;
  if (groups.size() != 1) return first;
  for (const Filter& filter : groups.front()) {
    if (filter.property->name == "hs_object_id" && (filter.op == "GT" || filter.op == "GTE") && filter.value.size)
      first = std::max(first, static_cast<std::int64_t>(*filter.value.size));
  }
  return first;
}

// Whether a record has changed too long ago ("lastmodifieddate GTE …", one group): the time in its values is no later
// than its own, so that its text need not be read.
bool too_old(const Groups& groups, const HubspotType& type, const HubspotRecord& record) {
  if (groups.size() != 1) return false;
  return std::any_of(groups.front().begin(), groups.front().end(), [&](const Filter& filter) {
    return filter.property->name == type.modified && (filter.op == "GT" || filter.op == "GTE") && filter.value.size &&
           static_cast<double>(ms_since_epoch(record.updated)) < *filter.value.size;
  });
}

struct Order {
  const HubspotProperty* property = nullptr;
  bool descending = false;
};

HubspotResult<Order> read_order(const HubspotPortal::Schema& schema, const Json& body) {
  Order order;
  if (body["sorts"].items().size() > 1) return refuse("Only one sort is allowed");
  if (body["sorts"].items().empty()) return order;
  const Json& sort = body["sorts"].items().front();
  std::string name = sort.is_text() ? sort.text() : sort["propertyName"].text();
  if (sort.is_text() && name.starts_with("-")) {
    name.erase(0, 1);
    order.descending = true;
  }
  const std::string& direction = sort["direction"].text();
  if (direction != "" && direction != "ASCENDING" && direction != "DESCENDING") return refuse("Invalid sort direction");
  if (direction == "DESCENDING") order.descending = true;
  const auto property = schema.find(name);
  if (property == schema.end())
    return refuse("There was a problem with the request. Property " + name + " does not exist");
  order.property = &property->second;
  return order;
}

}  // namespace

HubspotResult<HubspotFound> hubspot_search(const HubspotPortal& portal, const HubspotType& type, const Json& body,
                                           std::size_t body_bytes, Instant as_of) {
  if (body_bytes > body_most) return refuse("The request body is too large: at most 3000 characters");
  const auto& schema = portal.schema(type);
  const Groups groups = TRY(read_groups(schema, body));
  const Order order = TRY(read_order(schema, body));
  const std::int64_t limit = body["limit"].is_null() ? 10 : body["limit"].integer().value_or(-1);
  if (limit < 0 || limit > limit_most) return refuse("Invalid limit: at most 200");
  const Json& after_json = body["after"];
  const std::string after_text = after_json.is_number() ? after_json.number_text() : after_json.text();
  const auto after_number = as_number(after_text.empty() ? "0" : after_text);
  if (!after_number || *after_number < 0 || *after_number > 1e9 || *after_number != std::floor(*after_number)) {
    return refuse("Invalid value for after: it must be an integer");
  }
  const auto after = static_cast<std::int64_t>(*after_number);
  if (after + limit > results_most) return refuse("The maximum number of results of a search is 10000");

  HubspotFound found;
  const std::string query = lower_ascii(body["query"].text());
  const auto& records = portal.records(type);
  for (auto at = records.lower_bound(first_id(groups)); at != records.end(); ++at) {
    const HubspotRecord& record = at->second;
    const bool out = record.archived || too_old(groups, type, record);
    const HubspotValues* values = out ? nullptr : indexed_values(record, as_of);
    if (values && matches(groups, query, *values)) found.page.emplace_back(&record, values);
  }
  found.total = static_cast<std::int64_t>(found.page.size());
  // By id they come already.
  if (order.property && (order.property->name != "hs_object_id" || order.descending)) {
    const auto key = [&](const HubspotValues& values) {
      const auto value = values.find(order.property->name);
      return operand(*order.property, value == values.end() ? "" : value->second);
    };
    std::sort(found.page.begin(), found.page.end(), [&](const auto& a, const auto& b) {
      const int c = compare(key(*a.second), key(*b.second));
      return c == 0 ? a.first->id < b.first->id : order.descending ? c > 0 : c < 0;
    });
  }
  const std::int64_t end = std::min(after + limit, found.total);
  if (after >= found.total) {
    found.page.clear();
    return found;
  }
  found.page.erase(found.page.begin() + end, found.page.end());
  found.page.erase(found.page.begin(), found.page.begin() + after);
  if (end < found.total) found.next = std::to_string(end);
  return found;
}

}  // namespace linchpin::sandbox
