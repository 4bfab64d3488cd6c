#include "sim/simulation.hpp"

#include "base/metric.hpp"
#include "sim/deletes.hpp"
#include "sim/kept.hpp"
#include "sim/oracle.hpp"
#include "sim/overheard.hpp"
#include "sim/states.hpp"
#include "sim/taken_back.hpp"
#include "sim/trail.hpp"
#include "sim/watch.hpp"

namespace linchpin::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr milliseconds rest_most = hours(8);  // of virtual time until nothing is outstanding
constexpr milliseconds rest_look = std::chrono::minutes(10);
constexpr milliseconds rest_soon = hours(2);  // then it is asked what is known of it
constexpr int tidied_most = 8;                // rounds of questions that a person answers
constexpr std::uint64_t run_twice = 8;        // of so many seeds one, and the two digests are compared
constexpr std::uint64_t mistakes_by = 0x6d697374616b6573u, reverts_by = 0x7265766572747321u,
                        deletes_by = 0x64656c6574657321u;
constexpr milliseconds silence = minutes(12);  // longer than a sweep's pace

[[noreturn]] void on_hold(Invariant invariant, std::source_location at) {
  throw Broken{std::string(to_text(invariant)),
               std::string("held at ") + at.file_name() + ":" + std::to_string(at.line()), "Engine"};
}

[[noreturn]] void gave_up(const Error& error) {
  const std::string who = error.code == Code::SystemUnavailable ? "Rest" : "Engine";
  throw Broken{who, std::string(code_text(error.code)) + ": " + error.what, who};
}

void must(const Result<void>& done) {
  if (!done) gave_up(done.error());
}
template <class T>
T must(Result<T> made) {
  if (!made) gave_up(made.error());
  return std::move(*made);
}

class Run {
 public:
  Run(const Plan& plan, const Trace& trace)
      : plan_(plan), trace_(trace), swarm_(plan), watch_(ledger_), onlookers_({&watch_, &trail_, &states_}) {}

  Outcome go() {
    try {
      begin();
      for (step_ = 0; step_ < plan_.steps; ++step_) one();
      rest();
      verdict();
      taken_back();
      deleted();
      watch_.hear("the log", overheard_.text());
      watch_.hear("a metric", metric::exposition());
    } catch (const Broken& b) {
      outcome_.held = false;
      outcome_.broken = b.invariant;
      outcome_.what = b.what;
      outcome_.seen_by.emplace(b.by + " (" + b.invariant + ")", b.what);
    }
    outcome_.step = step_;
    outcome_.digest = watch_.digest();
    outcome_.calls = watch_.calls();
    outcome_.commits = watch_.commits();
    if (workload_) outcome_.edits = workload_->acts();
    if (world_) {
      outcome_.passed = world_->now() - WorldSetup().start;
      outcome_.engine_steps = world_->engine_steps();
      outcome_.crashes = world_->restarts();
    }
    return outcome_;
  }

 private:
  void note(const std::string& what) {
    if (trace_) trace_(std::to_string(step_) + " " + (world_ ? rfc3339(world_->now()) : "") + " " + what);
  }

  void begin() {
    const std::size_t kind = swarm_.workload().below(hub_kinds);
    const double paces[] = {0.03, 0.1, 0.25};
    pace_ = paces[swarm_.workload().below(3)];
    const int people = 8 + static_cast<int>(swarm_.workload().below(25));
    note("swarm: " + to_text(swarm_.chosen()) + "; hub kind " + std::to_string(kind));
    WorldSetup setup;
    setup.seed = plan_.seed;
    setup.swarm = &swarm_;
    setup.onlooker = &onlookers_;
    setup.hub = must(hub_of(kind));
    world_ = must(World::make(setup));
    watch_.see(world_->inbox());
    // What the vendor made although it answered with an error is known from its own screen.
    watch_.look = [this](Site site, const std::string& golden) -> std::string {
      const std::string name(to_text(site));
      std::string put_away;  // before this one was made
      for (const auto& [id, held] : holdings(site, world_->vendor(name).state(world_->now_at(name)))) {
        if (held.golden != golden) continue;
        if (!held.away) return id;
        put_away = id;
      }
      return put_away;
    };
    if (trace_) watch_.trace = [this](const std::string& what) { note(what); };
    trail_.see(world_->store(), world_->inbox(), world_->key_store());
    states_.keys = watch_.keys = [this]() -> engine::Keys& { return world_->keys(); };
    states_.latest = [this](Field field) {
      return workload_ && rules_of(workload_->hub_kind()).at(field) == Rule::Latest &&
             !workload_->rules_changed().contains(field);
    };
    if (swarm_.on(Fault::clock_jump)) trail_.clocks_jump();
    workload_ = std::make_unique<Workload>(*world_, ledger_, swarm_, kind);
    workload_->trace = [this](const std::string& what) { note(what); };
    must(workload_->plant(plan_.people > 0 ? plan_.people : people));
  }

