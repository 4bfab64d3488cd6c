#include "sim/faulty_ports.hpp"

namespace linchpin::sim {
namespace {

constexpr double crashes_spread = 0.3;  // of the rate of other faults: a start costs several steps
constexpr std::uint64_t effects_most = 9;
constexpr double starts_that_end = 0.15;  // where processes end at all
constexpr std::int64_t full_most_ms = 20'000;

tl::unexpected<Error> disk_full() { return fail(Code::StoreUnavailable, "the simulated disk is full"); }

}  // namespace

void Mishap::begin_step(Instant now) {
  now_ = now;
  ends_in_ = 0;
  if (!swarm_) return;
  if (swarm_->on(Fault::crash)) {
    Random& chance = swarm_->chance(Fault::crash);
    if (chance.chance(crashes_spread * swarm_->rate(Fault::crash))) ends_in_ = 1 + chance.below(effects_most);
  }
  if (now_ >= full_until_ && swarm_->on(Fault::disk_full)) {
    Random& chance = swarm_->chance(Fault::disk_full);
    if (chance.chance(0.1 * swarm_->rate(Fault::disk_full)))
      full_until_ = now_ + milliseconds(static_cast<std::int64_t>(chance.below(full_most_ms)));
  }
}

// It may end before it is up: in the commits by which it takes what was applied, or finds what became of what was sent.
void Mishap::begin_start() {
  ends_in_ = 0;
  if (!swarm_ || !swarm_->on(Fault::crash)) return;
  Random& chance = swarm_->chance(Fault::crash);
  if (chance.chance(starts_that_end)) ends_in_ = 1 + chance.below(effects_most);
}

void Mishap::effect() {
  if (ends_in_ > 0 && --ends_in_ == 0) throw Crash();
}

bool Mishap::lies() {
  if (!swarm_ || !swarm_->on(Fault::disk_lies)) return false;
  return swarm_->chance(Fault::disk_lies).chance(0.2 * swarm_->rate(Fault::disk_lies));
}

bool Mishap::loses_append() { return swarm_ && swarm_->strikes(Fault::append_lost); }
bool Mishap::stores_it_all_the_same() { return swarm_->chance(Fault::append_lost).chance(0.5); }
bool Mishap::power_may_go() const { return swarm_ && swarm_->on(Fault::disk_lies); }

Result<void> FaultyStore::commit(const engine::Batch& batch) {
  if (before_) throw Crash();  // what a disk lied about is lost with the power, before the next commit makes it whole
  mishap_.effect();
  if (mishap_.disk_is_full()) return disk_full();
  const bool waits = batch.only_confirms() && mishap_.power_may_go();
  if (waits && !before_waiting_) before_waiting_ = static_cast<const Store&>(*this);
  if (mishap_.lies()) before_ = static_cast<const Store&>(*this);
  const Result<void> done = Store::commit(batch);
  if (!done) {
    before_.reset();
    return done;
  }
  if (!waits) before_waiting_.reset();
  if (mishap_.onlooker()) mishap_.onlooker()->committed(batch, mishap_.now());
  mishap_.effect();
  return {};
}

bool FaultyStore::crash() {
  if (before_waiting_) before_ = std::move(before_waiting_);
  before_waiting_.reset();
  if (!before_) return false;
  static_cast<Store&>(*this) = *std::exchange(before_, std::nullopt);
  if (mishap_.onlooker()) mishap_.onlooker()->commit_lost();
  return true;
}

Result<void> FaultyInbox::write(std::span<Waiting> group) {
  mishap_.effect();
  if (mishap_.disk_is_full()) return disk_full();
  const bool lost = mishap_.loses_append();
  if (lost && !mishap_.stores_it_all_the_same()) return disk_full();
  TRY(Inbox::write(group));
  if (mishap_.onlooker())
    for (const Waiting& w : group) mishap_.onlooker()->appended(w.entry);
  if (lost) return disk_full();  // it is there, and nobody is told so
  mishap_.effect();              // durable, and the sender is not told
  return {};
}

Result<void> FaultyKeyStore::put(const std::vector<std::pair<std::string, std::string>>& keys) {
  mishap_.effect();
  if (mishap_.disk_is_full()) return disk_full();
  TRY(KeyStore::put(keys));
  mishap_.effect();
  return {};
}

}  // namespace linchpin::sim
