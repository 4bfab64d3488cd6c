#include "model/secret.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace linchpin::model {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t most_bytes = 64 * 1024;

// Zeroes a text that has held a secret, in a way that the compiler keeps.
struct Wiped {
  std::string text;
  ~Wiped() { explicit_bzero(text.data(), text.size()); }
};

// A command is not repeated: somebody may have written a secret into it.
std::string words_of(const SecretSource& source) {
  if (source.kind == "env") return "the environment variable " + source.locator;
  if (source.kind == "exec") return "what the command gives";
  return (source.kind == "file" ? "the file " : "the credential ") + source.locator;
}

Result<Secret> part_of(Wiped& whole, const SecretSource& source) {
  std::string& text = whole.text;
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  std::string_view part = text;
  const auto controls = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), controls))
    return fail(Code::KeyMissing, words_of(source) + " holds a line end or another control character",
                "Give the secret alone, on one line", source.place);
  if (source.part != SecretSource::Part::Whole) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos)
      return fail(Code::KeyMissing, "the client's secret is not of the form id:secret",
                  "Put both in one text, with a colon between", source.place);
    part = source.part == SecretSource::Part::BeforeColon ? part.substr(0, colon) : part.substr(colon + 1);
  }
  if (part.empty())
    return fail(Code::KeyMissing, words_of(source) + " holds an empty secret", "Give it there", source.place);
  return Secret(part);
}

bool in_git_work_tree(const fs::path& file) {
  std::error_code error;
  for (fs::path folder = file.parent_path(); !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", error)) return true;
    if (folder == folder.root_path()) break;
  }
  return false;
}

// Reads an open file to its end, or to the limit.
bool drain(int fd, std::string& into, std::chrono::milliseconds within) {
  const auto end = std::chrono::steady_clock::now() + within;
  std::array<char, 4096> buffer;
  while (into.size() <= most_bytes) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd waiting{fd, POLLIN, 0};
    if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return false;
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count == 0) {
      explicit_bzero(buffer.data(), buffer.size());
      return true;
    }
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return false;
}

tl::unexpected<Error> not_set(const std::vector<std::string>& variables, const Place& at) {
  if (variables.size() == 1)
    return fail(Code::KeyMissing, "the environment variable " + variables[0] + " is not set",
                "Set it before the hub starts", at);
  std::string names = variables[0];
  for (std::size_t i = 1; i < variables.size(); ++i)
    names += (i + 1 == variables.size() ? " and " : ", ") + variables[i];
  return fail(Code::KeyMissing, "the environment variables " + names + " are not set", "Set them before the hub starts",
              at);
}

std::optional<SecretSource> setting_source(const std::string& text, const Place& at) {
  if (!text.starts_with("env:")) return std::nullopt;
  return SecretSource{"env", text.substr(4), SecretSource::Part::Whole, at};
}

