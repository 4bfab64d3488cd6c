// The engine: a state machine. Answers and time in, calls out. It never sends, reads a clock, opens a file or starts a
// thread. After an error of step() its memory and the store may differ: drop it and start another over the same store,
// as after a crash; nothing is lost by that.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/brake.hpp"
#include "engine/connector.hpp"
#include "engine/deliver.hpp"
#include "engine/limits.hpp"
#include "engine/line.hpp"
#include "engine/pause.hpp"
#include "engine/plan.hpp"
#include "engine/ports.hpp"
#include "engine/read.hpp"
#include "engine/reconcile.hpp"
#include "engine/register.hpp"
#include "engine/regroup.hpp"
#include "engine/revert.hpp"
#include "engine/take_back.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

struct World {
  Inbox& inbox;
  Store& store;
  Keys& keys;
  Random& random;
  std::map<SystemName, const Connector*> connectors;
  std::map<SystemName, Credential> credentials;  // secrets and settings of the environment
  // Of opened families, kept between steps (families.hpp). 0 where another process writes to the same store.
  std::size_t kept_bytes = std::size_t{12} << 20;
  // What the register says of the hub's files, where they are not the version that was applied last.
  Applying applying{};
  // Reads, links and decides, and writes to no system; files that no version is of are not registered either.
  bool reads_only = false;
  bool batches_now = false;  // what is read or written in batches is so at once, whatever the schedule
};

// An effect: a request to send. Its answer is handed to the next step.
struct Send {
  CallId call;
  SystemName system;
  Request request;
  milliseconds timeout{30'000};
};
struct Answered {
  CallId call;
  Result<Answer> answer;
};

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> start(std::shared_ptr<const model::Hub>, World, Instant now);
  // An engine that is asked questions only, beside one that works in another process: like start(), without a commit.
  static Result<std::unique_ptr<Engine>> watch(std::shared_ptr<const model::Hub>, World, Instant now);

  // Runs the line over what has come: answers, new inbox entries, what is due. One commit: what was decided, and what
  // is about to be sent.
  Result<std::vector<Send>> step(Instant now, std::vector<Answered> answers);

  // When step should be called again if nothing comes before.
  Instant wake(Instant now);
  // Nothing is outstanding: every flow has linked, the inbox is read, every delivery confirmed, dead, held or paused.
  Result<bool> quiet();
  // What keeps it from being quiet, as people are told: up to `most` of it.
  Result<std::vector<std::string>> outstanding(std::size_t most);

  // Counts on how many fields disagree, for the metrics: looks at some golden records more, about a millisecond long.
  // Whether all have been looked at; the next call then begins again. Between steps only.
  Result<bool> count();

  // Reads every record of every system again (a walk): what differs becomes changes like any other, and what is missing
  // is found.
  void walk();
  // Sweeps a flow's systems now, for what has changed since then, or since the last sweep. NotFound when there is no
  // such flow.
  Result<void> sync(const FlowName&, std::optional<Instant> since);

  // What other hub files would do, with what the hub knows now: nothing is changed (plan.cpp). `personal`: whether the
  // reader may see personal values. Between steps only.
  Result<Json> plan(const model::Hub& next, bool personal);

  // Flows that these files switch to live while people are asked about pairs of their entity.
  Result<std::vector<Unanswered>> unanswered(const model::Hub& next);

  Json paused_list() const;  // [{"hub": true | "system" | "flow","by","at"}]

  // What users ask, by command, as JSON (ask.cpp, review.cpp, dead_letter.cpp, pause.cpp, register.cpp): status table
  // explain pin revert revert.list reconcile reconcile.state sync connection review.list|accept|reject|merge|split
  // dead-letters.list|show|retry|discard process.get|list app.add|list|revoke pause resume register. Between steps
  // only.
  Result<Json> ask(const Json& command, Instant now);

