// Files that are compiled into the program (cmake/embed.cmake), so that it runs alone: the connectors that come with
// Linchpin, and the hub folder that `linchpin init` lays down. They live as long as the program.
#pragma once

#include <span>
#include <string_view>

namespace linchpin::model {

struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};
std::span<const EmbeddedFile> embedded_connectors();  // connectors/NAME/manifest.yaml, each by its NAME
std::span<const EmbeddedFile> embedded_templates();   // examples/accounting-practice, each by its path below that

}  // namespace linchpin::model
