#include "bench/merge_commit.hpp"

#include <chrono>
#include <iomanip>
#include <numeric>
#include <set>
#include <sstream>
#include <thread>

#include "bench/bare_sqlite.hpp"
#include "bench/disk.hpp"
#include "bench/hub.hpp"
#include "bench/job_hub.hpp"
#include "bench/people.hpp"
#include "bench/report.hpp"
#include "engine/match.hpp"
#include "engine/merge.hpp"
#include "engine/seal.hpp"
#include "store/open.hpp"

namespace linchpin::bench {

using namespace engine;

namespace {

namespace fs = std::filesystem;
using Ticks = std::chrono::steady_clock;

constexpr int turns = 2;
constexpr milliseconds disk_time{1'000};
constexpr double ratio_bar_at = 0.5;

Instant now() { return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()); }

struct Kept {
  Person person;
  Secret key;
};

// Makes groups of merges: for each, one of the people gets another phone, by the engine's own merge, and is sealed.
class Merges {
 public:
  Merges(const model::Hub& hub, vault::Keys& keys, std::vector<Kept> people)
      : hub_(hub), keys_(keys), people_(std::move(people)) {}

  Group next(int merges) {
    Group group;
    std::set<std::size_t> taken;  // nobody twice in one commit
    while (static_cast<int>(taken.size()) < merges) {
      const std::size_t which = static_cast<std::size_t>(at_ = (at_ + stride) % people_.size());
      if (taken.insert(which).second) add(group, people_[which]);
    }
    group.rows += 1;  // the mark: up to where the inbox is done
    return group;
  }
  std::int64_t made() const { return made_; }

 private:
  static constexpr std::size_t stride = 7'919;  // a prime: people lie anywhere in the file

  std::vector<std::string> keys_of(const Link& link) {
    std::vector<std::string> blind;
    for (BlindKey& key : match_keys(hub_.entity(link.entity), link.base, keys_)) blind.push_back(std::move(key.key));
    return blind;
  }

  void add(Group& group, Kept& kept) {
    const Settles item{Position(++made_), 0};
    Link& link = kept.person.links.front();
    Change said = said_of(std::stoll(link.key.record.text), made_, ChangeId("c" + std::to_string(made_) + ".0"), now());
    const mapping::Mapping& mapping = *hub_.mapping_for(link.entity, link.key.system);
    Merged merged = merge(hub_, kept.person.golden, kept.person.links, link,
                          {&mapping, mapping::read(mapping, said.record.body).values, &said});
    merged.link.held = link.held.with("phone", said.record.body["phone"]);
    merged.link.updated = said.record.updated;
    const std::vector<std::string> before = keys_of(link);
    kept.person.golden = std::move(merged.golden);
    link = std::move(merged.link);
    put_keys(group, link, before, keys_of(link));
    Batch& batch = group.batch;
    batch.goldens.push_back(to_row(kept.person.golden, kept.key));
    batch.links.push_back(to_row(link, kept.key));
    for (std::size_t sink = 1; sink < kept.person.links.size(); ++sink)
      batch.deliveries.push_back(to_row(delivery(kept.person, kept.person.links[sink], said), kept.key));
    batch.audit.push_back(audit_row(attested(link, said), kept.key, true));
    batch.seen.emplace_back(link.key.system, random_bytes(32));
    batch.done.push_back(item);
    batch.done_whole.push_back(item.position);
    group.rows += 6;  // golden, link, two deliveries, audit, seen
  }

  void put_keys(Group& group, const Link& link, const std::vector<std::string>& before,
                const std::vector<std::string>& after) {
    group.batch.match_keys_dropped.emplace_back(link.key, link.entity);
    for (const std::string& key : after) {
      const MatchKeyRow& row = group.batch.match_keys.emplace_back(key, link.entity, link.golden, link.key);
      if (std::find(before.begin(), before.end(), key) == before.end()) group.fresh.push_back(row), ++group.rows;
    }
    for (const std::string& key : before)
      if (std::find(after.begin(), after.end(), key) == after.end())
        group.stale.push_back({key, link.entity, link.golden, link.key});
  }

  Delivery delivery(const Person& person, const Link& to, const Change& said) {
    Delivery d;
    d.id = DeliveryId(++deliveries_);
    d.system = to.key.system, d.object = to.key.object, d.record = to.key.record;
    d.golden = person.golden.id, d.entity = to.entity, d.mapping = to.mapping, d.flow = FlowName("people");
    d.state = DeliveryState::Sent, d.attempt = 1;  // it goes at once
    d.due = d.made = d.seen = said.seen, d.change = said.id;
    d.values.emplace("phone", person.golden.fields.at(FieldName("phone")).value);
    return d;
  }

  static Attested attested(const Link& link, const Change& said) {
    Attested a;
    a.entry = said.id.text + "/" + link.entity.text;
    a.kind = "received", a.trigger = "webhook", a.change = said.id, a.system = link.key.system, a.direction = "in";
    a.entity = link.entity, a.values.emplace("phone", link.base.at("phone")), a.outcome = "merged", a.at = said.seen;
    return a;
  }

