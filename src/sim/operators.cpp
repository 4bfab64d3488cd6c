// What operators do: files and pauses, answers to what the hub asks, and putting right what people have left.
#include "sim/workload.hpp"

namespace linchpin::sim {
namespace {

constexpr int sent_again_most = 3;

}  // namespace

Result<void> Workload::change_hub() {
  if (swarm_.chance(Fault::hub_change).chance(0.5) || mode_ != "live") {
    constexpr const char* modes[] = {"off", "shadow", "link"};
    mode_ = mode_ == "live" ? modes[swarm_.chance(Fault::hub_change).below(std::size(modes))] : "live";
  } else {
    const std::size_t kind = swarm_.chance(Fault::hub_change).below(hub_kinds);
    for (const Field field : shared_fields)
      if (rules_of(kind).at(field) != rules_of(hub_kind_).at(field)) rules_changed_.insert(field);
    hub_kind_ = kind;
  }
  note("hub files: kind " + std::to_string(hub_kind_) + ", the flow is " + mode_);
  tell_still();
  return world_.change_hub(TRY(hub_of(hub_kind_, mode_)));
}

void Workload::tell_still() {
  ledger_.still.clear();
  const std::string paused = ledger_.pause_lost ? "" : paused_;
  if (mode_ != "live") ledger_.still["idcheck"] = "the flow is " + mode_;
  if (paused == "hub") ledger_.still["idcheck"] = "an operator has paused the hub";
  for (const char* system : {"hubspot", "xero"}) {
    if (mode_ != "live") ledger_.still[system] = "the flow is " + mode_;
    if (paused == "hub" || paused == "flow" || (paused == "system" && system == std::string("xero")))
      ledger_.still[system] = "an operator has paused the " + paused;
  }
}

// The operator knows only what was answered: a pause whose commit failed may hold or not.
void Workload::pause() {
  constexpr const char* whats[] = {"hub", "system", "flow"};
  const std::string what = whats[swarm_.chance(Fault::paused).below(std::size(whats))];
  const auto done = world_.ask(Json::object({{"command", "pause"},
                                             {"system", what == "system" ? "xero" : ""},
                                             {"flow", what == "flow" ? "clients" : ""},
                                             {"by", "ava"}}));
  note("pause " + what + (done ? "" : " (failed)"));
  if (done) paused_ = what, ledger_.pause_lost = false;
  tell_still();
}

bool Workload::resume() {
  paused_.clear();
  tell_still();
  const auto done = world_.ask(Json::object({{"command", "resume"}, {"by", "ava"}}));
  note(std::string("resume") + (done ? "" : " (failed)"));
  return done.has_value();
}

// As the truth is: the ledger knows whose the records are.
Result<bool> Workload::answer_reviews() {
  if (!world_.up()) return false;
  const auto open = world_.ask(Json::object({{"command", "review.list"}}));
  if (!open) return false;
  bool answered = false;
  for (const Json& review : (*open)["items"].items()) {
    if (!world_.up()) break;
    if (review["kind"].text() == "unique_taken" && ++sent_again_[review["id"].text()] <= sent_again_most) {
      const auto done = world_.ask(Json::object({{"command", "review.accept"}, {"id", review["id"]}, {"by", "ava"}}));
      answered = answered || done.has_value();
    }
    if (review["code"].text() ==
        "gone_many") {  // people put records away here, and no system calls one gone that is there
      const auto done = world_.ask(Json::object({{"command", "review.accept"}, {"id", review["id"]}, {"by", "ava"}}));
      answered = answered || done.has_value();
    }
    if (review["kind"].text() != "match") continue;
    const Result<Told> known = app_.contact(review["golden"].text());
    if (!known) continue;
    const Site site = review["system"].text() == "xero" ? Site::Xero : Site::Hubspot;
    const Person* person = ledger_.owner_of(site, review["record"].text());
    if (!person) continue;
    // Whose golden record it is, is told by the records that it is linked to.
    const Person* candidate = nullptr;
    bool taken = false;
    for (const auto& [there, records] : known->links)
      for (const std::string& record : records) {
        if (const Person* owner = ledger_.owner_of(there, record)) candidate = owner;
        taken = taken || there == site;
      }
    // None is left of who was deleted everywhere; an e-mail is one person's.
    if (!candidate)
      candidate = ledger_.whose({{Field::Email, comparable(Field::Email, known->fields["email"]["value"].text())}});
    if (!candidate) continue;
    // A second record of the same person is merged by people, not linked.
    if (candidate == person && taken) continue;
    const auto done = world_.ask(Json::object(
        {{"command", candidate == person ? "review.accept" : "review.reject"}, {"id", review["id"]}, {"by", "ava"}}));
    note("review " + review["id"].text() + (candidate == person ? " accepted" : " rejected"));
    answered = answered || done.has_value();
  }
  return answered;
}

Result<void> Workload::operate() {
  if (!world_.up()) return {};
  switch (chance_.below(5)) {
    case 0:
      world_.engine().walk();
      note("walk");
      return {};
    case 1:
      (void)world_.ask(Json::object({{"command", "dead-letters.retry"}, {"id", "all"}}));
      note("retry");
      return {};
    case 2:
      TRY(answer_reviews());
      return {};
    case 3:
      (void)world_.ask(Json::object({{"command", "sync"}, {"flow", "clients"}}));
      return {};
    default:
      (void)world_.ask(Json::object({{"command", "table"}}));
      return {};
  }
}

Result<void> Workload::end_faults() {
  TRY(world_.stop_faults());
  for (;;) {
    while (!world_.up()) TRY(world_.step());
    if (resume()) break;
    TRY(world_.step());  // a disk that was filled stays full for a while
  }
  if (mode_ == "live") return {};
  mode_ = "live";
  tell_still();
  return world_.change_hub(TRY(hub_of(hub_kind_, mode_)));
}

// Whom no system knows any more: merged away, or deleted everywhere.
bool Workload::is_nobody(const std::string& golden) {
  const Result<Told> known = app_.contact(golden);
  return known &&
         std::all_of(known->links.begin(), known->links.end(), [](const auto& of) { return of.second.empty(); });
}

// Who has no e-mail, and is not where one could be written: no client any more, or never to be known there.
bool Workload::has_no_mailbox(const std::string& golden) {
  const Result<Told> known = app_.contact(golden);
  if (!known) return false;
  for (const auto& [site, records] : known->links)
    for (const std::string& record : records)
      if (const Person* owner = ledger_.owner_of(site, record); owner && sharing_mailbox_.contains(owner->number))
        return true;
  return false;
}

Result<bool> Workload::tidy_up() {
  held_.clear();
  bool merged = false;
  while (TRY(merge_one())) merged = true;
  const bool parted = TRY(part_mailboxes()), answered = TRY(answer_reviews());
  const auto letters = world_.ask(Json::object({{"command", "dead-letters.list"}}));
  bool waiting = false;
  if (letters)
    for (const Json& letter : (*letters)["items"].items()) {
      const std::string& golden = letter["golden"].text();
      const bool in_vain = letter["system"].text() == "idcheck" && !parted && !answered && has_no_mailbox(golden);
      if (letter["kind"].text() == "delivery" && (is_nobody(golden) || in_vain))
        (void)world_.ask(Json::object({{"command", "dead-letters.discard"}, {"id", letter["id"]}, {"by", "ava"}}));
      else
        waiting = waiting || letter["kind"].text() != "field";
    }
  if (waiting) (void)world_.ask(Json::object({{"command", "dead-letters.retry"}, {"id", "all"}}));
  return merged || parted || answered || waiting;
}

}  // namespace linchpin::sim
