// The line in the middle: one change through match, merge, trigger, share and outbox, into the work of this step. The
// way reads like the picture in README.md; every decision is a pure function of another file.
#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/change.hpp"
#include "engine/match.hpp"
#include "engine/merge.hpp"
#include "engine/outbox.hpp"
#include "engine/question.hpp"
#include "engine/work.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

// What became of a change. Again: something of ours is under way with that record, so what was read of it may be older
// than what it will hold; it is to be read again. Undated: it is to be read again with its history, which tells when
// somebody else edited it.
enum class Fate { Merged, Unchanged, Review, Dead, Again, Undated };
std::string_view to_text(Fate);

struct Stage {              // the part of the hub's state that the line looks at
  std::set<FlowName> live;  // flows that have read and linked all of their systems
  bool backlog = false;     // a first load, or the walk after it
  std::set<FlowName> paused{};
  bool batches_now = false;  // what is written in batches is due at once
  bool refills = false;      // what a system was emptied of is put back: a comparison repairs
};

// Golden records that a record shows to be one: they are made one between two steps (unite.cpp), and it is read again.
struct Joining {
  std::vector<GoldenId> parts;
  RecordKey shown_by;
  bool by_person = false;    // who has said of each that the record is theirs
  std::string by = "rules";  // or that person
};

class Line {
 public:
  Line(const model::Hub& hub, Store& store, Keys& keys, Random& random, const Stage& stage, Work& work, Instant now)
      : hub_(hub), store_(store), keys_(keys), random_(random), stage_(stage), work_(work), now_(now) {}

  // One change, with its done-mark. All that it makes is in the work; nothing of it when the fate is Again.
  Result<Fate> take(const Change&);
  // The record of a link is there no more: no retry can read what could not be read in it.
  void lose(Family&, Link);

  // settle.cpp: trigger, share and outbox for a family whose golden record, links or reviews have changed. `before`:
  // the golden record as it was (nullptr: new to the hub).
  Result<void> settle(Family&, const Golden* before, const Cause&);
  // One of the family's records is new to the hub, or was another's: those that name it are looked at once more
  // (appeared.cpp).
  Result<void> appeared(const Family&, const Cause&);
  // What is asked of people about its fields, as they are now.
  Result<void> ask(Family&, const Golden* before);
  // The same as settle for one of which not a value has changed, but who has the say, or by which files: its fields are
  // chosen anew. `trigger`: as the audit log tells it.
  Result<void> share_anew(Family&, const Cause&, std::string_view trigger);

  // What taking a change has shown to be one, and which records are to be matched anew; once.
  std::vector<Joining> joins() { return std::exchange(joins_, {}); }
  std::vector<RecordKey> wakes() { return std::exchange(wakes_, {}); }
  // Those of whom a person is asked whether they are that one.
  Result<std::vector<Family*>> in_question_with(const Family&);
  // Those that are to be made one, as they are by now (regroup.cpp).
  Result<std::vector<Family*>> parts_of(const Joining&);
  // Whether golden records may be made one with nobody asked, or as a person has said (regroup.cpp).
  Result<bool> may_join(const Joining&);

 private:
  struct Doubt {  // it may be that golden record, and a person is asked
    Family* family;
    std::string code, message;
  };
  struct Found {
    enum class Kind { Golden, New, Doubtful, Nobody, Again } kind = Kind::New;
    Family* family = nullptr;
    std::vector<Doubt> doubts{};
    bool judged = false;  // by what the record says
  };
  struct Judged {
    std::vector<Family*> same;
    std::vector<Doubt> asked;
  };
  // Which golden record a change is about (find.cpp).
  Result<Found> find(const mapping::Mapping&, const Change&, const Values&);
  Result<Found> find_by_rules(const mapping::Mapping&, const Change&, const Values&, Family* own, Family* named);
  Result<Judged> judge(const model::Entity&, const Change&, const Values&, Family* own, Family* named,
                       const std::map<std::string, std::string>& answered);
  Result<void> answered_by_rules(const std::vector<ReviewRow>& asked, const Family* same, const std::vector<Doubt>&,
                                 const Change&);
  Result<bool> ask_whether(const Doubt&, const RecordKey&);  // false: it has been answered
  Result<void> ask_about_merged(const Change&);
  Result<void> keep_questions(Family&, const std::vector<Doubt>&, const Change&);
  Result<void> withdraw(const Question&, const Cause&);
  Result<void> settle_in_question(Family&, const Cause&);
  Result<void> ask_no_more(Family&, const Change&);

