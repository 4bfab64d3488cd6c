// linchpin audit: that nothing in the audit log was altered, removed or inserted; and its last signed checkpoint. Reads
// one snapshot of the log, so that it works while the hub runs.
#include <iostream>

#include "audit/verify.hpp"
#include "base/file.hpp"
#include "cli/command.hpp"
#include "cli/logged.hpp"
#include "cli/open_hub.hpp"
#include "model/secret.hpp"
#include "vault/keys.hpp"

namespace linchpin::cli {
namespace {

constexpr std::size_t checkpoint_bytes_most = 1u << 20;  // some hundred bytes, and its witnesses

struct Asked : Where {
  std::string verb, since;
};

struct OpenLog {
  std::unique_ptr<engine::AuditStore> store;
  audit::VerifierKey key;
};

Result<OpenLog> open_log(const Where& where) {
  const std::shared_ptr<const model::Hub> hub = TRY(load_hub(where.folder, where.environment));
  const Secret seed = TRY(key_in(hub->environment.log_key, where.folder, "log"));
  return OpenLog{TRY(audit_snapshot(where, *hub)),
                 audit::verifier_key(log_origin(*hub), audit::ed25519_type, vault::log_signing_key(seed).public_key)};
}

Result<std::optional<std::string>> kept_checkpoint(const std::string& path) {
  if (path.empty()) return std::nullopt;
  return TRY(read_file(path, checkpoint_bytes_most));
}

Result<int> verify(const Asked& asked) {
  const std::optional<std::string> earlier = TRY(kept_checkpoint(asked.since));
  const OpenLog log = TRY(open_log(asked));
  const Result<audit::Verified> verified = audit::verify_log(*log.store, log.key, earlier);
  if (!verified && verified.error().code == Code::AuditBroken) {
    if (asked.json)
      std::cout << canonical(Json::object({{"verified", false},
                                           {"code", std::string(code_text(verified.error().code))},
                                           {"message", verified.error().what},
                                           {"remedy", verified.error().fix}}))
                << "\n";
    return tl::unexpected(verified.error());
  }
  const audit::Verified v = TRY(Result<audit::Verified>(verified));
  const std::string root = to_base64(as_text(v.root)), key = to_text(log.key);
  if (asked.json) {
    std::cout << canonical(Json::object({{"verified", true},
                                         {"entries", v.entries},
                                         {"attested", v.attested},
                                         {"waiting", v.waiting},
                                         {"root", root},
                                         {"key", key}}))
              << "\n";
    return 0;
  }
  std::cout << "The audit log verifies: " << v.entries << " entries, " << v.attested
            << " of them under the last signed checkpoint, " << v.waiting << " waiting to be logged.\n"
            << "root " << root << "\n"
            << "key  " << key << "\n";
  if (asked.since.empty())
    std::cout << "It was compared with no earlier checkpoint: whoever holds the log's key could have written another "
                 "history. Keep `linchpin audit DIR checkpoint` elsewhere, and give it with --since.\n";
  return 0;
}

Result<int> checkpoint(const Asked& asked) {
  const OpenLog log = TRY(open_log(asked));
  const auto last = TRY(log.store->last_checkpoint());
  if (!last) return fail(Code::NotFound, "the audit log has no checkpoint yet", "The hub signs one when it runs.");
  if (asked.json)
    std::cout << canonical(Json::object({{"size", last->first}, {"note", last->second}, {"key", to_text(log.key)}}))
              << "\n";
  else
    std::cout << last->second;
  return 0;
}

}  // namespace

void add_audit(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command(
      "audit", "Whether the audit log is whole. Example: linchpin audit my-hub verify --since checkpoint.txt");
  add_where(command, *asked);
  command.option("VERB", asked->verb, "verify, or checkpoint (prints the last signed one)")
      .required()
      .one_of({"verify", "checkpoint"});
  command.option("--since", asked->since, "verify: a checkpoint that you kept, which the log must extend");
  command.runs([asked] { return asked->verb == "verify" ? verify(*asked) : checkpoint(*asked); });
}

}  // namespace linchpin::cli
