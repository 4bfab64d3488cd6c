#include "sim/trail.hpp"

#include <algorithm>

namespace linchpin::sim {
namespace {

using engine::DeliveryState;
using Kind = Deed::Kind;

[[noreturn]] void broken(Invariant invariant, std::string what) {
  throw Broken{std::string(to_text(invariant)), std::move(what), "Trail"};
}

// How far a vendor's clock may be off here, and its index behind (World, Workload::retune): a sweep looks back so far.
constexpr seconds unsure_of_time{150};
constexpr std::size_t in_a_step = 200;  // entries that the hub is sure to have read before it writes

// A write that says that its record is not there tells as much as a question of which the answer does not show it.
bool is_not_there(const Answer& answer) {
  return answer.status == 404 || answer.body.find("OBJECT_NOT_FOUND") != std::string::npos;
}

}  // namespace

// What must be durable before the commit that relies on it, and what must be in it.
void Trail::committed(const engine::Batch& batch, Instant) {
  for (const engine::GoldenRow& row : batch.goldens)
    if (const auto key = keys_->get({row.id.text}); !key || key->empty())
      broken(Invariant::AckedIsDurable, "golden record " + row.id.text + " is committed, and its key is not durable");
  for (const engine::CredentialRow& row : batch.credentials) unkept_.erase(row.system.text);
  for (const engine::CursorRow& row : batch.cursors)
    if (row.purpose == "sweep" && row.done) swept(row);
  for (const engine::DeliveryRow& row : batch.deliveries) {
    const bool died = row.state == DeliveryState::Dead && deliveries_[row.id] != DeliveryState::Dead;
    deliveries_[row.id] = row.state;
    const auto tells = [&](const engine::DeadLetterRow& l) {
      return l.kind == "delivery" && l.golden == row.golden && l.system == row.system;
    };
    if (died && std::none_of(batch.dead_letters.begin(), batch.dead_letters.end(), tells))
      broken(Invariant::Converged, "delivery " + std::to_string(row.id.number) + " died, and nobody is told");
  }
  for (const Position& position : batch.done_whole) {
    const auto says = says_.find(position);
    if (says == says_.end()) continue;
    for (const auto& [record, told] : says->second)
      if (!is_known(record, told, read_[record]))
        broken(Invariant::AckedIsDurable, "inbox entry " + std::to_string(position.number) + " is done, and " +
                                              record.first + " record " + record.second + " was not read after it");
    says_.erase(says);
  }
}

// The record was asked for since; or what it was by then had been answered before: of a time to the second it is not
// known which of two things came first.
bool Trail::is_known(const Key& record, const Told& told, std::int64_t read) const {
  if (read >= told.moment) return true;
  const auto as_read = as_read_.find(record);
  if (as_read == as_read_.end()) return false;
  return as_read->second.at > told.at ||
         (as_read->second.at == told.at && told.at.time_since_epoch() % seconds(1) != milliseconds(0));
}

// What was committed last is gone: what followed from it is not known to the hub, and not its mistake.
void Trail::commit_lost() {
  flying_.clear();
  unsettled_.clear();
  told_.clear();
  says_.clear();
  hinted_.clear();
  sweep_.clear();
  deliveries_.clear();
}

// A sweep is done when what its searches named has been read.
void Trail::swept(const engine::CursorRow& row) {
  for (auto at = hinted_.lower_bound({row.system.text, ""}); at != hinted_.end() && at->first.first == row.system.text;
       at = hinted_.erase(at))
    if (!is_known(at->first, at->second, read_[at->first]))
      broken(Invariant::AckedIsDurable, "a sweep of " + row.system.text + " is done, and record " + at->first.second +
                                            ", which it named, was not read");
}

void Trail::appended(const engine::InboxEntry& entry) {
  if (const auto key = keys_->get({"day/" + entry.day}); !key || key->empty())
    broken(Invariant::AckedIsDurable, "an inbox entry is durable, and the key that it is sealed with is not");
  ++moment_;
  const std::vector<News> arrived = std::exchange(arriving_, {});
  if (entry.trigger != engine::Trigger::Webhook) return;
  for (const News& news : arrived) {
    const Key record{entry.system.text, news.record};
    given_[record].insert(news.at);
    if (!events_.insert(entry.system.text + news.identity).second) continue;  // told again: known already
    told_[record] = {moment_, news.at};
    says_[entry.position].push_back({record, {moment_, news.at}});
  }
}

void Trail::arrived(const SystemName& system, const Request& request) {
  arriving_ = events_in(system.text, parse_json(request.body).value_or(Json()));
}

// NoDoubleCreate: nobody is created where they have, or had, or may have a record.
void Trail::creates(const std::string& system, const Flying& flying) {
  for (const std::string& golden : flying.deed.ids) {
    const GoldenId id{golden};
    const std::string who = "golden record " + golden + " in " + system;
    if (unsettled_.contains({system, golden}))
      broken(Invariant::NoDoubleCreate, who + " is created again without a look");
    for (const engine::FamilyRows& family : store_->families({id}).value_or(std::vector<engine::FamilyRows>{}))
      for (const engine::LinkRow& link : family.links)
        if (link.key.system.text == system)
          broken(Invariant::NoDoubleCreate, who + " is created, and has or had a record there");
        else
          in_doubt(link.key, system, who);
    for (const engine::ReviewRow& review : store_->reviews_of(id).value_or(std::vector<engine::ReviewRow>{}))
      if (review.kind == "match" && review.state == "open" && review.record.system.text == system)
        broken(Invariant::NoDoubleCreate, who + " is created while a person is asked which record is theirs");
  }
}

// Whether a record of it is another golden record's is being asked: it is not created where that one has a record.
void Trail::in_doubt(const RecordKey& record, const std::string& system, const std::string& who) const {
  for (const engine::ReviewRow& review : store_->reviews_of(record).value_or(std::vector<engine::ReviewRow>{})) {
    if (review.kind != "match" || review.state != "open") continue;
    for (const engine::FamilyRows& other :
         store_->families({review.golden}).value_or(std::vector<engine::FamilyRows>{}))
      for (const engine::LinkRow& link : other.links)
        if (link.key.system.text == system && !link.gone)
          broken(Invariant::NoDoubleCreate,
                 who + " is created while a person is asked whether it is one that has a record there");
  }
}

// InOrderPerRecord: what is known to have happened to a record is read before it is written to.
void Trail::updates(const std::string& system, const Flying& flying) {
  const std::int64_t last = inbox_->last().value_or(Position()).number;
  const std::int64_t done = store_->done_up_to().value_or(Position()).number;
  if (last - done > static_cast<std::int64_t>(in_a_step)) return;
  for (const std::string& record : flying.deed.ids)
    if (const auto told = told_.find({system, record});
        told != told_.end() && !is_known(told->first, told->second, std::max(read_[told->first], listed_[told->first])))
      broken(Invariant::InOrderPerRecord,
             system + " record " + record + " is written to before what happened to it was read");
}

// NoDoubleCreate: a repeated question is the same question. ClassIsKept: it asks with what the flow lists.
void Trail::checks(const Flying& flying) {
  static const std::set<std::string> listed{"external_id", "given_name", "family_name", "email", "checks"};
  for (const auto& [member, value] : flying.deed.body.members())
    if (!listed.contains(member))
      broken(Invariant::ClassIsKept,
             "a check is asked for with the member " + member + ", which its flow does not list");
  const std::string& golden = flying.deed.ids.front();
  if (unsettled_.contains({"idcheck", golden}) && check_keys_[golden] != flying.deed.key)
    broken(Invariant::NoDoubleCreate, "a check of golden record " + golden + " is asked for again under another key");
  check_keys_[golden] = flying.deed.key;
}

void Trail::tokens(const engine::Send& send, const Flying& flying) {
  const std::string& system = flying.system;
  if (flying.deed.kind == Kind::Token) {
    for (const auto& [call, other] : flying_)
      if (other.system == system && other.deed.kind == Kind::Token)
        broken(Invariant::InOrderPerRecord, "a token of " + system + " is refreshed while a refresh is under way");
    return;
  }
  const auto unkept = unkept_.find(system);
  const std::string* bearer = find_header(send.request.headers, "Authorization");
  if (unkept != unkept_.end() && bearer && *bearer == "Bearer " + unkept->second)
    broken(Invariant::AckedIsDurable, "a token of " + system + " is used before it is durable");
}

// A sweep looks back behind the one before, by what clocks and indexes may be off.
void Trail::sweeps(const engine::Send& send, Instant now) {
  const std::optional<Instant> since = since_of(send.system.text, send.request);
  Sweep& last = sweep_.emplace(send.system.text, Sweep{since, now}).first->second;
  if (last.since != since && since && *since > last.began - unsure_of_time && !clocks_jump_)
    broken(Invariant::Converged, "a sweep of " + send.system.text + " looks back too little");
  last = {since, now};
}

void Trail::sent(const engine::Send& send, Instant now) {
  const std::string& system = send.system.text;
  Flying flying{system, deed_of(system, send.request), ++moment_};
  if (const auto closed = closed_.find(system); closed != closed_.end() && now < closed->second && !clocks_jump_)
    broken(Invariant::Converged, system + " asked the hub to wait, and is called");
  tokens(send, flying);
  if (flying.deed.kind == Kind::List || flying.deed.kind == Kind::Search) sweeps(send, now);
  if (flying.deed.kind == Kind::Create) creates(system, flying);
  if (flying.deed.kind == Kind::Update) updates(system, flying);
  if (flying.deed.kind == Kind::Check) checks(flying);
  flying_[send.call] = std::move(flying);
}

// `at`: since when what became of it has to be read.
void Trail::unsettle(const Flying& flying, const std::string& id, std::int64_t at) {
  switch (flying.deed.kind) {
    case Kind::Create:
    case Kind::Check:
      unsettled_[{flying.system, id}] = at;
      return;
    case Kind::Update:
      if (Told& told = told_[{flying.system, id}]; told.moment < at) told = {at};
      return;
    case Kind::Read:
    case Kind::List:
    case Kind::Search:
    case Kind::Look:
    case Kind::History:
    case Kind::Token:
    case Kind::Other:
      return;
  }
}

void Trail::served(const engine::Send& send, const Answer&, Instant) {
  if (const auto at = flying_.find(send.call); at != flying_.end()) at->second.served = ++moment_;
}

void Trail::answered(const engine::Send& send, const Result<Answer>& answer, Instant now) {
  const auto at = flying_.find(send.call);
  if (at == flying_.end()) return;
  const Flying flying = std::move(at->second);
  flying_.erase(at);
  const std::string& system = flying.system;
  const Json body = answer ? parse_json(answer->body).value_or(Json()) : Json();
  if (answer && answer->status == 429)
    if (const std::string* after = find_header(answer->headers, "Retry-After"))
      closed_[system] = std::max(closed_[system], now + seconds(std::atoll(after->c_str())));
  if (flying.deed.kind == Kind::Token && answer && answer->status == 200 && !body["access_token"].text().empty())
    unkept_[system] = body["access_token"].text();
  if (answer && answer->status < 300)
    for (const auto& [record, changed] : changes_in(system, body)) {
      given_[{system, record}].insert(changed);
      if (flying.deed.kind == Kind::Search) {
        hinted_[{system, record}] = {flying.moment, changed};
        continue;
      }
      if (flying.deed.kind == Kind::Read)
        if (AsRead& last = as_read_[{system, record}]; flying.moment >= last.asked) last = {changed, flying.moment};
      seen_[{system, record}] = std::max(seen_[{system, record}], changed);
      // A page holds its records whole: a sweep that came after a lost answer has read what became of it.
      if (flying.deed.kind == Kind::List)
        listed_[{system, record}] = std::max(listed_[{system, record}], flying.moment);
    }
  if (answer && answer->status < 300)
    for (const auto& [record, edited] : edits_in(system, flying.deed, body)) given_[{system, record}].insert(edited);
  if (flying.deed.kind == Kind::Read && answer)
    for (const std::string& record : flying.deed.ids) {
      // What was asked for before our own write was answered may be older than that: it tells nothing. (An answer
      // without the record tells that it is gone, or cannot be understood, which ends in a dead letter.)
      const bool shown = changes_in(system, body).contains(record);
      if (shown)
        unshown_.erase({system, record});
      else
        unshown_.insert({system, record});
      if (shown && written_[{system, record}] > flying.moment && !clocks_jump_) continue;
      std::int64_t& read = read_[{system, record}];
      read = std::max(read, flying.moment);
    }
  if (!answer && answer.error().code == Code::SystemUnreachable) return;  // it never left
  for (const auto& [id, fate] : fates_of(system, flying.deed, answer ? &*answer : nullptr)) {
    if (flying.deed.kind == Kind::Look && fate != Fate::Unknown) {
      const auto since = unsettled_.find({system, id});
      if (since != unsettled_.end() && since->second < flying.moment && fate == Fate::NotDone) unsettled_.erase(since);
      continue;
    }
    if (fate == Fate::Unknown)
      unsettle(flying, id, flying.served > 0 && flying.deed.kind == Kind::Update ? flying.served : ++moment_);
    else
      unsettled_.erase({system, id});
    if (flying.deed.kind != Kind::Update) continue;
    if (fate == Fate::Done) written_[{system, id}] = ++moment_;
    if (fate == Fate::NotDone && is_not_there(*answer)) unshown_.insert({system, id});
  }
}

void Trail::ended() {
  for (const auto& [call, flying] : flying_)
    for (const std::string& id : flying.deed.ids) unsettle(flying, id, ++moment_);
  flying_.clear();
  hinted_.clear();  // what is left of a sweep begins again
  closed_.clear();
  unkept_.clear();
}

void Trail::all_seen(const std::string& system, const Json& vendor_state) const {
  const Json& records = vendor_state["objects"][system == "hubspot" ? "contacts" : "Contacts"];
  const Json page = Json::object({{system == "hubspot" ? "results" : "Contacts", records}});
  std::set<std::string> away;
  for (const Json& record : records.items())
    if (record["archived"].boolean()) away.insert(record["id"].text());
  for (const auto& [record, changed] : changes_in(system, page)) {
    const auto seen = seen_.find({system, record});
    if (!away.contains(record) && !unshown_.contains({system, record}) &&
        (seen == seen_.end() || seen->second < changed))
      broken(Invariant::Converged, system + " record " + record + " was changed, and no sweep has seen it");
  }
}

void Trail::all_done() const {
  const Position last = inbox_->last().value_or(Position()), done = store_->done_up_to().value_or(Position());
  if (done < last)
    broken(Invariant::AckedIsDurable, "inbox entry " + std::to_string(done.number + 1) + " is not done at rest");
}

bool Trail::gave(const std::string& system, const std::string& record, Instant at) const {
  const auto given = given_.find({system, record});
  return given != given_.end() && given->second.contains(at);
}

}  // namespace linchpin::sim