  // The first load is made in peace with people and at war with everything else; then people edit.
  void one() {
    if (!loaded_ && world_->up() && step_ % 8 == 0) loaded_ = must(world_->quiet());
    const std::int64_t before = world_->restarts();
    if (loaded_ && swarm_.workload().chance(pace_))
      must(workload_->act());
    else
      must(world_->step());
    if (world_->restarts() != before) note("restarted");
  }

  void settle() {
    watch_.resting();
    Result<void> rested = world_->run_until_quiet(rest_look);
    for (milliseconds waited = rest_look; !rested && waited < rest_most; waited += rest_look) {
      if (waited == rest_soon) watch_.restless();
      watch_.insistent();  // two systems that answer each other without end take long to watch
      rested = world_->run_until_quiet(rest_look);
    }
    if (!rested && trace_ && world_->up())
      if (const auto status = world_->ask(Json::object({{"command", "status"}}))) note(canonical(*status));
    if (!rested) watch_.restless();
    must(rested);
  }

  void rest() {
    note("faults end");
    must(workload_->end_faults());
    settle();
    // Events may be told hours late; a walk finds what was never told.
    world_->laze(std::chrono::seconds(20));
    must(world_->run_for(hours(4)));
    world_->laze(milliseconds(100));
    settle();
    swept();
    if (Swarm(plan_).on(Fault::webhook_drop)) workload_->vanish();
    for (int i = 0; i < tidied_most; ++i) {
      world_->engine().walk();
      settle();
      if (!must(workload_->tidy_up())) break;
      settle();
    }
    mistake();
  }

  // Of a chance of its own: what came before is as it was without it. Found out at once, or when all of it was shared.
  void mistake() {
    Random chance(plan_.seed ^ mistakes_by);
    if (!must(workload_->merge_wrongly(chance))) return;
    if (chance.chance(0.5)) {
      settle();
    } else {
      for (std::uint64_t left = chance.below(40); left > 0; --left) must(world_->step());
    }
    must(workload_->split_again());
    settle();
  }

  // What webhooks did not tell, sweeps find; where clocks differ by more than they look back, the walk does.
  void swept() {
    trail_.all_done();
    if (Swarm(plan_).on(Fault::clock_skew) || Swarm(plan_).on(Fault::clock_jump)) return;
    for (const char* system : {"hubspot", "xero"})
      trail_.all_seen(system, world_->vendor(system).state(world_->now_at(system)));
  }

  void verdict() {
    App app(*world_, "judge");
    Case c{.ledger = ledger_,
           .rules = rules_of(workload_->hub_kind()),
           .rules_changed = workload_->rules_changed(),
           .disk_lied = Swarm(plan_).on(Fault::disk_lies),
           .clocks_differ = Swarm(plan_).on(Fault::clock_skew) || Swarm(plan_).on(Fault::clock_jump) ||
                            Swarm(plan_).on(Fault::coarse_time),
           .held_back = Swarm(plan_).on(Fault::hub_change) || Swarm(plan_).on(Fault::paused),
           .hubspot = holdings(Site::Hubspot, world_->vendor("hubspot").state(world_->now_at("hubspot"))),
           .xero = holdings(Site::Xero, world_->vendor("xero").state(world_->now_at("xero"))),
           .checks = world_->vendor("idcheck").state(world_->now_at("idcheck"))["objects"]["verifications"],
           .told = must(app.contacts()),
           .discrepant = 0};
    const Json table = must(world_->ask(Json::object({{"command", "table"}})));
    for (const Json& row : table["rows"].items()) c.discrepant += row["discrepant_fields"].integer().value_or(0);
    std::vector<Complaint> complaints = judge(c);
    for (Complaint& complaint : check_kept({world_->store(), world_->keys(), ledger_, trail_, c.rules, c.rules_changed,
                                            c.hubspot, c.xero, c.disk_lied || Swarm(plan_).on(Fault::clock_jump)}))
      complaints.push_back(std::move(complaint));
    letters(c.told, complaints);
    if (trace_ && !complaints.empty()) tell_all(c.told, complaints);
    for (const Complaint& complaint : complaints) {
      note(complaint.invariant + ": " + complaint.what);
      outcome_.seen_by.emplace(complaint.by + " (" + complaint.invariant + ")", complaint.what);
    }
    if (!complaints.empty()) throw Broken{complaints.front().invariant, complaints.front().what, complaints.front().by};
    silent();
  }