  Result<void> look_again(Family& child, const RecordKey&, const Cause&);
  void applied(const Family&, const Cause&, std::string_view trigger, Values);  // attests what became golden
  // Events (settle.cpp).
  void set_anew(Family&, const Golden& before, const Cause&, std::string_view rule, Values set);
  void no_longer_so(Family&, const Cause&);
  void fire(Family&, const Golden* before, const Cause&);
  void let_go(Family&, bool in_use);
  void remember(const Change&, const Family&, const Link& before, const Merged&, bool made);
  bool undated(const Change&, const Link& before, bool fresh, const Merged&) const;
  Instant leaves_at(const Delivery&) const;
  Result<void> judged_anew(Family&, const std::vector<Doubt>&, const Change&);
  Result<bool> is_older(const mapping::Mapping&, const Change&);
  Result<Fate> take_as(const mapping::Mapping&, const Change&);
  Result<Fate> lost(const Change&);
  Result<Fate> left(const mapping::Mapping&, const Change&);
  Result<Fate> unjudged(const mapping::Mapping&, const Change&, const std::vector<mapping::FieldError>&);
  void keep_left(const mapping::Mapping&, const RecordKey&, const Family&);
  Result<void> detach(Family&, const Link&, const Change&, std::string_view outcome);
  Result<bool> under_way(const Change&);
  void keep_errors(const mapping::Mapping&, const Change&, const Family*, const std::vector<mapping::FieldError>&);
  void keep_foreign(const Change&, Family&, const std::vector<Foreign>&);
  // What is asked about a write to that field of that record is settled otherwise.
  Result<void> withdraw_foreign(const RecordKey&, const FieldName&);
  Result<void> withdraw_overtaken(const Family&);
  // What is asked about a field where systems contradict each other (conflict.cpp).
  Result<void> keep_conflicts(Family&, const Golden* before);
  ReviewRow conflict_row(const Family&, const FieldName&, const std::string& id, Instant since) const;
  void keep_not_derived(const Family&, const Golden* before);  // derive.cpp
  Result<void> no_longer_left(Family&, const RecordKey&, const Link& before, const std::vector<FieldName>& took);
  // What follows when a record is deleted (deleted.cpp).
  void follow_delete(Family&, const Change&, const Link& deleted);
  void ask_about_delete(Family&, const RecordKey&, const std::string& code);
  Result<void> no_longer_deleted(Family&, bool came_back);

  const model::Hub& hub_;
  Store& store_;
  Keys& keys_;
  Random& random_;
  const Stage& stage_;
  Work& work_;
  Instant now_;
  std::vector<Joining> joins_;
  std::vector<RecordKey> wakes_;
};

std::string about(const RecordKey&);  // "system/object/record"
// The golden id that a record names, "" when it names none.
std::string hub_id_in(const mapping::Mapping&, const model::System&, const Json& record);

// The id of a dead letter or a review is a function of what it is about, so that the same question is asked once.
std::string question_id(char kind, std::string_view about, Keys&);
std::string left_letter_id(const RecordKey&, Keys&);  // of a record that is no longer what it is linked as
// What is asked where another record has the value.
std::string unique_question(const GoldenId&, const SystemName&, const FieldName&, Keys&);
std::string letter_id(DeliveryId, Keys&);                                 // of a delivery that is dead
std::string derived_letter_id(const GoldenId&, const FieldName&, Keys&);  // of a field that cannot be made
std::string match_question(const RecordKey&, const GoldenId&, Keys&);     // whether the record is that one's

}  // namespace linchpin::engine
