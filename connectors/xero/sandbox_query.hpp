// Xero's `where` and `order`, in the part that its documentation calls optimised, and a little more:
//   Name=="A" AND EmailAddress!=null AND ContactID==guid("…") AND UpdatedDateUTC>=DateTime(2026,11,01)
//   Name.StartsWith("A") AND Name.Contains("b")    order=Name DESC
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace linchpin::sandbox {

struct XeroCondition {
  std::vector<std::string> path;  // {"Contact","ContactID"}
  std::string op;                 // "==", "!=", ">", ">=", "<", "<=", "contains", "starts", "ends"
  std::string text;               // of a text, guid, number or boolean
  bool is_null = false, is_time = false;
  std::int64_t time_ms = 0;
};

// The message is Xero's (QueryParseException).
tl::expected<std::vector<XeroCondition>, std::string> parse_xero_where(std::string_view where);
bool xero_matches(const std::vector<XeroCondition>&, const Json& record);  // record as it is shown

struct XeroOrder {
  std::string field;
  bool descending = false;
};
tl::expected<XeroOrder, std::string> parse_xero_order(std::string_view order);
bool xero_less(const XeroOrder&, const Json& a, const Json& b);

}  // namespace linchpin::sandbox
