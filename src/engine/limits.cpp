#include "engine/limits.hpp"

#include <algorithm>
#include <cmath>

#include "base/mutant.hpp"

namespace linchpin::engine {
namespace {

bool counts_in(const Window& window, const std::string& special) { return !window.special || window.name == special; }

constexpr int most_learned = 1'000'000;  // in one window

}  // namespace

int SystemLimits::most(const Window& window) const {
  const auto told = told_most_.find(window.name);
  return told == told_most_.end() ? window.calls : std::max(window.calls, told->second);
}

void SystemLimits::forget(Instant now) {
  for (const Window& w : declared_.windows) {
    auto& calls = calls_[w.name];
    while (!calls.empty() && calls.front() + w.per <= now) calls.pop_front();
  }
}

bool SystemLimits::allows(Instant now, bool background, const std::string& special) {
  if (now < closed_ || under_way_ >= declared_.concurrent) return false;
  forget(now);
  for (const Window& w : declared_.windows) {
    if (!counts_in(w, special)) continue;
    const double allowed = background ? std::max(1.0, std::floor(most(w) * (1 - keep_))) : most(w);
    if (static_cast<double>(calls_[w.name].size()) >= allowed) return false;
  }
  return true;
}

void SystemLimits::began(Instant now, const std::string& special) {
  ++under_way_;
  for (const Window& w : declared_.windows)
    if (counts_in(w, special)) calls_[w.name].push_back(now);
}

void SystemLimits::told(const std::vector<Remaining>& remaining, Instant now) {
  forget(now);
  for (const Remaining& r : remaining)
    for (const Window& w : declared_.windows) {
      if (w.name != r.window) continue;
      // Others use the same budget, or a restart forgot our own calls: count what the system has counted.
      auto& calls = calls_[w.name];
      const int left = std::min(r.calls, most_learned);
      // More than all that was declared: the account is a larger one.
      if (left > most(w)) told_most_[w.name] = left;
      const int used = std::max(0, most(w) - left);
      while (static_cast<int>(calls.size()) < used) calls.push_back(now);
    }
}

std::map<std::string, double> SystemLimits::used(Instant now) const {
  std::map<std::string, double> ratios;
  for (const Window& w : declared_.windows) {
    const auto calls = calls_.find(w.name);
    if (calls == calls_.end() || w.calls == 0) continue;
    const auto& began = calls->second;  // oldest first
    const auto live = began.end() - std::upper_bound(began.begin(), began.end(), now - w.per);
    ratios[w.name] = static_cast<double>(live) / most(w);
  }
  return ratios;
}

milliseconds backoff(int attempt, Random& random) {
  constexpr std::int64_t first = 500, cap = 5 * 60 * 1000, least = 200;
  const int doublings = std::clamp(attempt - 1, 0, 12);
  const std::int64_t most = std::min(cap, first << doublings);
  if (static std::int64_t calls = 0; mutant(Mutant::ChanceRemembered)) return milliseconds(least + ++calls % most);
  return milliseconds(least + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most))));
}

}  // namespace linchpin::engine