  // For the trace: what waits for people, whose record is whose, and how the values of whom a complaint names came to
  // be.
  void tell_all(const std::vector<Told>& told, const std::vector<Complaint>& complaints) {
    for (const char* what : {"dead-letters.list", "review.list"}) {
      const Json all = must(world_->ask(Json::object({{"command", what}})));
      for (const Json& one : all["items"].items()) note(std::string(what) + " " + canonical(one));
    }
    std::set<std::string> of_them;  // records of whom a complaint names
    for (const Person& person : ledger_.people()) {
      const std::string name = "person " + std::to_string(person.number);
      const bool named = std::ranges::any_of(complaints, [&](const Complaint& c) {
        return c.what.starts_with(name + "'") || c.what.starts_with(name + " ");
      });
      std::string line = name;
      for (const auto* all : {&person.records, &person.given})
        for (const auto& [site, records] : *all)
          for (const std::string& record : records) {
            line += " " + std::string(to_text(site)) + "/" + record;
            if (named) of_them.insert(record);
          }
      note(line);
    }
    for (const Told& one : told) {
      std::string line = "golden " + one.golden;
      bool named = false;
      for (const auto& [site, records] : one.links)
        for (const std::string& record : records)
          line += " " + std::string(to_text(site)) + "/" + record, named = named || of_them.contains(record);
      note(line);
      for (const Field field : shared_fields)
        if (named)
          note("explain " + canonical(must(world_->ask(Json::object({{"command", "explain"},
                                                                     {"entity", "contact"},
                                                                     {"id", one.golden},
                                                                     {"field", std::string(to_text(field))}})))));
    }
  }

  void letters(const std::vector<Told>& told, std::vector<Complaint>& complaints) {
    const Json reviews = must(world_->ask(Json::object({{"command", "review.list"}})));
    for (const Json& review : reviews["items"].items())
      if (review["kind"].text() == "short_list")
        complaints.push_back({"Converged", review["system"].text() + " lists all that it has, and is not believed"});
    const Json letters = must(world_->ask(Json::object({{"command", "dead-letters.list"}})));
    for (const Json& letter : letters["items"].items()) {
      const std::string& code = letter["code"].text();
      // Two records of one person that bear two names by now are two people to the hub, and HubSpot takes an e-mail
      // once: which of them is right, a person must say. The one that has no e-mail for it cannot be checked either.
      const bool for_want_of_email =
          code == "unique_taken" || (code == "write_refused" && letter["system"].text() == "idcheck");
      const std::string& golden = letter["golden"].text();
      const auto doubled_or_removed = [](const Person& p) { return p.doubled() || !p.removed.empty(); };
      const auto poisoned = [](const Person& p) { return !p.poisoned.empty(); };
      if ((letter["kind"].text() == "field" && is_of(told, golden, poisoned)) ||
          (for_want_of_email && is_of(told, golden, doubled_or_removed)))
        continue;
      complaints.push_back({"Converged", "a dead letter is left that a retry does not mend: " + letter["kind"].text() +
                                             " " + code + " " + letter["system"].text() + " " +
                                             letter["golden"].text()});
    }
  }

  // Whether the golden record is of a person who is so.
  bool is_of(const std::vector<Told>& told, const std::string& golden, auto&& so) {
    for (const Told& one : told)
      for (const auto& [site, records] : one.links)
        for (const std::string& record : records)
          if (const Person* owner = ledger_.owner_of(site, record); one.golden == golden && owner && so(*owner))
            return true;
    return false;
  }

  // After the judgement, and of a chance of its own: what came before is as it was without it.
  void taken_back() {
    TakeBacks take_backs({*world_, ledger_, workload_->hub_kind(), workload_->rules_changed(), [this] { settle(); },
                          [this](const auto& what) { note(what); }},
                         plan_.seed ^ reverts_by);
    if (must(take_backs.go())) silent();
  }

  void deleted() {
    Deletes deletes(
        {*world_, ledger_, workload_->hub_kind(), [this] { settle(); }, [this](const auto& what) { note(what); }},
        plan_.seed ^ deletes_by);
    if (must(deletes.go())) silent();
  }

  // EchoIsSilent: who has nothing to say says nothing.
  void silent() {
    const std::int64_t writes = watch_.writes();
    world_->laze(std::chrono::seconds(1));
    must(world_->run_for(silence));
    world_->laze(milliseconds(100));
    world_->engine().walk();
    settle();
    if (watch_.writes() != writes)
      throw Broken{"EchoIsSilent", std::to_string(watch_.writes() - writes) + " writes at rest", "Silence"};
  }

  Plan plan_;
  const Trace& trace_;
  Overheard overheard_;
  Swarm swarm_;
  Ledger ledger_;
  Watch watch_;
  Trail trail_;
  States states_;
  Onlookers onlookers_;
  std::unique_ptr<World> world_;
  std::unique_ptr<Workload> workload_;
  Outcome outcome_;
  double pace_ = 0;
  int step_ = 0;
  bool loaded_ = false;
};

}  // namespace

Outcome simulate(const Plan& plan, const Trace& trace) {
  on_broken(on_hold);
  Outcome outcome = Run(plan, trace).go();
  if (outcome.held && plan.seed % run_twice == 0) {
    const Outcome again = Run(plan, trace).go();
    if (again.digest != outcome.digest) {
      outcome.held = false;
      outcome.broken = to_text(Invariant::SameSeedSameRun);
      outcome.what = "a second run of the same plan asked something else of the world";
      outcome.seen_by = {{"Twice (SameSeedSameRun)", outcome.what}};
    }
  }
  on_broken(nullptr);
  return outcome;
}

}  // namespace linchpin::sim
