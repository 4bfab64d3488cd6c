#include "cli/ask_hub.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/open_hub.hpp"

namespace linchpin::cli {
namespace {

// A connection to the hub's socket; closed when it goes.
class Line {
 public:
  explicit Line(const std::string& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.size() >= sizeof to.sun_path) return;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    file_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file_ >= 0 && ::connect(file_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      ::close(file_);
      file_ = -1;
    }
  }
  ~Line() {
    if (file_ >= 0) ::close(file_);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  bool open() const { return file_ >= 0; }
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  std::string receive_all() const {
    std::string all;
    char bytes[65536];
    for (ssize_t got = 0; (got = ::recv(file_, bytes, sizeof bytes, 0)) > 0;)
      all.append(bytes, static_cast<std::size_t>(got));
    return all;
  }

 private:
  int file_ = -1;
};

Result<Json> through(const Line& line, const Json& command) {
  const std::string body = canonical(command);
  const std::string request =
      "POST /command HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  const auto cut = [] {
    return fail(Code::SystemUnavailable, "the hub did not answer on its socket", "Is it stopping? Ask again.");
  };
  if (!line.send(request)) return cut();
  const std::string answer = line.receive_all();
  const std::size_t head = answer.find("\r\n\r\n");
  if (head == std::string::npos || answer.size() < 12) return cut();
  const Json json = TRY(parse_json(std::string_view(answer).substr(head + 4)));
  if (answer.compare(9, 3, "200") == 0) return json;
  // The problem's code is one of ours: the same error as if it had been found here.
  return fail(parse_code(json["code"].text()).value_or(Code::Internal), json["detail"].text());
}

}  // namespace

bool hub_runs(const std::string& folder) { return Line(socket_path(folder).string()).open(); }

Result<Json> ask_hub(const Where& where, const Json& command) {
  if (const Line line(socket_path(where.folder).string()); line.open()) return through(line, command);
  OpenHub hub = TRY(open_hub(where));
  SystemClock clock;
  if (!hub.may_change() && !reads_only(command["command"].text())) return hub.standing_by();
  const auto begin = hub.may_change() ? engine::Engine::start : engine::Engine::watch;
  const std::unique_ptr<engine::Engine> engine = TRY(begin(hub.hub, hub.world(*hub.files->inbox), clock.now()));
  return engine->ask(command, clock.now());
}

}  // namespace linchpin::cli
