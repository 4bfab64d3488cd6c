// PostgreSQL's stores under the contract, and what only a server can do: be lost, refuse, come back; and several
// processes on one.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <deque>
#include <filesystem>

#include "store/audit_contract.hpp"
#include "store/inbox_contract.hpp"
#include "store/keys_contract.hpp"
#include "store/postgres_open.hpp"
#include "store/process_identity.hpp"
#include "store/schema.hpp"
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

// A machine that is busy may take longer than the hub waits for a connection: then as the hub does, once more.
Files opened(const PostgresPlaces& at) {
  for (int tries = 1;; ++tries) {
    Result<Files> files = open_postgres(at);
    if (files || files.error().code != Code::StoreUnavailable || tries == 20) return must(std::move(files));
    ::poll(nullptr, 0, 500);
  }
}

// Opens, with the claim taken and its number in use, as whoever starts an engine does.
Files open_active(const PostgresPlaces& at) {
  Files files = opened(at);
  if (files.claim->held() == 0) throw std::runtime_error("the claim is not free");
  files.claim->use(files.claim->held());
  return files;
}

// As it is when it has just been made; the tables stay, since making forty of them costs as many fsyncs.
void empty_database() {
  ASSERT_TRUE(Server::one().sql(R"(
    DO $$
    DECLARE t record;
    BEGIN
      IF to_regnamespace('linchpin') IS NULL THEN RETURN; END IF;
      FOR t IN SELECT relnamespace::regnamespace::text AS s, relname AS n FROM pg_class
               WHERE relkind = 'r' AND relnamespace IN ('linchpin'::regnamespace, 'linchpin_keys'::regnamespace) LOOP
        IF t.n ~ '^inbox_[0-9]' THEN EXECUTE format('DROP TABLE %I.%I', t.s, t.n);
        ELSIF t.n NOT IN ('version', 'claim', 'lease', 'mark', 'inbox_mark') THEN EXECUTE format('DELETE FROM %I.%I', t.s, t.n);
        END IF;
      END LOOP;
      UPDATE linchpin.claim SET number = 0, last = 0, process = '', address = '';
      UPDATE linchpin.lease SET number = 0, until = '-infinity';
      UPDATE linchpin.mark SET number = 0;
      UPDATE linchpin.inbox_mark SET last = 0;
    END $$)"));
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
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, InboxContract, PostgresWorld);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, AuditContract, PostgresWorld);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, KeysContract, PostgresWorld);

namespace {

Batch meta(const char* key, std::string value) {
  Batch batch;
  batch.metas = {{key, std::move(value)}};
  return batch;
}

template <class Condition>
bool within(std::chrono::milliseconds time, Condition condition) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return true;
}

