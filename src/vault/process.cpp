#include "vault/process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace linchpin::vault {

Result<void> guard_process() {
  const rlimit no_core{0, 0};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(Code::KeyUnsafe, "the system does not let this process forbid core dumps",
                "Run it where setrlimit and prctl are allowed: a core dump would hold the keys.");
  }
  rlimit locked{};
  if (::getrlimit(RLIMIT_MEMLOCK, &locked) == 0 && locked.rlim_cur < locked.rlim_max) {
    locked.rlim_cur = locked.rlim_max;
    // Without it some keys may lie in pages that can be swapped out; they are still zeroed and left out of dumps.
    ::setrlimit(RLIMIT_MEMLOCK, &locked);
  }
  return {};
}

}  // namespace linchpin::vault
