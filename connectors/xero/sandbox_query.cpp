#include "connectors/xero/sandbox_query.hpp"

#include <cctype>
#include <cstdio>

#include "connectors/xero/sandbox_contacts.hpp"
#include "sandbox/text.hpp"

namespace linchpin::sandbox {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void spaces() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool end() {
    spaces();
    return rest_.empty();
  }
  bool take(std::string_view wanted) {  // without regard to case
    spaces();
    if (lower_ascii(rest_.substr(0, wanted.size())) != lower_ascii(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  std::string word() {
    spaces();
    std::size_t n = 0;
    while (n < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[n])) || rest_[n] == '_')) ++n;
    std::string text(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return text;
  }
  std::optional<std::string> quoted() {
    spaces();
    if (rest_.empty() || rest_.front() != '"') return std::nullopt;
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\' && i + 1 < rest_.size()) {
        text += rest_[++i];
      } else if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return text;
      } else {
        text += rest_[i];
      }
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

const char* const bad_syntax = "The where clause could not be parsed.";

bool read_value(Reader& in, XeroCondition& condition) {
  if (auto text = in.quoted()) {
    condition.text = std::move(*text);
    return true;
  }
  if (in.take("guid(")) {
    const auto text = in.quoted();
    if (!text || !in.take(")")) return false;
    condition.text = *text;
    return is_guid(*text);
  }
  if (in.take("DateTime(")) {
    int parts[6] = {0, 1, 1, 0, 0, 0};
    int count = 0;
    do {
      const auto number = as_number(in.word());
      if (!number || *number < 0 || *number > 9'999 || count == 6) return false;
      parts[count++] = static_cast<int>(*number);
    } while (in.take(","));
    if (count < 3 || !in.take(")")) return false;
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts[0], parts[1], parts[2], parts[3], parts[4],
                  parts[5]);
    const auto at = parse_rfc3339(text);
    if (!at) return false;
    condition.is_time = true;
    condition.time_ms = ms_since_epoch(*at);
    return true;
  }
  condition.text = in.word();
  condition.is_null = condition.text == "null";
  return !condition.text.empty();
}

const Json& at_path(const Json& record, const std::vector<std::string>& path) {
  const Json* at = &record;
  for (const std::string& key : path) at = &(*at)[key];
  return *at;
}

std::string shown(const Json& json) {
  if (json.is_number()) return json.number_text();
  if (json.is_boolean()) return json.boolean() ? "true" : "false";
  return json.text();
}

bool by_order(const std::string& op, int order) {
  if (op == "==") return order == 0;
  if (op == "!=") return order != 0;
  if (op == ">") return order > 0;
  if (op == ">=") return order >= 0;
  if (op == "<") return order < 0;
  return order <= 0;
}

int compare(std::int64_t a, std::int64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

bool holds(const XeroCondition& c, const Json& record) {
  const Json& value = at_path(record, c.path);
  const bool empty = value.is_null() || (value.is_text() && value.text().empty());
  if (c.is_null) return (c.op == "==") == empty;
  if (empty) return c.op == "!=";
  if (c.is_time) {
    const auto at = parse_xero_date(value.text());
    return at && by_order(c.op, compare(ms_since_epoch(*at), c.time_ms));
  }
  const std::string have = lower_ascii(shown(value)), want = lower_ascii(c.text);
  if (c.op == "contains") return have.find(want) != std::string::npos;
  if (c.op == "starts") return have.starts_with(want);
  if (c.op == "ends") return have.ends_with(want);
  const auto a = as_number(have), b = as_number(want);
  if (value.is_number() && a && b) return by_order(c.op, *a < *b ? -1 : *a > *b ? 1 : 0);
  return by_order(c.op, have.compare(want));
}

}  // namespace

tl::expected<std::vector<XeroCondition>, std::string> parse_xero_where(std::string_view where) {
  std::vector<XeroCondition> conditions;
  Reader in(where);
  do {
    XeroCondition condition;
    do {
      condition.path.push_back(in.word());
      if (condition.path.back().empty()) return tl::unexpected(std::string(bad_syntax));
    } while (in.take("."));
    const std::string last = condition.path.back();
    if ((last == "Contains" || last == "StartsWith" || last == "EndsWith") && condition.path.size() > 1 &&
        in.take("(")) {
      condition.op = last == "Contains" ? "contains" : last == "StartsWith" ? "starts" : "ends";
      condition.path.pop_back();
      auto text = in.quoted();
      if (!text || !in.take(")")) return tl::unexpected(std::string(bad_syntax));
      condition.text = std::move(*text);
    } else {
      for (const char* op : {"==", "!=", ">=", "<=", ">", "<", "="}) {
        if (condition.op.empty() && in.take(op)) condition.op = op;
      }
      if (condition.op == "=") condition.op = "==";
      if (condition.op.empty() || !read_value(in, condition)) return tl::unexpected(std::string(bad_syntax));
    }
    static const char* const fields[] = {
        "ContactID",  "ContactNumber", "AccountNumber", "ContactStatus", "Name",           "FirstName",
        "LastName",   "EmailAddress",  "TaxNumber",     "CompanyNumber", "UpdatedDateUTC", "IsCustomer",
        "IsSupplier", "InvoiceID",     "InvoiceNumber", "Type",          "Status",         "Date",
        "DueDate",    "Reference",     "Total",         "AmountDue",     "Contact",        "ContactGroupID"};
    bool known = false;
    for (const char* field : fields) known = known || condition.path.front() == field;
    if (!known) return tl::unexpected("No property or field '" + condition.path.front() + "' exists in this type");
    conditions.push_back(std::move(condition));
  } while (in.take("AND") || in.take("&&"));
  if (!in.end()) return tl::unexpected(std::string(bad_syntax));
  return conditions;
}

bool xero_matches(const std::vector<XeroCondition>& conditions, const Json& record) {
  for (const XeroCondition& condition : conditions) {
    if (!holds(condition, record)) return false;
  }
  return true;
}

tl::expected<XeroOrder, std::string> parse_xero_order(std::string_view text) {
  Reader in(text);
  XeroOrder order{in.word()};
  order.descending = in.take("DESC");
  if (!order.descending) in.take("ASC");
  if (order.field.empty() || !in.end()) return tl::unexpected(std::string("The order clause could not be parsed."));
  return order;
}

bool xero_less(const XeroOrder& order, const Json& a, const Json& b) {
  const Json& x = order.descending ? b[order.field] : a[order.field];
  const Json& y = order.descending ? a[order.field] : b[order.field];
  const auto s = parse_xero_date(x.text()), t = parse_xero_date(y.text());
  if (s && t) return *s < *t;
  return lower_ascii(shown(x)) < lower_ascii(shown(y));
}

}  // namespace linchpin::sandbox
