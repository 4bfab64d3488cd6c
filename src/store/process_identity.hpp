// Which process of this machine one is, so that another can tell that it has ended: what a process id alone does not
// say, since ids are used again, and mean another process in another container or after a reboot.
#pragma once

#include <string>

namespace linchpin::store {

// "PID.START.NAMESPACE.BOOT": process id, its start in clock ticks after the boot (proc(5), stat, field 22), the inode
// of its process-id namespace (namespaces(7)), and the boot's random id. Empty where the system does not say them.
std::string process_identity();

// Whether that process has surely ended: it was of this boot and of this namespace, and is there no more. False where
// it cannot be known.
bool has_ended(const std::string& identity);

}  // namespace linchpin::store