 private:
  struct Connected {  // one system, as far as memory holds it
    const Connector* connector = nullptr;
    Credential credential;
    SystemLimits limits;
    bool prepared = false;
    bool authorising = false;
    bool preparing = false;
    bool written = false;  // a flow writes to it
    std::size_t most = 1;  // records in one call that writes
    bool behind = false;   // more was due than could be sent, when last looked at
    int failures = 0;      // calls that failed in a row
    Instant failed{};      // when the last of them was counted
    bool token_due(Instant now) const;
  };
  struct Sweep {  // listing one object: a first load, a sweep or a walk
    enum class Purpose { FirstLoad, Sweep, Walk } purpose = Purpose::FirstLoad;
    std::optional<Instant> since;
    std::string cursor;
    Instant began{};
    bool asked = false;
    bool listed = false;  // the last page has come; hints of it may still wait
    struct Page {
      std::string next;           // the cursor behind it
      std::set<RecordKey> hints;  // of it: still to be read
      bool gave_hints = false;    // such a list goes by key: it may be resumed behind the page
    };
    std::deque<Page> pages{};  // listed, and not yet read whole; in order
    Instant not_before{};
    std::set<std::string> followed{};  // the cursors that pages have named: none leads back
    // Of a walk (reconcile.cpp).
    std::vector<std::uint64_t> shown{};  // the records that it was shown, by a hash: eight bytes each
    bool whole = true;                   // it began in this process: `shown` is all of it
    RecordId search_from{};              // the links that have been compared with it, and what they came to
    std::int64_t linked = 0;
    std::int64_t links_before = 0;  // when it began
    std::set<RecordKey> unseen{};
    bool searched = false;
    RecordId repaired_to{};
    bool repaired = false;
  };
  struct Loading {
    std::int64_t came = 0, came_before = 0;  // records; those of a process before this one
    std::optional<std::int64_t> of;          // as the system counted them when it began
    bool counted = false;                    // it was asked to
    Instant began{};                         // its first page of this process was asked for
  };
  struct Flying {
    Call call;
    Instant asked{};
  };
  using Where = std::pair<SystemName, ObjectName>;

  Engine(std::shared_ptr<const model::Hub> hub, World world)
      : hub_(std::move(hub)), world_(std::move(world)), families_(world_.kept_bytes, hub_.get()) {}
  Result<void> resume(Instant now);
  Result<void> resume_systems();
  Result<void> resume_inbox();
  Result<void> apply(const std::vector<RegisterRow>&, Instant now);
  Result<Json> register_list();
  Result<Json> status(Instant now);
  Result<Paused> paused_of_store();
  Result<Json> change_pause(const Json&, Instant now);
  Result<void> commit_paused(Work&);
  Result<void> pause_one(Work&, const std::string& what, const Json& reason, Instant now);
  Result<void> resume_one(Work&, const std::string& what, const std::optional<std::string>& answered,
                          const std::string& by, Instant now);
  bool waits_for(const std::string& review) const;
  void show_paused() const;
  Result<bool> brakes_let(Work&, const Delivery&, Instant now);
  Result<std::string> waits_behind(const std::string& review);
  Result<bool> counts(Work&, const Delivery&, Instant now);
  void keep_brakes(Work&);
  Result<Braking*> braking(const std::string& what);
  Result<void> brake_gone(Work&, const RecordKey&, Instant now);
  Result<void> pull_brake(Work&, const Delivery&, const model::Brake&, const Braking&, Instant now);
  Result<void> release_brake(Work&, const FlowName&, const std::string& review, const std::string& by, Instant now);
  bool rests(const SystemName&) const;  // nothing is written to it now
  bool written_by(const model::Flow&, const SystemName&) const;

  // Answers, by what was asked.
  Result<void> on(Work&, Line&, const Answered&, Instant now);
  Outcome unless_it_leads_back(const Flying&, Outcome);
  Result<void> on_listed(Work&, Line&, const Flying&, Listed, Instant now);
  Result<std::set<RecordId>> at_rest(Work&, const Where&, const std::vector<Record>&);
  Result<void> rests(Work&, const Change&);
  Result<void> on_fetched(Work&, Line&, const Flying&, Fetched, const Result<Answer>&, Instant now);
  Result<void> on_written(Work&, Line&, const Flying&, const Written&, Instant now);
  Result<void> on_looked(Work&, Line&, const Flying&, const Looked&, Instant now);
  Result<void> on_authorised(Work&, const Flying&, const Authorised&, Instant now);
  Result<void> on_failure(Work&, Line&, const Flying&, const Outcome&, const Result<Answer>&, Instant now);
  Result<void> became(Work&, Line&, Family&, Delivery, const WriteResult&, Instant now);
  Result<bool> seek_holder(Work&, Line&, Family&, Delivery&, const WriteResult&, Instant now);
  Result<void> on_holders(Work&, const Flying&, const Fetched&, Instant now);
  void ask_for_holders(std::vector<Send>&, Instant now);
  void next_suffix(Work&, Family&, Delivery, const FieldName&, Instant now);
  void was_not_done(Work&, Family&, Delivery&);
  void leave_blank(Work&, Family&, Delivery, const FieldName&, Instant now);
  Result<void> no_longer_blank(Work&, const Delivery&, const Link& before, Instant now);
  Result<void> write_failed(Work&, Line&, const Flying&, const Outcome&, const Error&, Instant now);
  void fetch_failed(Work&, const Flying&, const Error&, bool for_good, milliseconds after, const Result<Answer>&,
                    Instant now);
  void not_understood(Work&, const RecordKey& about, const Error&, const Result<Answer>&, Instant now);
  bool is_given_up(const RecordKey&) const;  // a person must look, or it is read another time
  void understood(Work&, const RecordKey& about);
  DeadLetterRow answer_letter(std::string kind, const RecordKey& about, const Error&, const Result<Answer>&,
                              Instant now) const;
  std::string answer_letter_id(const RecordKey& about) const;
  Result<void> confirmed(Work&, Line&, Family&, const Delivery&, const std::optional<Record>&, Instant now);
  Result<void> found_there(Work&, Line&, Family&, const Delivery&, const Record&, Instant now);
  bool can_fetch(const SystemName&, const ObjectName&) const;
  void unsure(Work&, Family&, Delivery, bool settled, Instant now);
  void read_first(const Delivery&, Instant now);
  Result<void> dead(Work&, Line&, Family&, Delivery, const Error&, Instant now);
  Result<Fate> take(Work&, Line&, const Change&, Instant now);
  Result<bool> release(Work&, Line&, const RecordKey&, const Cause&, std::string_view trigger);  // whether any was held
  void settled(Work&, const std::vector<Settles>&);

