// A checker of what the hub asks of its systems, in the order in which it asks: does it look before it repeats, read
// before it writes, wait when it is asked to wait, and keep what it uses? It reads requests and answers as the vendors
// do (deed.hpp), and of the store only what stands in plain columns.
#pragma once

#include <map>
#include <set>
#include <string>

#include "sim/deed.hpp"
#include "sim/onlooker.hpp"
#include "sim/watch.hpp"

namespace linchpin::sim {

class Trail : public Onlooker {
 public:
  // Of the world that it watches; must outlive it. Before the first step.
  void see(engine::Store& store, engine::Inbox& inbox, engine::KeyStore& keys) {
    store_ = &store, inbox_ = &inbox, keys_ = &keys;
  }
  void clocks_jump() { clocks_jump_ = true; }  // then a wait cannot be measured from outside

  void committed(const engine::Batch&, Instant) override;
  void commit_lost() override;
  void arrived(const SystemName&, const Request&) override;
  void appended(const engine::InboxEntry&) override;
  void sent(const engine::Send&, Instant) override;
  void served(const engine::Send&, const Answer&, Instant) override;
  void answered(const engine::Send&, const Result<Answer>&, Instant) override;
  void ended() override;

  // At rest, before anything but webhooks and sweeps has looked: has the hub seen the last state of each record?
  void all_seen(const std::string& system, const Json& vendor_state) const;
  void all_done() const;  // every entry of the inbox is

  // Whether a system ever gave that time for that record.
  bool gave(const std::string& system, const std::string& record, Instant at) const;

 private:
  using Key = std::pair<std::string, std::string>;  // system, and a record or a golden id
  struct Flying {
    std::string system;
    Deed deed;
    std::int64_t moment = 0;  // when it was sent
    std::int64_t served = 0;  // when its system had done with it, whoever was told; 0: not yet
  };
  void creates(const std::string& system, const Flying&);
  void in_doubt(const RecordKey&, const std::string& system, const std::string& who) const;
  void updates(const std::string& system, const Flying&);
  void checks(const Flying&);
  void tokens(const engine::Send&, const Flying&);
  void sweeps(const engine::Send&, Instant);
  void swept(const engine::CursorRow&);
  void unsettle(const Flying&, const std::string& id, std::int64_t at);

  engine::Store* store_ = nullptr;
  engine::Inbox* inbox_ = nullptr;
  engine::KeyStore* keys_ = nullptr;
  bool clocks_jump_ = false;
  std::int64_t moment_ = 0;  // counts what is sent and told: an order, not a time
  std::map<CallId, Flying> flying_;

  std::map<Key, std::int64_t> unsettled_;  // creates and checks whose outcome is not known, since
  std::map<std::string, std::string> check_keys_;
  struct Told {  // that something happened to a record
    std::int64_t moment = 0;
    Instant at = Instant::max();  // by its system's clock; max: it does not say
  };
  bool is_known(const Key&, const Told&, std::int64_t read) const;
  std::map<Key, Told> told_;             // records: when something was last known to have happened to them
  std::map<Key, std::int64_t> read_;     // records: when the latest answered question about them was asked
  std::set<Key> unshown_;                // records that the last answer about them did not show
  std::map<Key, std::int64_t> written_;  // records: when an update of ours was last answered as done
  std::map<Key, std::int64_t> listed_;   // records: when the latest page that held them was asked for
  struct AsRead {
    Instant at{};  // when it had been changed
    std::int64_t asked = 0;
  };
  std::map<Key, AsRead> as_read_;  // records: what the latest question about them that was answered has shown
  std::map<Key, Told> hinted_;     // records: the search that named them, until its sweep is done
  struct Sweep {
    std::optional<Instant> since;
    Instant began{};
  };
  std::map<std::string, Sweep> sweep_;                          // the last one of a system
  std::map<Position, std::vector<std::pair<Key, Told>>> says_;  // what entries of the inbox say, until done
  std::vector<News> arriving_;                                  // what the webhook says that is being taken
  std::set<std::string> events_;                                // that were told before
  std::map<DeliveryId, engine::DeliveryState> deliveries_;
  std::map<std::string, Instant> closed_;      // systems that asked to wait
  std::map<std::string, std::string> unkept_;  // access tokens that were given and not yet committed, by system
  std::map<Key, std::set<Instant>> given_;     // times that a system gave for a record
  std::map<Key, Instant> seen_;                // the last state that was answered
};

}  // namespace linchpin::sim