// Between the store and the server, on a socket of its own. A message with `needle` in it is lost, with its connection:
// before the server has it, or with what the server answers.
class Cutter {
 public:
  enum class Loses { Nothing, Message, Answer };
  Cutter() {
    std::string form = "/tmp/linchpin-cutter-XXXXXX";
    folder_ = ::mkdtemp(form.data());
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    (folder_ + "/.s.PGSQL.5432").copy(at.sun_path, sizeof at.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at);
    ::listen(listener_, 64);
    const std::string& url = Server::one().url();
    const std::size_t begin = url.find('@') + 1;
    for (std::size_t i = begin; i < url.rfind('/');) {
      const bool slash = url.compare(i, 3, "%2F") == 0;
      server_ += slash ? '/' : url[i];
      i += slash ? 3 : 1;
    }
    server_ += "/.s.PGSQL.5432";
    threads_.emplace_back([this] { accept(); });
  }
  ~Cutter() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    threads_.front().join();
    for (std::size_t i = 1; i < threads_.size(); ++i) threads_[i].join();
    ::close(listener_);
    std::filesystem::remove_all(folder_);
  }
  std::string url() const { return "postgresql://linchpin@/hub?host=" + folder_; }
  void lose(Loses what, std::string needle) {
    std::scoped_lock lock(mutex_);
    loses_ = what;
    needle_ = std::move(needle);
  }
  int lost() const { return lost_; }

 private:
  void accept() {
    for (int client = 0; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
      threads_.emplace_back([this, client] { carry(client); });
  }
  Loses judged(std::string_view bytes) {
    std::scoped_lock lock(mutex_);
    if (loses_ == Loses::Nothing || bytes.find(needle_) == std::string_view::npos) return Loses::Nothing;
    ++lost_;
    return std::exchange(loses_, Loses::Nothing);
  }
  void carry(int client) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    server_.copy(to.sun_path, sizeof to.sun_path - 1);
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool open = ::connect(server, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    std::vector<char> bytes(1 << 20);
    while (open && !ending_) {
      pollfd at[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      ::poll(at, 2, 100);
      for (int i = 0; i < 2 && open; ++i) {
        if (at[i].revents == 0) continue;
        const ssize_t got = ::recv(at[i].fd, bytes.data(), bytes.size(), 0);
        open = got > 0;
        const Loses loses = open && i == 0 ? judged({bytes.data(), static_cast<std::size_t>(got)}) : Loses::Nothing;
        if (open && loses != Loses::Message)
          ::send(at[1 - i].fd, bytes.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
        if (loses == Loses::Answer) {
          pollfd answer{server, POLLIN, 0};
          while (::poll(&answer, 1, 300) > 0 && ::recv(server, bytes.data(), bytes.size(), 0) > 0) continue;
        }
        open = open && loses == Loses::Nothing;
      }
    }
    ::close(client);
    ::close(server);
  }

  std::string folder_, server_, needle_;
  int listener_ = -1;
  std::mutex mutex_;
  Loses loses_ = Loses::Nothing;
  std::atomic<int> lost_{0};
  std::atomic<bool> ending_{false};
  std::deque<std::thread> threads_;  // accept() adds to its end while its front is joined
};

TEST(LostConnection, ACommitWhoseAnswerWasLostIsFoundAndOneThatNeverArrivedIsMadeAgain) {
  empty_database();
  Cutter cutter;
  Files files = open_active({{cutter.url(), {}}, std::nullopt, "here", {}});
  Store& store = *files.state.store;
  int position = 0;
  for (const auto loses : {Cutter::Loses::Answer, Cutter::Loses::Message, Cutter::Loses::Answer}) {
    Batch batch = meta("a", "lose-me" + std::to_string(position));
    batch.done = {{Position(++position), 0}};
    cutter.lose(loses, "lose-me");
    must(store.commit(batch));
    EXPECT_EQ(cutter.lost(), position);
    EXPECT_EQ(must(store.meta("a")), batch.metas[0].value);
    EXPECT_EQ(items_done(store, position), (std::set<int>{0}));  // once, and by this commit
  }
}

TEST(LostConnection, AGroupOfTheInboxWhoseAnswerWasLostIsThereOnce) {
  empty_database();
  Cutter cutter;
  Files files = open_active({{cutter.url(), {}}, std::nullopt, "here", {}});
  int appended = 0;
  for (const auto loses : {Cutter::Loses::Answer, Cutter::Loses::Message, Cutter::Loses::Answer}) {
    cutter.lose(loses, "lose-me");
    EXPECT_EQ(must(append_now(*files.inbox, webhook("2026-01-01", "lose-me"))), Position(++appended));
    EXPECT_EQ(cutter.lost(), appended);
    EXPECT_EQ(must(files.inbox->read(Position(0), 10)).size(), static_cast<std::size_t>(appended));
  }
}

TEST(LostConnection, WhatComesAfterItIsServedAgainWithoutAnybodysHelp) {
  PostgresWorld world;
  must(world.store().commit(meta("a", "before")));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Server::one().sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'linchpin %'"));
    must(world.store().commit(meta("a", std::to_string(i))));
    must(append_now(world.inbox(), webhook("2026-01-01", "x")));
  }
  EXPECT_TRUE(within(milliseconds(5000), [&] { return world.store().meta("a").has_value(); }));
  EXPECT_TRUE(within(milliseconds(5000), [&] { return world.inbox().read(Position(0), 10).has_value(); }));
  EXPECT_EQ(must(world.store().meta("a")), "2");
  EXPECT_EQ(must(world.inbox().read(Position(0), 10)).size(), 3u);
}

// The identity of a process that was here.
std::string ended_process() {
  int ends[2];
  if (::pipe(ends) != 0) return "";
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string mine = process_identity();
    ::_exit(::write(ends[1], mine.data(), mine.size()) < 0);
  }
  ::close(ends[1]);
  char text[256] = {};
  if (::read(ends[0], text, sizeof text - 1) < 0) text[0] = 0;
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return text;
}