  const model::Hub& hub_;
  vault::Keys& keys_;
  std::vector<Kept> people_;
  std::size_t at_ = 0;
  std::int64_t made_ = 0, deliveries_ = 0;
};

// Of one size of group.
struct Size {
  int merges = 0;
  std::vector<double> store, bare, merges_store;  // rows/s of each turn; merges/s
};
double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Commits both ways, group by group in turns, so that what else the machine does meets both; making the groups is not
// timed.
Result<void> turn(Size& size, Merges& merges, Store& store, BareSqlite& bare, seconds time) {
  std::chrono::duration<double> in_store{0}, in_bare{0};
  std::int64_t rows = 0, made = 0;
  for (int i = 0; in_store + in_bare < time * 2; ++i) {
    const Group group = merges.next(size.merges);
    for (const bool ours : {i % 2 == 0, i % 2 != 0}) {
      const auto from = Ticks::now();
      TRY(ours ? store.commit(group.batch) : bare.commit(group));
      (ours ? in_store : in_bare) += Ticks::now() - from;
    }
    rows += group.rows, made += size.merges;
  }
  size.store.push_back(static_cast<double>(rows) / in_store.count());
  size.bare.push_back(static_cast<double>(rows) / in_bare.count());
  size.merges_store.push_back(static_cast<double>(made) / in_store.count());
  return {};
}

Result<std::vector<Kept>> read_people(Store& store, vault::Keys& keys) {
  std::vector<Kept> people;
  const EntityName entity("person");
  for (GoldenId after;;) {
    const std::vector<GoldenRow> rows = TRY(store.goldens(entity, after, 1000));
    if (rows.empty()) return people;
    for (const GoldenRow& row : rows) {
      Kept& kept = people.emplace_back();
      kept.key = TRY(keys.of(row.id));
      kept.person.golden = TRY(open_row(row, kept.key));
      for (const FamilyRows& family : TRY(store.families({row.id})))
        for (const LinkRow& link : family.links) kept.person.links.push_back(TRY(open_row(link, kept.key)));
    }
    after = rows.back().id;
  }
}

struct Run {
  std::vector<Size> sizes;
  std::vector<double> disk;
};

Result<Run> run(const MergeCommitOptions& options, const fs::path& home) {
  const JobKeys given = JobKeys::make();
  const Hub folder = TRY(Hub::over(
      {}, home,
      job_hub_files({"http://127.0.0.1:1", {"http://127.0.0.1:1", "http://127.0.0.1:1"}, "http://127.0.0.1", 1}), {}));
  const std::shared_ptr<const model::Hub> hub = model::check(folder.folder().string(), "").hub;
  if (!hub) return fail(Code::Internal, "the hub files of the end-to-end job are not valid");
  const fs::path data = folder.data();
  TRY(fill(*hub, given, data, options.records, [](std::int64_t) {}));
  std::error_code failed;  // the last connection is closed: all of it is in the one file
  fs::copy_file(data / "state.db", home / "bare.db", failed);
  if (failed) return fail(Code::FileUnreadable, "the state cannot be copied", "Make room on its disk.");

  const store::Files files = TRY(store::open_files(data));
  BareSqlite bare = TRY(BareSqlite::open(home / "bare.db"));
  const std::unique_ptr<vault::Keys> keys = TRY(given.open(*files.keys, *hub));
  Store& store = *files.state.store;
  Merges merges(*hub, *keys, TRY(read_people(store, *keys)));
  Run run;
  for (const int group : options.groups) run.sizes.push_back({group, {}, {}, {}});
  for (int i = 0; i < turns; ++i) {
    run.disk.push_back(TRY(fdatasyncs_per_second(home, disk_time)));
    for (Size& size : run.sizes) TRY(turn(size, merges, store, bare, seconds(options.seconds)));
  }
  if (const Position done = TRY(store.done_up_to()); done.number != merges.made())
    return fail(Code::StoreCorrupt, std::to_string(merges.made()) + " merges were committed, and the store says " +
                                        std::to_string(done.number));
  return run;
}

Json report(const Run& run) {
  Json::List rows, bars;
  for (const Size& size : run.sizes) {
    rows.push_back(Json::object({{"merges", size.merges},
                                 {"store_rows_per_second", rounded(mean(size.store), 0)},
                                 {"bare_rows_per_second", rounded(mean(size.bare), 0)},
                                 {"merges_per_second", rounded(mean(size.merges_store), 0)},
                                 {"ratio", rounded(mean(size.store) / mean(size.bare), 2)}}));
    bars.push_back(ratio_bar("of bare SQLite, groups of " + std::to_string(size.merges), mean(size.store),
                             mean(size.bare), 0, "rows/s", true, ratio_bar_at));
  }
  return Json::object(
      {{"fdatasync_per_second", rounded(mean(run.disk), 0)}, {"groups", std::move(rows)}, {"bars", std::move(bars)}});
}

}  // namespace

Result<Json> measure_merge_commit(const MergeCommitOptions& options) {
  const BenchFolder home = TRY(BenchFolder::make(options.folder));
  const Result<Run> measured = run(options, home.path());
  return home.keep_if_failed(measured ? Result<Json>(report(*measured)) : tl::unexpected(measured.error()));
}

std::string merge_commit_table(const Json& measured) {
  std::ostringstream out;
  out << measured["fdatasync_per_second"].number_text() << " fdatasync/s of a 4 KiB append\n\n";
  const auto row = [&](auto&&... cells) {
    ((out << std::right << std::setw(16) << cells), ...);
    out << "\n";
  };
  row("merges a commit", "store rows/s", "bare rows/s", "of bare", "merges/s");
  for (const Json& r : measured["groups"].items())
    row(r["merges"].number_text(), r["store_rows_per_second"].number_text(), r["bare_rows_per_second"].number_text(),
        r["ratio"].number_text(), r["merges_per_second"].number_text());
  out << "\n" << bars_table(measured["bars"]);
  return out.str();
}

}  // namespace linchpin::bench
