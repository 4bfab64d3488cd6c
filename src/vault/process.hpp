// The process that holds keys: what others on the machine may see of its memory.
#pragma once

#include "base/result.hpp"

namespace linchpin::vault {

// No core dumps, no tracing and no /proc/PID/mem by other processes of the same user (PR_SET_DUMPABLE, see prctl(2)),
// and as much locked memory as the system allows (RLIMIT_MEMLOCK). Call it first in main, before any key is read.
Result<void> guard_process();

}  // namespace linchpin::vault