TEST(Claim, OneThatWasOvertakenCommitsNothingAndIsToldWhoWorks) {
  PostgresWorld first;
  must(first.store().commit(meta("a", "first")));
  Files second = opened(places("there"));
  EXPECT_EQ(second.claim->held(), 0);
  EXPECT_EQ(second.state.store->commit(meta("a", "second")).error().code, Code::NotActive);
  // As after a pause that was longer than the lease. The number keeps it to the first one's.
  const std::string ended =
      "UPDATE linchpin.lease SET until = '-infinity' WHERE number = " + std::to_string(first.files->claim->held());
  ASSERT_TRUE(within(milliseconds(10'000), [&] {
    Server::one().sql(ended);
    return second.claim->held() != 0;
  }));
  second.claim->use(second.claim->held());
  Batch late = meta("a", "late");
  late.done = {{Position(1), 0}};
  const auto refused = first.store().commit(late);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::NotActive);
  EXPECT_NE(refused.error().fix.find("there"), std::string::npos);
  EXPECT_FALSE(first.audit().checkpoint(1, "late"));
  must(second.state.store->commit(meta("b", "second")));
  EXPECT_EQ(must(second.state.store->meta("a")), "first");
  EXPECT_TRUE(items_done(*second.state.store, 1).empty());
  EXPECT_TRUE(within(milliseconds(20'000), [&] { return first.files->claim->held() == 0; }))
      << "when its lease ends, at the latest";
}

TEST(Claim, ACommitOnAStateThatIsNotTheLastIsRefusedAndTheNextOneKnowsIt) {
  PostgresWorld world;
  must(world.store().commit(meta("a", "before")));
  ASSERT_TRUE(Server::one().sql("UPDATE linchpin.claim SET last = 1"));  // a commit that was given up, and landed
  EXPECT_EQ(world.store().commit(meta("a", "lost")).error().code, Code::StoreUnavailable);
  EXPECT_EQ(must(world.store().meta("a")), "before");
  must(world.store().commit(meta("a", "after")));
  EXPECT_EQ(must(world.store().meta("a")), "after");
}

TEST(Claim, IsTakenAtOnceFromAProcessOfThisMachineThatHasEnded) {
  PostgresWorld first;
  const std::int64_t held = first.files->claim->held();
  const std::string number = std::to_string(held);
  // As if another process had made it, and been killed, with a lease of an hour.
  ASSERT_TRUE(Server::one().sql("UPDATE linchpin.claim SET process = '" + ended_process() +
                                "'; UPDATE linchpin.lease SET "
                                "until = clock_timestamp() + interval '1 hour' WHERE number = " +
                                number));
  const Files second = opened(places("there"));
  EXPECT_GT(second.claim->held(), held);
}

TEST(ProcessIdentity, SaysThatOneHasEndedOnlyWhereThatIsSure) {
  const std::string me = process_identity();
  ASSERT_FALSE(me.empty());
  EXPECT_FALSE(has_ended(me));
  EXPECT_TRUE(has_ended(ended_process()));
  EXPECT_FALSE(has_ended(ended_process() + "x")) << "of another boot";
  EXPECT_FALSE(has_ended(""));
  EXPECT_FALSE(has_ended("host:17"));
  const std::string pid = std::to_string(::getpid());
  EXPECT_TRUE(has_ended(pid + ".1" + me.substr(me.find('.', pid.size() + 1)))) << "its id is used again";
}

TEST(Claim, IsFreeAtOnceWhenItsHolderEndsAndItsLeaseEndsByItself) {
  empty_database();
  auto first = std::make_unique<Files>(open_active(places()));
  Files second = opened(places("there", {milliseconds(600), milliseconds(100)}));
  EXPECT_EQ(second.claim->held(), 0);
  const auto before = std::chrono::steady_clock::now();
  first.reset();
  ASSERT_TRUE(within(milliseconds(4000), [&] { return second.claim->held() != 0; }));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(4000));
  // Its thread renews it, and nobody takes it meanwhile; without the thread it would have ended twice.
  const std::int64_t number = second.claim->held();
  Files third = opened(places("elsewhere"));
  std::this_thread::sleep_for(milliseconds(1300));
  EXPECT_EQ(third.claim->held(), 0);
  EXPECT_EQ(second.claim->held(), number);
}

TEST(Claim, ASessionThatStandsStillWithALockInItsHandIsEnded) {
  PostgresWorld world;
  auto stalled = must(Postgres::open({Server::one().url(), {}},
                                     {"linchpin state of a paused process", "linchpin", {}, std::chrono::seconds(10)}));
  must(stalled->script("SET idle_in_transaction_session_timeout = 0; BEGIN; UPDATE inbox_mark SET last = last"));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(must(append_now(world.inbox(), webhook("2026-01-01", "a"))), Position(1));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(15));
}

