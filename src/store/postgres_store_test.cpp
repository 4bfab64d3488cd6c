// PostgreSQL's stores under the contract, and what only a server can do: be lost, refuse, come back; and several
// processes on one.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "store/postgres_open.hpp"
#include "store/store_contract.hpp"

namespace linchpin::store {
namespace {

// Debian's PostgreSQL, for this run: tests/program/postgres.py serves until its standard input ends, so it ends with
// us.
class Server {
 public:
  static Server& one() {
    static Server server;
    return server;
  }
  const std::string& url() const { return url_; }
  bool sql(const std::string& text) const {
    const pid_t child = ::fork();
    if (child == 0) {
      ::execlp("psql", "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url_.c_str(), "-o", "/dev/null", "-c",
               text.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0;
  }

 private:
  Server() {
    int in[2], out[2];
    if (::pipe(in) != 0 || ::pipe(out) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      for (const int end : {in[0], in[1], out[0], out[1]}) ::close(end);
      ::execlp("python3", "python3", "tests/program/postgres.py", "serve", nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) url_ += c;
    ::close(out[0]);
    if (url_.empty()) throw std::runtime_error("tests/program/postgres.py did not serve a PostgreSQL");
  }
  ~Server() {
    ::close(to_);
    ::waitpid(child_, nullptr, 0);
  }
  std::string url_;
  pid_t child_ = -1;
  int to_ = -1;
};

PostgresPlaces places(const std::string& address = "here", LeaseTimes lease = {}) {
  return {{Server::one().url(), {}}, std::nullopt, address, lease};
}

// Opens, with the claim taken and its number in use, as whoever starts an engine does.
Files open_active(const PostgresPlaces& at) {
  Files files = must(open_postgres(at));
  if (files.claim->held() == 0) throw std::runtime_error("the claim is not free");
  files.claim->use(files.claim->held());
  return files;
}

void empty_database() {
  ASSERT_TRUE(
      Server::one().sql("SET client_min_messages = warning; DROP SCHEMA IF EXISTS linchpin CASCADE; DROP SCHEMA IF "
                        "EXISTS linchpin_keys CASCADE"));
}

struct PostgresWorld {
  PostgresWorld() {
    empty_database();
    files.emplace(open_active(places()));
  }
  Store& store() { return *files->state.store; }
  AuditStore& audit() { return *files->state.audit; }
  Inbox& inbox() { return *files->inbox; }
  KeyStore& keys() { return *files->keys; }
  void reopen() {
    files.reset();
    files.emplace(open_active(places()));
  }
  std::optional<Files> files;
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, StoreContract, PostgresWorld);

}  // namespace linchpin::store
