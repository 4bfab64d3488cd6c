// Where secrets are, and getting them when the hub starts. A secret never stands in a hub file.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/crypto.hpp"
#include "base/result.hpp"
#include "model/hub.hpp"

namespace linchpin::model {

// "file:~/.config/x" and the like. No error holds the text: it may be the secret itself.
Result<SecretSource> parse_secret_source(const std::string& text, const Place&);

// Of a file: source, the file: `~/` is the home, and what is relative starts at the hub's folder. KeyMissing where the
// process is told of no home.
Result<std::filesystem::path> file_of(const SecretSource&, const std::string& folder);

// Reads it. `folder` is the hub's: where a relative file: starts and exec: runs.
//   file:        refused (KeyUnsafe) when others or the group may read it, or when it lies in a git work tree
//   env:         from the process's environment
//   exec:        the standard output of `sh -c`, within 10 s, with only PATH and HOME in its environment
//   credential:  $CREDENTIALS_DIRECTORY/NAME (systemd's LoadCredential=)
// One line end at the end is not part of a secret. At most 64 KiB; an empty one, and one with a line end or another
// control character in it, is KeyMissing: it could only be a slip, and in a header a second line would be another
// header.
Result<Secret> resolve(const SecretSource&, const std::string& folder);

// A connection with its secrets read. A setting that is written as env:NAME is read from there too (a sandbox's tenant
// is known only when it runs); any other is itself.
struct Resolved {
  std::map<std::string, Secret> secrets;
  std::map<std::string, std::string> settings;
};
Result<Resolved> resolve(const Connection&, const std::string& folder);

// Names in one error every variable of the process's environment that the hub's environment needs and that is not set.
Result<void> variables_set(const Environment&);

}  // namespace linchpin::model
