#include "audit/checkpoint.hpp"

#include <charconv>
#include <vector>

#include "audit/tree.hpp"

namespace linchpin::audit {
namespace {

tl::unexpected<Error> broken(const char* what) {
  return fail(Code::AuditBroken, std::string("the checkpoint is not valid: ") + what,
              "Do not use it. Ask for it again, and keep this one as evidence.");
}

}  // namespace

std::string to_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + to_base64(as_text(checkpoint.root)) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return broken("its last line has no end");
    if (end == 0) return broken("it has an empty line");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return broken("it has fewer than three lines");
  Checkpoint checkpoint;
  checkpoint.origin = std::string(lines[0]);
  const char* const end = lines[1].data() + lines[1].size();
  const auto [read_to, failed] = std::from_chars(lines[1].data(), end, checkpoint.size);
  if (failed != std::errc() || read_to != end || checkpoint.size < 0 || std::to_string(checkpoint.size) != lines[1]) {
    return broken("its size is not a number in plain decimal");
  }
  const auto bytes = from_base64(lines[2]);
  const auto root = bytes ? hash_of_bytes(*bytes) : std::nullopt;
  if (!root) return broken("its root is not canonical base64 of 32 bytes");
  checkpoint.root = *root;
  return checkpoint;
}

Result<Checkpoint> verified_checkpoint(std::string_view note, const VerifierKey& key) {
  const Note verified = TRY(verified_note(note, std::span(&key, 1)));
  Checkpoint checkpoint = TRY(parse_checkpoint(verified.text));
  if (checkpoint.origin != key.name) return broken("it is another log's");
  return checkpoint;
}

}  // namespace linchpin::audit
