#include "bench/report.hpp"

#include <cstdlib>
#include <iomanip>
#include <sstream>

#include "bench/disk.hpp"

namespace linchpin::bench {

Json rounded(double value, int decimals) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << value;
  return Json(Json::Number{text.str()});
}

Json bar(std::string_view what, double measured, int decimals, std::string_view unit, bool at_least, double limit) {
  const bool met = at_least ? measured >= limit : measured <= limit;
  return Json::object({{"what", what},
                       {"measured", rounded(measured, decimals)},
                       {"bar", rounded(limit, decimals)},
                       {"unit", unit},
                       {"at_least", at_least},
                       {"met", met}});
}

Json ratio_bar(std::string_view what, double figure, double limit, int decimals, std::string_view unit, bool at_least,
               double bar_at) {
  return bar(what, limit > 0 ? figure / limit : 0, 2, "", at_least, bar_at)
      .with("figure", rounded(figure, decimals))
      .with("limit", rounded(limit, decimals))
      .with("of", unit);
}

std::string bars_table(const Json& bars) {
  std::ostringstream out;
  for (const Json& b : bars.items()) {
    out << (b["met"].boolean() ? "holds        " : "falls short  ") << std::left << std::setw(56) << b["what"].text();
    out << b["measured"].number_text() << (b["at_least"].boolean() ? " >= " : " <= ") << b["bar"].number_text();
    if (!b["unit"].text().empty()) out << " " << b["unit"].text();
    if (const Json* figure = b.find("figure"))
      out << "   (" << figure->number_text() << " to " << b["limit"].number_text() << " " << b["of"].text() << ")";
    out << "\n";
  }
  return out.str();
}

Result<void> hold_acknowledged(std::string_view who, std::int64_t acknowledged, std::int64_t kept) {
  if (kept >= acknowledged) return {};
  return fail(Code::StoreCorrupt, std::string(who) + " acknowledged " + std::to_string(acknowledged) +
                                      " webhooks, and keeps " + std::to_string(kept) + " after kill -9");
}

Result<BenchFolder> BenchFolder::make(const std::filesystem::path& in) {
  if (lies_in_memory(in))
    return fail(Code::InvalidArgument, in.string() + " lies in memory, where nothing is durable",
                "Name a folder on a disk with --folder.");
  std::string made = (in / "linchpin-bench-XXXXXX").string();
  if (::mkdtemp(made.data()) == nullptr)
    return fail(Code::FileUnreadable, "no folder can be made in " + in.string(), "Name another one with --folder.");
  return BenchFolder(made);
}

BenchFolder::~BenchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<Json> BenchFolder::keep_if_failed(Result<Json> measured) const {
  if (measured) return measured;
  Error error = measured.error();
  error.fix += (error.fix.empty() ? "" : " ") + ("Its files are in " + path_.string() + ".");
  path_.clear();
  return tl::unexpected(error);
}

}  // namespace linchpin::bench
