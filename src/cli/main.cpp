// The program and its commands.
#include <malloc.h>

#include "base/log.hpp"
#include "cli/command.hpp"
#include "vault/process.hpp"

namespace {

using namespace linchpin;

// glibc gives each thread a heap of its own, up to eight for each processor, and each keeps what its thread has freed.
// The hub's threads mostly wait: two heaps are enough, and half the memory.
void bound_heaps() { ::mallopt(M_ARENA_MAX, 2); }

}  // namespace

int main(int argc, char** argv) {
  bound_heaps();
  if (const Result<void> guarded = vault::guard_process(); !guarded)
    log::warn("the process's memory is not guarded", {{"error", guarded.error()}});
  cli::Program program("linchpin", "Keeps a firm's systems in agreement with one golden record.");
  program.version(LINCHPIN_VERSION);
  cli::add_init(program);
  cli::add_check(program);
  cli::add_docs(program);
  cli::add_discover(program);
  cli::add_connect(program);
  cli::add_run(program);
  cli::add_plan(program);
  cli::add_apply(program);
  cli::add_revert(program);
  cli::add_pause(program);
  cli::add_resume(program);
  cli::add_sync(program);
  cli::add_reconcile(program);
  cli::add_map(program);
  cli::add_transform(program);
  cli::add_match(program);
  cli::add_explain(program);
  cli::add_pin(program);
  cli::add_dead_letters(program);
  cli::add_review(program);
  cli::add_app(program);
  cli::add_audit(program);
  cli::add_sandbox(program);
  cli::add_sim(program);
  cli::add_bench(program);
  return program.run({argv + 1, argv + argc});
}
