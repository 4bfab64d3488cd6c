#include "model/nearest.hpp"

#include <algorithm>
#include <cctype>

namespace linchpin::model {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Optimal string alignment: Levenshtein's distance with swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view written, const std::vector<std::string>& choices) {
  if (written.size() > 100) return {};
  std::string best;
  std::size_t least = (written.size() < 2   ? 0
                       : written.size() < 4 ? 1
                                            : std::max<std::size_t>(2, written.size() / 3)) +
                      1;
  for (const std::string& choice : choices) {
    if (choice.size() > 100) continue;
    const std::size_t d = distance(written, choice);
    if (d < least) {
      least = d;
      best = choice;
    }
  }
  return best;
}

std::string suggestion(std::string_view written, const std::vector<std::string>& choices) {
  if (const std::string near = nearest(written, choices); !near.empty()) return "Did you mean '" + near + "'?";
  if (choices.empty()) return {};
  std::string all = choices.size() == 1 ? "There is only: " : "One of: ";
  for (std::size_t i = 0; i < choices.size() && i < 12; ++i) all += (i == 0 ? "" : ", ") + choices[i];
  if (choices.size() > 12) all += ", …";
  return all;
}

}  // namespace linchpin::model
