// Families that earlier steps have opened: golden records with their links and deliveries, kept between steps so that
// one is not decrypted and read afresh when it is taken, delivered, confirmed and echoed. It agrees with the store as
// long as nobody else writes there: what a commit changed is put back only after it, and after a commit that failed the
// engine is dropped with all of this. Bounded by bytes; what was not used for longest goes first.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/crypto.hpp"
#include "engine/delivery.hpp"
#include "engine/golden.hpp"

namespace linchpin::model {
struct Hub;
}

namespace linchpin::engine {

struct Family {
  Golden golden;
  std::vector<Link> links;
  std::vector<Delivery> deliveries;
  bool fresh = false;  // made in this step
  Secret key;
};

class Families {
 public:
  // `bytes_most` 0: nothing is kept, where others write to the same store. `hub`: whose names of flows and mappings
  // what is opened has (renamed.hpp); it must outlive this. Null: those that it was stored with.
  explicit Families(std::size_t bytes_most, const model::Hub* hub = nullptr) : hub_(hub), bytes_most_(bytes_most) {}

  const model::Hub* hub() const { return hub_; }

  // Hands a family out: it is no longer kept. Null: the store has to be asked.
  std::unique_ptr<Family> take(const GoldenId&);
  const Family* look(const GoldenId&) const;  // null: the store has to be asked
  void keep(std::unique_ptr<Family>);         // in place of what is kept of that golden record

  // The golden records that a record is linked to, by entity; nothing when that is not known.
  using Linked = std::vector<std::pair<EntityName, GoldenId>>;
  const Linked* linked(const RecordKey&) const;
  void know(const RecordKey&, Linked);
  void links(const RecordKey&, const EntityName&, const GoldenId&);  // a link that was put

 private:
  struct Kept {
    std::unique_ptr<Family> family;
    std::size_t bytes = 0;
  };
  const model::Hub* hub_;
  std::size_t bytes_most_;
  std::size_t bytes_ = 0;
  std::list<Kept> kept_;  // the latest first
  std::unordered_map<GoldenId, std::list<Kept>::iterator> by_id_;
  std::unordered_map<RecordKey, Linked> linked_;
};

}  // namespace linchpin::engine
