#include "model/brake.hpp"

#include <cstdlib>

namespace linchpin::model {

Result<Brake> parse_brake(const std::string& text) {
  constexpr std::size_t digits_most = 9;
  const auto bad = [&] {
    return fail(Code::TypeWrong, "'" + text + "' is no brake",
                "Write how many in which while: 200 an hour, 5% an hour, 10 a day");
  };
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > digits_most) return bad();
  Brake brake;
  brake.text = text;
  brake.most = std::strtoll(text.c_str(), nullptr, 10);
  std::string rest = text.substr(digits);
  brake.percent = rest.starts_with("%");
  if (brake.percent) rest.erase(0, 1);
  for (const char* article : {" a ", " an "})
    if (rest.starts_with(article)) {
      const Result<milliseconds> window = parse_span("1 " + rest.substr(std::string(article).size()));
      if (!window) return bad();
      brake.window = *window;
    }
  if (brake.window < std::chrono::minutes(1) || brake.window > std::chrono::days(7)) return bad();
  if (brake.most < 1 || (brake.percent && brake.most > 100)) return bad();
  return brake;
}

}  // namespace linchpin::model
