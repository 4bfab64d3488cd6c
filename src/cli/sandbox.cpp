// linchpin sandbox: simulated systems over HTTP, each on a port of its own, until SIGTERM or SIGINT.
#include <signal.h>

#include <charconv>
#include <chrono>
#include <iostream>

#include "cli/command.hpp"
#include "connect/transport.hpp"
#include "sandbox/client_book.hpp"
#include "sandbox/service.hpp"
#include "server/http.hpp"

namespace linchpin::cli {
namespace {

struct Options {
  std::vector<std::string> systems;
  std::string listen = "127.0.0.1:9100", limits = "real";
  std::uint64_t seed = 1;
  int clients = 0;
};

// A comparison from outside, or a first load, comes in one body.
constexpr std::size_t body_bytes_most = 64u << 20;

Instant real_time() { return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()); }

// The address of the sandbox at `index`: the ports go upwards from the first, and 0 is any free one.
Result<std::string> address_of(const std::string& listen, std::size_t index) {
  const std::size_t colon = listen.rfind(':');
  unsigned port = 0;
  const char* end = listen.data() + listen.size();
  if (colon == std::string::npos) return listen;  // serve() says what is wrong with it
  const auto [stop, ec] = std::from_chars(listen.data() + colon + 1, end, port);
  if (ec != std::errc() || stop != end || port == 0) return listen;
  if (port + index > 65'535)
    return fail(Code::InvalidArgument, "the ports above the first do not suffice", "Give --listen a lower port");
  return listen.substr(0, colon + 1) + std::to_string(port + index);
}

// What a client on this machine calls: an address that means "all" is none to connect to.
std::string base_url(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return "http://" + host + address.substr(address.rfind(':'));
}

struct Running {
  std::unique_ptr<sandbox::ServedSandbox> sandbox;
  std::unique_ptr<HttpServer> server;  // ends first
};

Result<Running> start(const std::string& system, const Options& options, std::size_t index, HttpClient& client) {
  auto vendor = TRY(sandbox::make_vendor(system, options.seed, *sandbox::parse_limits(options.limits)));
  Running running;
  running.sandbox = std::make_unique<sandbox::ServedSandbox>(std::move(vendor), client, real_time);
  ServerLimits limits;
  limits.body_bytes = body_bytes_most;
  running.server = TRY(server::serve(TRY(address_of(options.listen, index)), limits, running.sandbox->handler()));
  return running;
}

// The invented client book, as each system that keeps people has it.
Result<void> fill(const std::vector<Running>& all, const Options& options) {
  if (options.clients == 0) return {};
  const sandbox::ClientBook book =
      sandbox::make_client_book(options.seed, real_time(), sandbox::client_book_of(options.clients));
  for (const Running& running : all) {
    const std::string& name = running.sandbox->name();
    if (name == "hubspot") TRY(running.sandbox->seed(book.hubspot));
    if (name == "xero") TRY(running.sandbox->seed(book.xero));
  }
  return {};
}

Result<int> run(const Options& options) {
  // Before any thread starts, so that all of them leave the signals to the wait below.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  connect::ClientOptions to_webhooks;
  to_webhooks.private_anywhere = true;  // the hub under test is on this machine, at a port that is told later
  const std::unique_ptr<HttpClient> client = connect::make_http_client(to_webhooks);
  std::vector<Running> all;
  for (const std::string& system : options.systems.empty() ? sandbox::vendor_names() : options.systems)
    all.push_back(TRY(start(system, options, all.size(), *client)));
  TRY(fill(all, options));
  for (const Running& running : all)
    std::cout << running.sandbox->ready_line(base_url(running.server->address())) << std::endl;

  int signal = 0;
  sigwait(&ending, &signal);
  return 0;
}

}  // namespace

void add_sandbox(Command& program) {
  auto options = std::make_shared<Options>();
  Command command = program.command("sandbox",
                                    "Serve simulated systems, with faults on request. Example: linchpin sandbox "
                                    "hubspot xero --listen 127.0.0.1:9100 --seed 7");
  command.option("SYSTEM", options->systems, "hubspot, xero, idcheck (all of them)").one_of(sandbox::vendor_names());
  command.option("--listen", options->listen, "the first one's address; the next ports are the others'")
      .shows_default();
  command.option("--limits", options->limits, "how many calls they allow: the vendor's own, none, or ten times")
      .one_of({"real", "none", "10x"})
      .shows_default();
  command.option("--seed", options->seed, "what the ids and tokens that they make up follow from").shows_default();
  command.option("--clients", options->clients, "people of an invented client book, from the seed, to begin with")
      .between(0, 100'000)
      .shows_default();
  command.runs([options] { return run(*options); });
}

}  // namespace linchpin::cli
