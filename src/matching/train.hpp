// Training: the weights under which labelled pairs are most likely, held towards nothing where there is little to learn
// from (ridge). The same records give the same model, to the bit.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "matching/looks.hpp"

namespace linchpin::matching {

using Truth = std::map<RecordId, std::string>;  // who the record is of

struct Lesson {
  const Book* book;
  const Truth* truth;
};
// Several books may be learnt from at once. InvalidArgument where there are too few pairs of either kind.
Result<Model> train(const std::vector<Lesson>&);

}  // namespace linchpin::matching
