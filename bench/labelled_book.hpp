// A client book of any size in which it is known who is who: households that share a mailbox, a phone number and an
// address, twins, father and son of one name, people who moved, married or are called by a pet name, slips of the hand.
// From a seed; nobody in it exists. Made apart from the matcher: it shares no code with the comparators.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "matching/train.hpp"

namespace linchpin::bench {

struct LabelledBook {
  std::vector<matching::Record> records;  // of the systems crm, books and idcheck
  matching::Truth truth;
  struct Kin {
    std::string one, other, relation;
  };
  std::vector<Kin> kin;  // who could be taken for whom
};

LabelledBook make_labelled_book(std::uint64_t seed, std::size_t records);

// crm.csv, books.csv, idcheck.csv, truth.csv and relations.csv in the folder.
Result<void> write_labelled_book(const LabelledBook&, const std::filesystem::path& folder);

}  // namespace linchpin::bench
