// What the process writes to its standard error while this lives: its log, which holds nobody's values.
#pragma once

#include <string>

namespace linchpin::sim {

class Overheard {
 public:
  Overheard();
  ~Overheard();  // the standard error is as it was
  Overheard(const Overheard&) = delete;
  Overheard& operator=(const Overheard&) = delete;
  std::string text() const;

 private:
  int before_ = -1, file_ = -1;
};

}  // namespace linchpin::sim
