// Where the readers and rules of the hub files put what they find, so that all mistakes are told in one go.
#pragma once

#include <string>
#include <vector>

#include "model/hub.hpp"

namespace linchpin::model {

class Findings {
 public:
  void mistake(Code code, const Place& at, std::string what, std::string fix = {}) { add(code, at, what, fix, false); }
  void warning(Code code, const Place& at, std::string what, std::string fix = {}) { add(code, at, what, fix, true); }
  void mistake(Error error) { all_.push_back({std::move(error), false}); }

  bool has_mistakes() const;
  // In order of file, line and column; one that was found twice stands once.
  std::vector<Finding> sorted() const;

 private:
  void add(Code code, const Place& at, std::string& what, std::string& fix, bool warning) {
    all_.push_back({Error{code, std::move(what), at, std::move(fix)}, warning});
  }
  std::vector<Finding> all_;
};

}  // namespace linchpin::model