  static constexpr std::size_t waiting_most = 4000;  // hints in memory; the rest stays in the inbox
  struct Opened {                                    // an entry of the inbox that is not wholly done
    InboxEntry entry;
    Result<std::vector<Event>> events;
    std::vector<std::string> digests;  // of each event; where there are none to be had, of the body
    std::set<int> done;                // items
    std::vector<bool> seen;            // for each digest, whether it came before
  };
  Result<std::vector<Opened>> open_entries(std::size_t wanted, std::size_t most);
  Result<void> read_inbox(Work&, Line&, Instant now);
  Result<void> not_understood(Work&, const Opened&, Instant now);
  Result<void> take_entry(Work&, Line&, const Opened&, Instant now);
  std::size_t appetite(Instant now) const;
  Result<void> share_backlog(Work&, Instant now);
  Result<void> resume_keys(Instant now);
  Result<void> rekey(Instant now);
  void try_unreadable(const Where&, Instant now);
  Result<void> finish_sweeps(Work&, Instant now);
  Result<void> begin_sweeps(Instant now);
  Result<bool> parents_unread(const Where&);
  // Whether all sources of a flow of these files have been read once; the first that has not.
  Result<std::optional<Where>> unread(const model::Hub&, const model::Flow&, const Batch& fresh = {});
  Result<void> plan_entity(Plan&, const model::Hub& next, const EntityName&);
  Result<std::set<FlowName>> may_share(const model::Hub& next);
  Json told(const Plan&, const model::Hub& next, bool personal) const;
  void count_calls(Plan&, const model::Hub& next) const;
  struct Source {  // an object that is read
    Where where;
    bool realtime = false;                          // a flow reads it so; else in batches
    std::optional<milliseconds> every{};            // how often it is swept, too
    std::vector<const model::Schedule*> batches{};  // when what has changed is read
    std::vector<const model::Schedule*> walks{};    // when all of it is compared
  };
  std::vector<Source> sources() const;
  bool waits_for_batch(const SystemName&) const;  // it is written to, and only in batches
  bool due(const Where&, const std::vector<const model::Schedule*>&, Instant last, Instant now);

  // Walks (reconcile.cpp), and lists that are too short (short_list.cpp).
  Result<Walked*> walked(const Where&);
  void keep_walked(Work&, const Where&) const;
  Result<void> start_walk(const Where&, Walked, Instant now);
  Result<std::int64_t> links_of(const Where&);
  void was_shown(const Where&, Sweep&, const RecordId&);
  Result<void> begin_walks(Instant now);
  Result<bool> find_missing(Work&, const Where&, Sweep&, Instant now);
  Result<void> ask_about_short(Work&, const Where&, const Walked&, std::int64_t linked, Instant now);
  Result<void> ask_about_list(Work&, const Where&, const std::vector<FlowName>&, std::string id, std::string code,
                              std::string message, Instant now);
  Result<void> doubt_empty_lists(Work&, const model::Flow&, Instant now);
  Result<void> is_whole_again(Work&, const Where&, Instant now);
  Result<void> resume_asked(Work&, const std::string& review, const std::string& by, Instant now);
  std::vector<FlowName> flows_that_read(const Where&) const;
  Result<bool> repair(Work&, const Where&, Sweep&, Instant now);
  Result<bool> end_walk(Work&, const Where&, Sweep&, Instant now);
  Result<Json> reconcile(const Json&);
  Result<Json> walks();
  Result<void> walk_trusting(Work&, const Where&, Instant now);