Result<Secret> from_file(const fs::path& named, const SecretSource& source, bool judged) {
  std::error_code error;
  const fs::path path = fs::canonical(named, error);
  const int fd = error ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return fail(Code::KeyMissing, "the file " + named.string() + " cannot be read",
                "Make it, readable by the hub's user alone", source.place);
  struct Closed {
    int fd;
    ~Closed() { ::close(fd); }
  } closed{fd};
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return fail(Code::KeyMissing, named.string() + " is no plain file", {}, source.place);
  if (judged && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(Code::KeyUnsafe, "the file " + named.string() + " can be read by others than its owner",
                "Run: chmod 600 " + named.string(), source.place);
  if (judged && in_git_work_tree(path))
    return fail(Code::KeyUnsafe, "the file " + named.string() + " lies in a git work tree",
                "Move it to where nothing is committed, such as ~/.config/linchpin/", source.place);
  Wiped whole;
  if (!drain(fd, whole.text, std::chrono::seconds(10)))
    return fail(Code::KeyMissing, "the file " + named.string() + " cannot be read, or is larger than 64 KiB", {},
                source.place);
  return part_of(whole, source);
}

Result<Secret> from_command(const SecretSource& source, const std::string& folder) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(Code::KeyMissing, "the command could not be started", {}, source.place);
  const char* path = std::getenv("PATH");
  const char* home = std::getenv("HOME");
  const std::string path_line = std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path);
  const std::string home_line = std::string("HOME=") + (home == nullptr ? "/" : home);
  const std::string where = folder.empty() ? "." : folder;
  const std::string command = source.locator;
  const pid_t child = ::fork();
  if (child == 0) {
    // Only calls that are safe between fork and exec.
    ::setpgid(0, 0);
    const int none = ::open("/dev/null", O_RDWR);
    ::dup2(none, 0);
    ::dup2(ends[1], 1);
    ::dup2(none, 2);
    if (::chdir(where.c_str()) != 0) ::_exit(127);
    const char* arguments[] = {"sh", "-c", command.c_str(), nullptr};
    const char* environment[] = {path_line.c_str(), home_line.c_str(), nullptr};
    ::execve("/bin/sh", const_cast<char**>(arguments), const_cast<char**>(environment));
    ::_exit(127);
  }
  ::close(ends[1]);
  Wiped whole;
  const bool read_all = child > 0 && drain(ends[0], whole.text, std::chrono::seconds(10));
  ::close(ends[0]);
  int status = -1;
  if (child > 0) {
    if (!read_all) ::kill(-child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (!read_all || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(Code::KeyMissing, "the command that gives the secret failed, or took longer than 10 s",
                "Run it by hand to see why", source.place);
  return part_of(whole, source);
}

}  // namespace

Result<SecretSource> parse_secret_source(const std::string& text, const Place& at) {
  const std::size_t colon = text.find(':');
  const std::string kind = colon == std::string::npos ? "" : text.substr(0, colon);
  if (kind == "hashicorp-vault")
    return fail(Code::NotBuilt, "secrets cannot be in HashiCorp Vault yet",
                "Use file:, env:, exec: or credential:", at);
  if ((kind != "file" && kind != "env" && kind != "exec" && kind != "credential") || colon + 1 == text.size())
    return fail(Code::TypeWrong,
                "what stands here does not say where a secret is; a secret itself never stands in a hub file",
                "Write file:PATH, env:NAME, exec:COMMAND or credential:NAME", at);
  return SecretSource{kind, text.substr(colon + 1), SecretSource::Part::Whole, at};
}

Result<fs::path> file_of(const SecretSource& source, const std::string& folder) {
  const fs::path path = source.locator;
  if (!source.locator.starts_with("~/")) return path.is_relative() ? fs::path(folder) / path : path;
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0')
    return fail(Code::KeyMissing, "HOME is not set, and the file " + source.locator + " is in it",
                "Set HOME, or write the whole path", source.place);
  return fs::path(home) / source.locator.substr(2);
}

Result<Secret> resolve(const SecretSource& source, const std::string& folder) {
  if (source.kind == "exec") return from_command(source, folder);
  if (source.kind == "env") {
    const char* value = std::getenv(source.locator.c_str());
    if (value == nullptr) return not_set({source.locator}, source.place);
    Wiped whole{value};
    return part_of(whole, source);
  }
  if (source.kind == "credential") {
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr || source.locator.find('/') != std::string::npos)
      return fail(Code::KeyMissing, "systemd has given no credential " + source.locator,
                  "Add LoadCredential=" + source.locator + ":… to the hub's unit", source.place);
    // systemd's folder is the service's alone; its files' modes are systemd's business.
    return from_file(fs::path(directory) / source.locator, source, false);
  }
  if (source.kind != "file") return fail(Code::KeyMissing, "no source of a secret is named here", {}, source.place);
  return from_file(TRY(file_of(source, folder)), source, true);
}

Result<Resolved> resolve(const Connection& connection, const std::string& folder) {
  Resolved resolved;
  for (const auto& [name, source] : connection.secrets) resolved.secrets[name] = TRY(resolve(source, folder));
  for (const auto& [name, text] : connection.settings) {
    const auto source = setting_source(text, connection.place);
    resolved.settings[name] = source ? std::string(TRY(resolve(*source, folder)).bytes()) : text;
  }
  return resolved;
}

Result<void> variables_set(const Environment& environment) {
  std::vector<SecretSource> sources = {environment.master_key, environment.match_key, environment.log_key};
  for (const auto& password : {environment.store_password, environment.key_store_password})
    if (password) sources.push_back(*password);
  for (const auto& [system, connection] : environment.connections) {
    for (const auto& [name, source] : connection.secrets) sources.push_back(source);
    for (const auto& [name, text] : connection.settings)
      if (const auto source = setting_source(text, connection.place)) sources.push_back(*source);
  }
  std::vector<std::string> missing;
  Place first;
  for (const SecretSource& source : sources) {
    if (source.kind != "env" || std::getenv(source.locator.c_str()) != nullptr) continue;
    if (missing.empty()) first = source.place;
    if (std::find(missing.begin(), missing.end(), source.locator) == missing.end()) missing.push_back(source.locator);
  }
  if (missing.empty()) return {};
  return not_set(missing, first);
}

}  // namespace linchpin::model
