// The checkers that look on at every step: at each commit, each request and each answer. They share no code with what
// they check: they read rows, requests and answers by their own few words.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/invariant.hpp"
#include "sim/ledger.hpp"
#include "sim/onlooker.hpp"

namespace linchpin::sim {

// Thrown where an invariant is found broken, here or in the engine (hold).
struct Broken {
  std::string invariant;
  std::string what;
  std::string by;  // the checker that saw it, by its name
};

class Watch : public Onlooker {
 public:
  explicit Watch(Ledger& ledger) : ledger_(ledger) {}
  void see(engine::Inbox& inbox) { inbox_ = &inbox; }
  std::function<void(const std::string&)> trace{};
  std::function<engine::Keys&()> keys{};                               // of the process that runs
  std::function<std::string(Site, const std::string& golden)> look{};  // the vendor's record with that id of the hub

  void committed(const engine::Batch&, Instant) override;
  void commit_lost() override;
  void appended(const engine::InboxEntry&) override;
  void acknowledged(const SystemName&, const Request&, const std::string& sealed) override;
  void sent(const engine::Send&, Instant) override;
  void served(const engine::Send&, const Answer&, Instant) override;
  void answered(const engine::Send&, const Result<Answer>&, Instant) override;
  void ended() override;

  std::int64_t writes() const { return writes_; }  // records written to, or tried
  std::int64_t calls() const { return calls_; }
  std::int64_t commits() const { return commits_; }
  std::string digest() const;
  // Between the two the world was to come to rest, and has not. Throws what of it is known.
  void resting() { tries_.clear(); }
  void insistent() const;
  void restless() const;
  void hear(const std::string& where, const std::string& text) const { nothing_private(where, {&text}); }

 private:
  struct Item {          // of a request that writes
    std::string key;     // what it writes to: system and record, or system and golden id of a create
    std::string golden;  // of a create or a check
    std::map<Field, std::string> values;
  };
  struct Writing {
    bool creates = false;
    std::vector<Item> items;
  };
  static Writing writing(const engine::Send&);
  void matched(const engine::Batch&) const;
  void count_audit(const engine::Batch&);
  std::string tag_of(const GoldenId&) const;
  bool changed(const engine::GoldenRow&);
  void once(const engine::Batch&);
  void told(const engine::Batch&, const engine::DeliveryRow&) const;
  void sealed(const engine::Batch&) const;
  void nothing_private(const std::string& where, std::initializer_list<const std::string*> texts) const;
  void made(Site, const std::string& id, const Item*);
  std::pair<Person*, Site> written_to(const std::string& key) const;
  std::size_t words_in(const std::string& key) const;
  void overtaken(const Item&, std::size_t words_then);
  void came_late(const std::string& key, std::size_t words_then);
  void mix(std::string_view text);

  Ledger& ledger_;
  engine::Inbox* inbox_ = nullptr;
  std::int64_t writes_ = 0, calls_ = 0, commits_ = 0;
  std::uint64_t mixed_ = 0xcbf29ce484222325u;
  // MergedOnce
  std::set<engine::Settles> done_, done_last_;
  std::map<DeliveryId, engine::DeliveryState> deliveries_, deliveries_last_;
  bool waits_ = false;                                           // the last commit only confirmed
  std::map<DeliveryId, std::pair<SystemName, GoldenId>> about_;  // whose link a confirmation changes
  // AuditedWithCommit
  std::map<std::string, std::int64_t> attested_;  // by system: writes that are in the log and not yet sent
  std::map<GoldenId, std::map<std::string, std::string>> values_;  // of golden records, as they were committed last
  bool values_lost_ = false;  // a commit was lost: what was before is not known of all
  // InOrderPerRecord
  struct UnderWay {
    CallId call;
    std::string body;
    std::size_t words = 0;  // how often people had written to the record
  };
  std::map<std::string, UnderWay> writing_;  // what is being written to
  std::map<std::string, int> tries_;         // since it was to rest: writes, by what they write to
  std::map<std::string, int> checked_;       // how often a person was asked to be checked
  std::map<std::string, std::map<std::string, std::size_t>>
      left_;  // by body and key, of processes that ended: the words then
  // AckedIsDurable
  std::map<std::string, Position> durable_;  // the last of the inbox, by their sealed bytes
  // ClassIsKept
  std::set<std::string> restricted_;
};

}  // namespace linchpin::sim
