#include "connect/paging.hpp"

#include <charconv>

namespace linchpin::connect {

std::string next_cursor(const Next& next, const std::string& cursor, const Json& body,
                        const std::vector<engine::Record>& records) {
  switch (next.kind) {
    case Next::Kind::End:
      return {};
    case Next::Kind::Cursor: {
      std::string following = scalar_text(at(next.at, body));
      return following == cursor ? std::string() : following;  // a cursor that stands still would never end
    }
    case Next::Kind::Page: {
      int page = 1;
      std::from_chars(cursor.data(), cursor.data() + cursor.size(), page);
      return records.size() < next.full ? std::string() : std::to_string(page + 1);
    }
    case Next::Kind::LastId:
      return records.size() < next.full ? std::string() : records.back().id.text;
  }
  return {};
}

}  // namespace linchpin::connect
