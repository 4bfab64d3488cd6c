// The hub's folder for the end-to-end job (traffic.hpp): webhooks whose events carry the record, one entity, two sinks.
// Connectors of its own, in its folder, since no vendor takes thousands of calls a second. All that the line does is
// on: matching by link and by rules, owners and recency, blind keys, sealing, the audit log.
#pragma once

#include <map>
#include <string>

namespace linchpin::bench {

struct JobHub {
  std::string source_url, sink_urls[2];
  std::string public_url;
  int sink_batch = 1;  // records in one POST
};
// File → text. Secrets come from BENCH_TOKEN, BENCH_WEBHOOK_SECRET, BENCH_MASTER, BENCH_MATCH and BENCH_LOG.
std::map<std::string, std::string> job_hub_files(const JobHub&);

}  // namespace linchpin::bench
