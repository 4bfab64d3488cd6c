#include "model/findings.hpp"

#include <algorithm>
#include <tuple>

namespace linchpin::model {

bool Findings::has_mistakes() const {
  return std::any_of(all_.begin(), all_.end(), [](const Finding& f) { return !f.warning; });
}

std::vector<Finding> Findings::sorted() const {
  std::vector<Finding> sorted = all_;
  const auto key = [](const Finding& f) {
    return std::tie(f.error.at.file, f.error.at.line, f.error.at.column, f.warning, f.error.code, f.error.what);
  };
  std::sort(sorted.begin(), sorted.end(), [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
  const auto same = [](const Finding& a, const Finding& b) { return a.error == b.error && a.warning == b.warning; };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  return sorted;
}

}  // namespace linchpin::model