TEST(Inbox, TwoProcessesAppendAndAReaderMissesNothing) {
  PostgresWorld world;
  Files other = opened(places("there"));
  constexpr int each = 150;
  std::atomic<int> acknowledged = 0;
  std::vector<std::thread> threads;
  for (Inbox* inbox : {&world.inbox(), other.inbox.get()}) {
    threads.emplace_back([&, inbox] {
      for (int i = 0; i < each; ++i)
        acknowledged += append_now(*inbox, webhook(i % 2 ? "2026-01-01" : "2026-01-02", "x")).has_value();
    });
  }
  std::int64_t last = 0;
  bool in_order = true;
  while (last < 2 * each && in_order) {
    const auto entries = world.inbox().read(Position(last), 7);
    if (!entries) break;
    for (const auto& entry : *entries) in_order = in_order && entry.position.number == ++last;
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(last, 2 * each);
  EXPECT_EQ(acknowledged, 2 * each);
}

TEST(Postgres, IsRefusedWhereItWouldAnswerBeforeACommitIsDurable) {
  empty_database();
  ASSERT_TRUE(Server::one().sql("ALTER ROLE linchpin SET synchronous_commit = off"));
  const auto opened = open_postgres(places());
  ASSERT_TRUE(Server::one().sql("ALTER ROLE linchpin RESET synchronous_commit"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::StoreUnavailable);
  EXPECT_NE(opened.error().what.find("synchronous_commit"), std::string::npos);
}

// From now on each commit waits for a standby of that name; "": for none.
void wait_for_standby(const std::string& name) {
  EXPECT_TRUE(Server::one().sql("ALTER SYSTEM SET synchronous_standby_names = '" + name + "'"));
  EXPECT_TRUE(Server::one().sql("SELECT pg_reload_conf()"));
  ::poll(nullptr, 0, 500);
}

// Somebody cancels what waits for a standby that is gone, as people do who want a stuck server to go on: PostgreSQL
// then says that it is done, and warns that it is not where it should be.
TEST(Postgres, WhatItsStandbyDoesNotHaveIsNotStored) {
  empty_database();
  Files files = open_active(places());
  ASSERT_TRUE(files.keys->put({{"g_1", "one"}}));
  wait_for_standby("gone");
  std::atomic<int> over{0};
  std::optional<bool> appended, kept;
  files.inbox->append(webhook("2026-11-24", "s"),
                      [&](const Result<Position>& position) { appended = position.has_value(), ++over; });
  std::thread keeps([&] { kept = files.keys->put({{"g_2", "two"}}).has_value(), ++over; });
  EXPECT_TRUE(within(std::chrono::seconds(60), [&] {
    EXPECT_TRUE(Server::one().sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"));
    return over == 2;
  }));
  wait_for_standby("");
  keeps.join();
  EXPECT_EQ(appended, false);
  EXPECT_EQ(kept, false);
}

TEST(Postgres, ASenderIsToldWhileItWaitsThatTheStandbyIsGone) {
  empty_database();
  Files files = open_active(places());
  wait_for_standby("gone");
  std::atomic<bool> told{false};
  std::optional<bool> appended;
  files.inbox->append(webhook("2026-11-24", "s"),
                      [&](const Result<Position>& position) { appended = position.has_value(), told = true; });
  EXPECT_TRUE(within(std::chrono::seconds(20), [&] { return told.load(); }));
  wait_for_standby("");
  EXPECT_EQ(appended, false);
}

TEST(Postgres, OfANewerVersionIsRefused) {
  {
    PostgresWorld world;
  }
  ASSERT_TRUE(Server::one().sql("UPDATE linchpin.version SET scripts = 999"));
  EXPECT_EQ(open_postgres(places()).error().code, Code::StoreUnavailable);
  ASSERT_TRUE(Server::one().sql("UPDATE linchpin.version SET scripts = " + std::to_string(postgres_schema().size())));
}

TEST(Postgres, KeepsWhateverAVendorCallsItsRecords) {
  PostgresWorld world;
  const std::string strange("a\0\xff'\"b", 6);
  Batch batch;
  LinkRow link = link_row("1", "g_1");
  link.key.record = RecordId(strange);
  batch.links = {link};
  DeadLetterRow letter;
  letter.id = "d1";
  letter.message = strange;
  letter.record.record = RecordId(strange);
  batch.dead_letters = {letter};
  CursorRow cursor;
  cursor.cursor = strange;
  batch.cursors = {cursor};
  must(world.store().commit(batch));
  EXPECT_EQ(must(world.store().links_of(link.key.system, link.key.object, {link.key.record})).size(), 1u);
  EXPECT_EQ(must(world.store().dead_letters()).at(0).message, strange);
  EXPECT_EQ(must(world.store().cursor({}, {}, ""))->cursor, strange);
}

}  // namespace
}  // namespace linchpin::store
