// What one step of the engine reads and changes, opened, and the one commit that it ends in. A family is a golden
// record with its links and its deliveries: what merge, share and outbox look at together.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/audit_entry.hpp"
#include "engine/families.hpp"
#include "engine/past.hpp"
#include "engine/ports.hpp"

namespace linchpin::engine {

class Work {
 public:
  // `kept`: families of earlier steps, and after the commit those of this one.
  Work(Store& store, Keys& keys, Families& kept, std::int64_t register_version, std::int64_t& next_delivery)
      : store_(store), keys_(keys), kept_(kept), version_(register_version), next_delivery_(next_delivery) {}

  // A golden record with all that hangs on it; nullptr when there is none. The id of one that was merged away names the
  // one into which it was. Valid until the commit.
  Result<Family*> family(const GoldenId&);
  Result<Family*> family_itself(const GoldenId&);   // the one that was merged away, too
  Result<void> open(const std::vector<GoldenId>&);  // those that family() will be asked for, in one go
  Result<void> open(const SystemName&, const ObjectName&, const std::vector<RecordId>&);  // of a page of records
  Result<Family*> family_of(const RecordKey&, const EntityName&);
  Family& make(Golden);
  // Every family that holds a link of the record.
  Result<std::vector<Family*>> families_of(const RecordKey&);

  // Records that something of a family was changed, so that it is sealed and stored.
  void changed_golden(const Family&);
  void changed_link(Family&, Link);          // puts it, by record and entity
  void changed_delivery(Family&, Delivery);  // puts it; id 0 gets the next number
  void moved_link(Family& from, Family& to, const RecordKey&);
  void moved_delivery(Family& from, Family& to, DeliveryId);
  void dropped_delivery(Family&, DeliveryId);
  void match_keys(const Family&, const RecordKey&, const std::vector<std::string>& keys);
  // Keys of a record in another space than its entity's.
  void keys_of(const Family&, const RecordKey&, const EntityName& space, const std::vector<std::string>& keys);
  void remember(const Family&, const ChangeId&, Instant now, std::vector<Turn>);  // what was before (past.hpp)
  void attest(const Family*, Attested);                                           // nullptr: no person is concerned
  // Deliveries of a system that this step has made or changed, Pending and due: what Store::due cannot know yet.
  std::vector<Delivery> due(const SystemName&, Instant now) const;
  // The golden ids that have a key: of the store, and of this step.
  Result<std::vector<MatchKeyRow>> holders(const EntityName&, const std::string& key, std::size_t most);

  const Batch& rows() const { return batch_; }
  Batch& rows() { return batch_; }  // dead letters, reviews, cursors, done-marks: put as they are
  bool empty() const;
  bool changes_link_of(const RecordKey&) const;
  std::int64_t links_changed(const SystemName&, const EntityName&) const;

  // Keys first, then all of it in one commit; the families go back to where they are kept. After an error nothing of
  // this step may be acted on.
  Result<void> commit();

 private:
  Store& store_;
  Keys& keys_;
  Families& kept_;
  std::int64_t version_;
  std::int64_t& next_delivery_;
  Result<Families::Linked> linked(const RecordKey&);
  Result<void> find(const SystemName&, const ObjectName&, const std::vector<RecordId>&);
  void seal_changed();
  Result<void> store();
  std::unordered_map<GoldenId, std::unique_ptr<Family>> families_;
  std::unordered_map<RecordKey, Families::Linked> found_;        // as the store has it
  std::map<std::pair<RecordKey, EntityName>, GoldenId> linked_;  // in this step
  std::map<std::pair<RecordKey, EntityName>, std::pair<GoldenId, std::vector<std::string>>> match_keys_;
  std::set<GoldenId> keep_;  // families that were kept, and go back
  std::set<GoldenId> goldens_;
  std::set<std::pair<GoldenId, std::pair<RecordKey, EntityName>>> links_;
  std::set<std::pair<GoldenId, DeliveryId>> deliveries_;
  Batch batch_;
};

}  // namespace linchpin::engine
