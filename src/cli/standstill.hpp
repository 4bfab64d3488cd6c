// What a run that should end waits for: which systems do not answer as they should, since when, and whether waiting is
// of any use. `run --once` asks it; a hub that serves waits as long as it takes.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/connector.hpp"

namespace linchpin::cli {

// Why a call failed; nothing of one that did not.
std::optional<Error> failure_of(const engine::Outcome&);

class Standstill {
 public:
  explicit Standstill(milliseconds patience) : patience_(patience) {}

  // What a call came to. `renews`: whether the system has tokens that are renewed. From any thread.
  void heard(const engine::Call&, const engine::Outcome&, bool renews, Instant now);
  // The hub's own trouble, or that it has none.
  void heard(const std::optional<Error>& trouble, Instant now);

  // Why there is nothing to wait for: a credential that is refused for good; a system of which every call has failed,
  // or trouble of the hub's own, for as long as patience lasts.
  std::optional<Error> over(Instant now) const;
  std::string waits_for() const;  // "xero could not be reached for a list"; "" when everything answers

 private:
  struct Failing {
    Error error;
    Instant since{};
    bool for_good = false;
  };
  void fails(const std::string& who, const Error&, bool for_good, Instant now);

  const milliseconds patience_;
  mutable std::mutex mutex_;
  std::map<std::string, Failing> failing_;  // by the system's name; the hub itself under ""
};

// The connector, with what its calls come to told to `standstill`, which must outlive it.
std::shared_ptr<const engine::Connector> heard_by(Standstill& standstill, std::shared_ptr<const engine::Connector>);

}  // namespace linchpin::cli
