// What a merge and a split of golden records have in common: records go from one to another with all that hangs on
// them, and what a person has said of them is kept for good. All of it is in the work of one commit.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "engine/work.hpp"
#include "model/hub.hpp"

namespace linchpin::engine {

class Regroup {
 public:
  Regroup(const model::Hub& hub, Store& store, Keys& keys, Work& work, std::string by, Instant now)
      : hub_(hub), store_(store), keys_(keys), work_(work), by_(std::move(by)), now_(now) {}

  // Links, with the keys by which they are found; updates that wait or are under way; dead letters, and questions about
  // what a record says. Creates and operations stay where they are.
  Result<void> move(Family& from, Family& to, const std::set<RecordKey>&);

  // An operation that goes along all the same, dead or not yet asked for.
  Result<void> move_operation(Family& from, Family& to, const Delivery&);

  // A person's word on whether the record is that golden record's: outlives every rematch, and whatever was said
  // before.
  Result<void> decide(const RecordKey&, const Family&, bool the_same);

  // Who waits to know whether he is `of` may be `other` as well, or instead; `accepted`: and who was said to be and is
  // not linked yet.
  Result<void> ask_of_too(const Family& of, const Family& other, bool accepted);

  // Of what is open between it and another, one question is left; what it is asked about its own records is answered.
  Result<void> ask_once(Family&);

  // What was left blank since another record had the value is sent again if it still differs, and asked about anew.
  Result<void> ask_anew_of_unique(Family&);

  // What its records were given that nobody in it says was given for others, and is nobody's word.
  void lend(Family&);

  struct InFlight {
    SystemName system;
    DeliveryId delivery;
    GoldenId from, to;
  };
  const std::vector<InFlight>& in_flight() const { return in_flight_; }  // what was under way and went along
  const std::set<RecordKey>& waiting() const { return waiting_; }        // records to be matched anew

 private:
  Result<void> move_questions(Family& from, Family& to, const std::set<RecordKey>&);
  Result<void> move_letter(DeadLetterRow, const Family& from, const Family& to);

  const model::Hub& hub_;
  Store& store_;
  Keys& keys_;
  Work& work_;
  std::string by_;
  Instant now_;
  std::vector<InFlight> in_flight_;
  std::set<RecordKey> waiting_;
};

std::set<RecordKey> records_of(const Family&);

// What cannot go from one golden record to another while its outcome is open: a record that is being made, and a
// question that has been asked.
bool is_being_made(const Delivery&);
bool is_making(const Family&);
// A veto stands between something that the two hold.
bool vetoed(const model::Entity&, const Family&, const Family&);

}  // namespace linchpin::engine
