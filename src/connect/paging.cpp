#include "connect/paging.hpp"

#include <algorithm>
#include <charconv>

#include "base/mutant.hpp"

namespace linchpin::connect {

namespace {

// By number. Where a page says how many there are in all, that decides; else a page that is not full is the last.
Result<std::string> next_page(const Next& next, const std::string& cursor, const Json& body, std::size_t shown) {
  std::size_t page = 1;
  std::from_chars(cursor.data(), cursor.data() + cursor.size(), page);
  const std::string following = std::to_string(page + 1);
  const auto total = next.total ? at(*next.total, body).integer() : std::nullopt;
  if (!total) return shown < next.full ? std::string() : following;
  const std::size_t all = *total > 0 ? static_cast<std::size_t>(*total) : 0;
  const std::size_t before = page > 1 ? (page - 1) * next.full : 0, due = all > before ? all - before : 0;
  if (shown < std::min(due, next.full))
    return fail(Code::AnswerUnusable, "page " + cursor + " of a list holds " + std::to_string(shown) +
                                          " records, and " + std::to_string(std::min(due, next.full)) + " are due of " +
                                          std::to_string(all) + " in all");
  return due > next.full ? following : std::string();
}

}  // namespace

Result<std::string> next_cursor(const Next& next, const std::string& cursor, const Json& body,
                                const std::vector<engine::Record>& records) {
  if (mutant(Mutant::FirstPageOnly)) return std::string();
  switch (next.kind) {
    case Next::Kind::End:
      return std::string();
    case Next::Kind::Cursor: {
      std::string following = scalar_text(at(next.at, body));
      if (!following.empty() && following == cursor)
        return fail(Code::AnswerUnusable, "a page of a list is followed by itself");
      return following;
    }
    case Next::Kind::Page:
      return next_page(next, cursor, body, records.size());
    case Next::Kind::LastId:
      return records.size() < next.full ? std::string() : records.back().id.text;
  }
  return std::string();
}

}  // namespace linchpin::connect
