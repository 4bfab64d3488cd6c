// What the audit log has of somebody: which exchange brought a value, and which one told a system of it. The log is
// kept when the inbox has been forgotten.
#pragma once

#include <memory>

#include "cli/command.hpp"
#include "engine/ports.hpp"
#include "model/hub.hpp"

namespace linchpin::cli {

// The log as it stands now, beside a hub that may be running.
Result<std::unique_ptr<engine::AuditStore>> audit_snapshot(const Where&, const model::Hub&);

// What a hub has explained, with the exchanges of its chains as the log has them: "exchange" of a step. A step of which
// the log has none, or several that cannot be told apart, is left as it is.
Json with_exchanges(Json explained, engine::AuditStore&);

}  // namespace linchpin::cli
