#include "cli/rest.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <charconv>
#include <fstream>
#include <string>

namespace linchpin::cli {

void give_back_heap() { ::malloc_trim(0); }

// A mapping of a file that may be executed and not written holds what the file holds, so nothing is lost. (One that is
// only read may have been written by the loader: it is left alone.)
void give_back_code() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(" r-xp ") == std::string::npos || line.find(" /") == std::string::npos) continue;
    std::uintptr_t from = 0, to = 0;
    const char* const end = line.data() + line.size();
    const char* const dash = std::from_chars(line.data(), end, from, 16).ptr;
    if (dash == end || std::from_chars(dash + 1, end, to, 16).ec != std::errc() || to <= from) continue;
    ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);  // refused of locked memory, which is no loss
  }
}

}  // namespace linchpin::cli