  // Calls.
  Result<std::vector<Call>> claim(Work&, Instant now);
  Result<std::vector<Delivery>> due(Work&, const SystemName&, Connected&, Instant now);
  bool may_leave(const Delivery&, const Golden&) const;
  Result<std::optional<Call>> claim_load(Work&, const SystemName&, Load&, Instant now);
  Result<std::vector<Call>> looks(Work&, Instant now);
  void fetch(std::vector<Send>&, Instant now);
  void list(std::vector<Send>&, Instant now);
  // How far first loads are (loading.cpp).
  Result<void> note_loading(const Where&, bool resumed);
  void count_loads(std::vector<Send>&, Instant now);
  std::optional<seconds> time_left(const SystemName&, Instant now) const;
  Json loading(Instant now) const;
  std::string so_far(const Where&) const;
  void carry_on(std::vector<Send>&, Instant now);
  void connect(std::vector<Send>&, Instant now);
  bool may_call(const SystemName&, const Call&, Instant now, bool background);
  void send(std::vector<Send>&, Call, Instant now);  // counts it, and hands it out
  void count_call(Call&, Instant now);
  void hand_out(std::vector<Send>&, Call, Instant now);
  std::vector<std::string> members(const SystemName&, const ObjectName&) const;
  std::vector<ObjectName> mapped_objects(const SystemName&) const;
  bool lists_history(const SystemName&, const ObjectName&) const;

  Result<void> forget(Instant now);

  // What is told as metrics (measure.cpp).
  void measure(Instant now);
  struct Counted {
    std::int64_t linked = 0, discrepant = 0;
  };
  struct Counting {
    std::map<std::pair<SystemName, EntityName>, Counted> rows;
    std::size_t entities = 0;  // that are counted whole
    GoldenId after;            // of the next one, what is counted
  };
  Counting counting() const;
  Result<bool> count(Counting&, std::size_t most);
  void show(const Counting&) const;

  // Questions and commands (ask.cpp, review.cpp, dead_letter.cpp).
  Result<Json> explain(const Json&);
  Result<Json> connection(const Json&, Instant now);
  Result<Json> table();
  Result<Json> reviews(const Json&);
  Result<Json> show_review(const Json&);
  Result<Json> answer_review(const Json&, Instant now);
  Result<Value> chosen(const Json& command, const ReviewRow&, const Family&) const;
  void send_again(Work&, Family&, const ReviewRow&);
  void attest_answer(Work&, const ReviewRow&, Instant now);
  Result<Json> answer_brake(const ReviewRow&, Instant now);
  Result<Json> answer_short_list(const ReviewRow&, Instant now);
  Result<Json> dead_letters(const Json&);
  Result<Json> answer_letters(const Json&, Instant now);
  Result<void> retry_one(Work&, const DeadLetterRow&, std::vector<RecordKey>& again, Instant now);
  Result<void> discard_one(Work&, const DeadLetterRow&, Instant now);
  Result<void> no_longer_given_up(Work&, const DeadLetterRow&, Instant now);
  Result<void> is_known(const Json& command, const std::vector<DeadLetterRow>&) const;
  void take_anew(Delivery&, const Family&) const;
  Result<Json> process(const Json&);

  // Golden records that a person merges or takes apart (unite.cpp, split.cpp).
  struct Said {  // that two golden records are one
    std::string by, why, trigger;
    bool by_person = false;             // of these two as they are; else of a record, or rules say it
    std::optional<ReviewRow> answered;  // a question to which it is the answer
  };
  Result<Json> unite(const Json&, Instant now);
  Result<void> join_found(Instant now);
  Result<Json> join_as_answered(Work&, Line&, Family& about, Family& holder, const ReviewRow&, Instant now);
  Result<Json> join(Work&, Line&, Family&, Family&, const Said&, Instant now);
  Result<Json> split(const Json&, Instant now);
  Result<Family*> named_by_person(Work&, const Json& command, const std::string& id);
  void follow(const Regroup&, const std::set<RecordKey>& read, Instant now);
  void keep_pin_ends(Work&, const Golden&);

  // Pins (pin.cpp).
  Result<void> resume_pins();
  Result<void> change_pin(Work&, Line&, Family&, const FieldName&, const Pin*, const std::string& trigger,
                          const std::string& by, Instant now);
  Result<void> end_pins(Work&, Line&, Instant now);
  Result<Json> pin(const Json&, Instant now);

  // What is taken back (revert.cpp).
  Result<void> resume_revert();
  Result<std::optional<Reverting>> revert_of(const ChangeId&);
  Result<Reverting> asked_of(const Json&, Instant now);
  Result<std::vector<Past>> past_of(const Family&);
  Result<TakenBack> would_take_back(Plan&, Work&, const Family&, const Store::PastAsked&);
  Result<Json> plan_revert(const Reverting&, bool personal);
  Result<Json> revert(const Json&, Instant now);
  Result<Json> reverts();
  Result<void> carry_on_revert(Instant now);
  void give_back(Work&, Family&, const std::vector<GivenBack>&, const ChangeId&, Instant now);
  Result<void> take_back_one(Work&, Line&, Family&, Reverting&, Instant now);
  Result<Json> change_app(const Json&, Instant now);
  Result<void> read_again(const std::vector<RecordKey>&, Instant now);
  Result<Family*> named(Work&, const std::string& id, const EntityName&);

  std::shared_ptr<const model::Hub> hub_;
  World world_;
  std::map<SystemName, Connected> systems_;
  Families families_;
  Stage stage_;
  Paused paused_;
  std::map<std::string, Braking> brakings_;  // by "flow/system/creates" or "…/updates"
  std::set<std::string> braked_;             // of those, the ones counted in this step
  std::map<FlowName, Instant> loads_;        // when the last of a flow's first load left
  Read read_;
  std::vector<Joining> joins_;  // that the last step has found; the records that show them are read again
  std::map<Where, Sweep> sweeps_;
  std::map<Where, Loading> loading_;  // objects whose first load is not over
  std::map<Where, Instant> swept_;    // when the last one began
  std::set<Where> behind_;            // of what happened there while no process ran not all has been listed yet
  std::map<std::pair<GoldenId, FieldName>, Instant> pin_ends_;  // of those that have an end
  std::optional<Reverting> reverting_;                          // under way
  std::map<Where, Walked> walked_;
  std::map<Where, Walked> walks_wanted_;                  // that somebody has asked for
  std::map<Where, std::optional<Instant>> syncs_wanted_;  // the same, and since when
  struct NextTime {
    Instant after{}, at{};
  };
  std::map<std::pair<Where, const model::Schedule*>, NextTime> next_times_;  // of schedules, after the last time
  std::map<CallId, Flying> flying_;
  std::vector<std::pair<Flying, Error>> unmade_;  // calls that could not be written as requests
  std::vector<Flying> continuing_;                // calls whose next request is due
  std::int64_t next_call_ = 0;
  std::int64_t next_delivery_ = 0;
  std::int64_t version_ = 0;  // of the register
  struct ReadBefore {
    Instant asked{};  // when its record was last to be read for it; epoch: never
    int times = 0;
  };
  std::map<DeliveryId, ReadBefore> repeatable_;  // updates before which their record is read, or need not be
  Position read_up_to_;
  std::map<Position, std::size_t> open_items_;  // of entries that are not wholly done
  std::map<Settles, std::pair<SystemName, std::string>> digests_;
  std::set<DeliveryId> alone_;
  struct Seeking {  // who holds a value for which a create was refused (holder.cpp)
    SystemName system;
    std::string at, value;
    bool asked = false, answered = false;
    int refused = 0;                // the question itself, in a row
    std::set<RecordKey> unknown{};  // of those who do, the ones that were not linked: they are read first
  };
  std::map<DeliveryId, Seeking> seeking_;
  std::map<FlowName, GoldenId> sharing_;  // flows whose backlog is being shared, and how far
  struct Rekeying {
    std::string made_by;  // a digest of what keys are made by now
    GoldenId after;       // how far
  };
  std::map<EntityName, Rekeying> rekeying_;         // entities whose records have keys of other hub files
  std::set<std::pair<SystemName, GoldenId>> busy_;  // with something of ours under way
  static constexpr int unreadable_most = 3;         // answers that cannot be understood before a person must look
  std::map<RecordKey, int> unreadable_;  // what could not be read, and how often: a record; a list (no record)
  std::set<RecordKey> left_out_;         // records that an answer left out without a word
  struct Moved {
    std::int64_t created = 0, updated = 0;
  };
  std::map<std::pair<SystemName, EntityName>, Moved> moved_;  // since the start
  Instant measured_{};
  std::optional<Counting> counting_;  // under way
  std::string forgotten_before_;
};

}  // namespace linchpin::engine
