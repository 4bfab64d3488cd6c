#include "server/http.hpp"

#include "base/log.hpp"
#include "server/answer_head.hpp"
#include "server/framing.hpp"

// Beast 1.74 asserts that more than one byte comes at a time of a chunked body's end ("0\r\n", "\r", "\n"); without the
// assertion it reads it rightly, and with it one client could end the program.
#define BOOST_DISABLE_ASSERTS
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstring>
#include <ctime>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace linchpin::server {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;
using Socket = net::generic::stream_protocol::socket;
using Ticks = std::chrono::steady_clock;

constexpr milliseconds idle_time{60'000};   // between two requests of a connection
constexpr milliseconds linger_time{2'000};  // for the peer to read the last answer before the connection goes
constexpr std::size_t joined_bytes = 4096;  // a body up to here is written in one piece with its head

// Beast's parser, which gives what it reads straight to a Request.
class Parser final : public http::basic_parser<true> {
 public:
  Request request;
  bool old = false;  // HTTP/1.0

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int version, error_code&) override {
    old = version < 11;
    request.method.assign(method.data(), method.size());
    request.url.assign(target.data(), target.size());
    request.headers.reserve(12);
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(http::field, string_view name, string_view value, error_code& ec) override {
    if (head_done_) {
      ec = http::error::bad_field;  // a trailer: headers are judged before the body
      return;
    }
    request.headers.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
  }
  void on_header_impl(error_code&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    // What is claimed is not yet sent: memory follows what comes.
    request.body.reserve(std::min<std::size_t>(length.value_or(0), 64u << 10));
  }
  std::size_t on_body_impl(string_view piece, error_code&) override {
    request.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& ec) override {
    if (!extensions.empty()) ec = http::error::bad_chunk_extension;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, error_code&) override {
    request.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(error_code&) override {}

  bool head_done_ = false;
};

struct Shared {
  ServerLimits limits;
  Handler handler;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> body_bytes{0};  // of requests in hand
};

class Connection;

// One thread's part: its loop, its connections, and the answers that other threads bring to it.
struct Worker {
  explicit Worker(std::shared_ptr<Shared> s) : shared(std::move(s)) {}
  void deliver(const std::shared_ptr<Connection>&, Answer);
  void take_delivered();
  void sweep();  // ends what is overdue, and comes back
  void end();    // no handler and no delivery after it. The loop's thread is gone

  net::io_context io{1};
  std::shared_ptr<Shared> shared;
  net::steady_timer timer{io};
  std::vector<Connection*> open;
  std::string date;  // the Date header's line
  bool stopping = false;

  std::mutex mutex;  // guards the two below
  bool closed = false;
  std::vector<std::pair<std::shared_ptr<Connection>, Answer>> delivered;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(std::shared_ptr<Worker> worker) : socket(worker->io), worker_(std::move(worker)) {
    worker_->shared->connections.fetch_add(1, std::memory_order_relaxed);
  }
  ~Connection() { worker_->shared->connections.fetch_sub(1, std::memory_order_relaxed); }

  Socket socket;

  void start() {
    place_ = worker_->open.size();
    worker_->open.push_back(this);
    buffer_ = std::make_unique_for_overwrite<char[]>(capacity());
    due_in(limits().header_time);
    advance();
  }
  void expire(Ticks::time_point now) {
    if (now < due_) return;
    if (phase_ == Phase::Body || (phase_ == Phase::Head && end_ > 0)) {
      overdue_ = true;
      due_ = Ticks::time_point::max();
      error_code ignored;
      socket.cancel(ignored);  // the read that is under way comes back and answers
    } else {
      close();
    }
  }
  void close() {
    if (phase_ == Phase::Closed) return;
    phase_ = Phase::Closed;
    worker_->shared->body_bytes.fetch_sub(std::exchange(counted_, 0), std::memory_order_relaxed);
    worker_->open.back()->place_ = place_;
    std::swap(worker_->open[place_], worker_->open.back());
    worker_->open.pop_back();
    error_code ignored;
    socket.close(ignored);
  }
  void answer(Answer answer) {
    if (phase_ != Phase::Handling) return;
    worker_->shared->body_bytes.fetch_sub(std::exchange(counted_, 0), std::memory_order_relaxed);
    if (answer.status == 0) return close();
    if (answer.status < 200 || answer.status > 599) answer = {.status = 500, .headers = {}, .body = {}};
    write(std::move(answer));
  }
  const std::shared_ptr<Worker>& worker() const { return worker_; }

 private:
  enum class Phase { Head, Body, Handling, Writing, Lingering, Closed };

  const ServerLimits& limits() const { return worker_->shared->limits; }
  std::size_t capacity() const { return limits().header_bytes; }
  void due_in(milliseconds time) { due_ = Ticks::now() + time; }

  void read() {
    if (begin_ > 0 && end_ == capacity()) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      seen_ -= std::min(seen_, begin_);
      line_ -= std::min(line_, begin_);
      begin_ = 0;
    }
    socket.async_read_some(net::buffer(buffer_.get() + end_, capacity() - end_),
                           [self = shared_from_this()](error_code ec, std::size_t count) { self->on_read(ec, count); });
  }
  void on_read(error_code ec, std::size_t count) {
    if (worker_->stopping || phase_ == Phase::Closed) return close();
    if (overdue_) return refuse(408);
    if (ec) return close();
    if (phase_ == Phase::Head && begin_ == end_) due_in(limits().header_time);
    end_ += count;
    advance();
  }

  void advance() {
    if (begin_ == end_) {
      begin_ = end_ = seen_ = 0;
      return read();
    }
    if (phase_ == Phase::Head) return take_head();
    take_body();
  }

  void take_head() {
    // Line by line, so that a head without proper line ends is refused at once and not after header_time.
    const char* data = buffer_.get();
    std::size_t head_end = 0, line = std::max(line_, begin_);
    while (const void* found = std::memchr(data + std::max(seen_, line), '\n', end_ - std::max(seen_, line))) {
      const std::size_t at = static_cast<std::size_t>(static_cast<const char*>(found) - data);
      if (at == line || data[at - 1] != '\r') return refuse(400);
      seen_ = at + 1;
      if (at - line == 1) {
        head_end = at + 1;
        break;
      }
      line = at + 1;
    }
    if (head_end == 0) {
      if (end_ - begin_ == capacity()) return refuse(431);
      seen_ = end_;
      line_ = line;
      return read();
    }

    const std::string_view head(data + begin_, head_end - begin_);
    const Result<Framing> framing = judge(head);
    if (!framing) return refuse(400);
    if (framing->length.value_or(0) > limits().body_bytes) return refuse(413);
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(static_cast<std::uint32_t>(capacity()));
    parser_->body_limit(limits().body_bytes);
    error_code ec;
    const std::size_t taken = parser_->put(net::buffer(head.data(), head.size()), ec);
    // The two readers must agree on where the head ends and on how long the body is.
    if ((ec && ec != http::error::need_more) || taken != head.size() || !parser_->is_header_done() ||
        parser_->chunked() != framing->chunked)
      return refuse(400);
    begin_ = seen_ = head_end;
    line_ = 0;
    if (parser_->is_done()) return handle();
    phase_ = Phase::Body;
    due_in(limits().body_time);
    if (framing->expects_continue && begin_ == end_) return say_continue();
    advance();
  }

  void say_continue() {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    error_code ec;
    // 25 bytes into an empty send buffer: a peer for whom they do not fit is not worth a wait.
    if (socket.write_some(net::buffer(go_on), ec) != go_on.size()) return close();
    advance();
  }

  void take_body() {
    error_code ec;
    const std::size_t before = parser_->request.body.size();
    const std::size_t taken = parser_->put(net::buffer(buffer_.get() + begin_, end_ - begin_), ec);
    begin_ += taken;
    const std::size_t grown = parser_->request.body.size() - before;
    counted_ += grown;
    const std::size_t in_hand = worker_->shared->body_bytes.fetch_add(grown, std::memory_order_relaxed) + grown;
    if (ec == http::error::body_limit) return refuse(413);
    if (ec && ec != http::error::need_more) return refuse(400);
    if (in_hand > limits().bodies_bytes) return refuse(503);
    if (parser_->is_done()) return handle();
    if (begin_ == end_) return advance();
    if (end_ - begin_ == capacity()) return refuse(400);  // a chunk's size line as long as a head
    read();
  }

  void handle() {
    struct Pending {
      std::shared_ptr<Connection> connection;
      std::atomic<bool> done{false};
      void answer(Answer a) {
        if (!done.exchange(true)) connection->worker()->deliver(connection, std::move(a));
      }
      ~Pending() {
        try {
          answer({.status = 0, .headers = {}, .body = {}});
        } catch (...) {  // out of memory: the connection stays until the server ends
        }
      }
    };
    phase_ = Phase::Handling;
    due_ = Ticks::time_point::max();
    keep_alive_ = parser_->keep_alive() && !parser_->old;
    head_only_ = parser_->request.method == "HEAD";
    Request request = std::move(parser_->request);
    parser_.reset();
    auto pending = std::make_shared<Pending>(shared_from_this());
    try {
      worker_->shared->handler(std::move(request), [pending](Answer a) { pending->answer(std::move(a)); });
    } catch (...) {
      log::error("a request's handler threw");
      pending->answer({.status = 500, .headers = {}, .body = {}});
    }
  }

  void refuse(int status) {
    overdue_ = false;
    keep_alive_ = false;
    head_only_ = false;
    parser_.reset();
    phase_ = Phase::Handling;
    answer({.status = status, .headers = {}, .body = {}});
  }

  void write(Answer answer) {
    out_.clear();
    body_.clear();
    append_head(out_, answer, worker_->date, keep_alive_);
    if (!head_only_ && has_body(answer.status)) {
      if (answer.body.size() <= joined_bytes)
        out_.append(answer.body);
      else
        body_ = std::move(answer.body);
    }
    phase_ = Phase::Writing;
    written_ = 0;
    write_more();
  }
  void write_more() {
    due_in(limits().body_time);  // for each step of the peer's, not for a whole large answer
    const std::size_t of_head = std::min(written_, out_.size()), of_body = written_ - of_head;
    const std::array<net::const_buffer, 2> rest{net::buffer(out_.data() + of_head, out_.size() - of_head),
                                                net::buffer(body_.data() + of_body, body_.size() - of_body)};
    socket.async_write_some(
        rest, [self = shared_from_this()](error_code ec, std::size_t count) { self->on_written(ec, count); });
  }
  void on_written(error_code ec, std::size_t count) {
    if (worker_->stopping || phase_ == Phase::Closed || ec) return close();
    written_ += count;
    if (written_ < out_.size() + body_.size()) return write_more();
    if (body_.capacity() > joined_bytes) std::string().swap(body_);
    if (!keep_alive_) {
      phase_ = Phase::Lingering;
      due_in(linger_time);
      socket.shutdown(Socket::shutdown_send, ec);
      return linger();
    }
    phase_ = Phase::Head;
    due_in(begin_ == end_ ? idle_time : limits().header_time);
    advance();
  }

  // Closing with unread bytes would reset the connection, and the peer might lose the answer: read on, and forget.
  void linger() {
    socket.async_read_some(net::buffer(buffer_.get(), capacity()),
                           [self = shared_from_this()](error_code ec, std::size_t) {
                             if (self->worker_->stopping || self->phase_ == Phase::Closed || ec) return self->close();
                             self->linger();
                           });
  }

  std::shared_ptr<Worker> worker_;
  std::size_t place_ = 0;  // in worker_->open
  Phase phase_ = Phase::Head;
  Ticks::time_point due_ = Ticks::time_point::max();
  bool overdue_ = false, keep_alive_ = true, head_only_ = false;

  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what has come and is not taken
  std::size_t seen_ = 0, line_ = 0;  // of a head that is not whole: searched up to, and where its last line begins
  std::optional<Parser> parser_;
  std::size_t counted_ = 0;

  std::string out_, body_;
  std::size_t written_ = 0;
};

void Worker::deliver(const std::shared_ptr<Connection>& connection, Answer answer) {
  if (io.get_executor().running_in_this_thread()) return connection->answer(std::move(answer));
  const std::lock_guard lock(mutex);
  if (closed) return;
  delivered.emplace_back(connection, std::move(answer));
  // One wake for all that come before it is served: an inbox's commit answers many senders at once.
  if (delivered.size() == 1) net::post(io, [this] { take_delivered(); });
}
void Worker::take_delivered() {
  std::vector<std::pair<std::shared_ptr<Connection>, Answer>> all;
  {
    const std::lock_guard lock(mutex);
    all.swap(delivered);
  }
  for (auto& [connection, answer] : all) connection->answer(std::move(answer));
}

void Worker::sweep() {
  // RFC 9110 section 6.6.1.
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  char text[48];
  const std::size_t size =
      std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime_r(&now, &utc));
  date.assign(text, size);

  const auto ticks = Ticks::now();
  for (std::size_t i = open.size(); i-- > 0;) open[i]->expire(ticks);  // one that closes gives its place to the last
  const milliseconds finest = std::min(shared->limits.header_time, shared->limits.body_time) / 4;
  timer.expires_after(std::clamp(finest, milliseconds(10), milliseconds(500)));
  timer.async_wait([this](error_code ec) {
    if (!ec && !stopping) sweep();
  });
}

void Worker::end() {
  std::vector<std::pair<std::shared_ptr<Connection>, Answer>> undelivered;
  {
    const std::lock_guard lock(mutex);
    closed = true;
    undelivered.swap(delivered);
  }
  timer.cancel();
  while (!open.empty()) open.back()->close();
  io.restart();
  io.poll();  // what was under way comes back cancelled and lets go of its connection
}

// Accepts, over TCP or a Unix socket, and owns the threads.
template <class Protocol>
class Listener final : public HttpServer {
 public:
  Listener(std::shared_ptr<Shared> shared, int threads) : shared_(std::move(shared)) {
    for (int i = 0; i < std::max(threads, 1); ++i) workers_.push_back(std::make_shared<Worker>(shared_));
    acceptor_.emplace(workers_.front()->io);
    retry_.emplace(workers_.front()->io);
  }
  ~Listener() override {
    for (const auto& worker : workers_) worker->io.stop();
    for (std::thread& thread : threads_) thread.join();
    for (const auto& worker : workers_) worker->stopping = true;
    error_code ignored;
    acceptor_->close(ignored);
    retry_->cancel();
    for (const auto& worker : workers_) worker->end();
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  Result<void> listen(const typename Protocol::endpoint& endpoint, const std::string& name) {
    constexpr bool local = std::is_same_v<Protocol, net::local::stream_protocol>;
    error_code ec;
    acceptor_->open(endpoint.protocol(), ec);
    if constexpr (!local)
      if (!ec) acceptor_->set_option(net::socket_base::reuse_address(true), ec);
    if (!ec) acceptor_->bind(endpoint, ec);
    if (ec) return cannot_listen(name);
    if constexpr (local) {
      path_ = name;
      // Between bind and listen: nobody can connect before the mode is right.
      if (::chmod(name.c_str(), 0600) != 0) return cannot_listen(name);
    }
    acceptor_->listen(1024, ec);
    if (ec) return cannot_listen(name);
    address_ = name;
    if constexpr (!local) {
      const auto bound = acceptor_->local_endpoint(ec);
      const std::string host = bound.address().to_string();
      address_ = (bound.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(bound.port());
    }
    return {};
  }
  void run() {
    accept();
    for (const auto& worker : workers_) {
      worker->sweep();
      threads_.emplace_back([worker] { serve_on(*worker); });
    }
  }
  std::string address() const override { return address_; }

 private:
  static tl::unexpected<Error> cannot_listen(const std::string& name) {
    return fail(Code::UnsafeEndpoint, "cannot listen on " + name, "Choose an address of this machine that is free");
  }

  static void serve_on(Worker& worker) {
    while (!worker.io.stopped()) {
      try {
        worker.io.run();
      } catch (const std::exception&) {  // out of memory: the connection that met it is gone
        log::error("the server's loop threw and goes on");
      }
    }
  }

  void accept() {
    const std::shared_ptr<Worker>& worker = workers_[next_++ % workers_.size()];
    auto connection = std::make_shared<Connection>(worker);
    Socket& socket = connection->socket;
    acceptor_->async_accept(socket, [this, connection = std::move(connection)](error_code ec) mutable {
      if (connection->worker()->stopping || !acceptor_->is_open()) return;
      if (!ec) {
        admit(std::move(connection));
        return accept();
      }
      connection.reset();
      // Out of descriptors, as a rule: at once again would spin.
      retry_->expires_after(milliseconds(50));
      retry_->async_wait([this](error_code cancelled) {
        if (!cancelled) accept();
      });
    });
  }
  void admit(std::shared_ptr<Connection> connection) {
    error_code ignored;
    Socket& socket = connection->socket;
    socket.non_blocking(true, ignored);
    if (shared_->connections.load(std::memory_order_relaxed) > shared_->limits.connections) {
      static constexpr std::string_view full =
          "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      socket.write_some(net::buffer(full), ignored);
      socket.shutdown(Socket::shutdown_send, ignored);
      return;
    }
    if constexpr (!std::is_same_v<Protocol, net::local::stream_protocol>)
      socket.set_option(net::ip::tcp::no_delay(true), ignored);
    net::io_context& io = connection->worker()->io;
    net::post(io, [connection = std::move(connection)] {
      if (!connection->worker()->stopping) connection->start();
    });
  }

  std::shared_ptr<Shared> shared_;
  std::vector<std::shared_ptr<Worker>> workers_;
  std::optional<typename Protocol::acceptor> acceptor_;
  std::optional<net::steady_timer> retry_;
  std::vector<std::thread> threads_;
  std::size_t next_ = 0;
  std::string address_, path_;
};

template <class Protocol>
Result<std::unique_ptr<HttpServer>> start(const typename Protocol::endpoint& endpoint, const std::string& name,
                                          ServerLimits limits, Handler handler, int threads) {
  auto shared = std::make_shared<Shared>();
  shared->limits = limits;
  shared->handler = std::move(handler);
  auto server = std::make_unique<Listener<Protocol>>(std::move(shared), threads);
  TRY(server->listen(endpoint, name));
  server->run();
  return server;
}

Result<net::ip::tcp::endpoint> parse_listen(const std::string& listen) {
  const auto wrong = [] {
    return fail(Code::InvalidArgument, "an address to listen on that is not IP:PORT", "Write it as 127.0.0.1:8480");
  };
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return wrong();
  std::string host = listen.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  std::uint16_t port = 0;
  const char *first = listen.data() + colon + 1, *last = listen.data() + listen.size();
  const auto parsed = std::from_chars(first, last, port);
  error_code ec;
  const auto address = net::ip::make_address(host, ec);
  if (ec || first == last || parsed.ec != std::errc() || parsed.ptr != last) return wrong();
  return net::ip::tcp::endpoint(address, port);
}

tl::unexpected<Error> broken(const std::exception&) {
  return fail(Code::UnsafeEndpoint, "the server could not be started", "Look at the limits of open files and threads");
}

}  // namespace

Result<std::unique_ptr<HttpServer>> serve(const std::string& listen, ServerLimits limits, Handler handler,
                                          int threads) {
  const auto endpoint = TRY(parse_listen(listen));
  try {
    return start<net::ip::tcp>(endpoint, listen, limits, std::move(handler), threads);
  } catch (const std::exception& e) {
    return broken(e);
  }
}

Result<std::unique_ptr<HttpServer>> serve_local(const std::string& path, Handler handler) {
  constexpr std::size_t path_most = 107;  // sockaddr_un, unix(7)
  if (path.empty() || path.size() > path_most)
    return fail(Code::InvalidArgument, "a socket's path that is longer than 107 bytes",
                "Put the hub in a shorter folder");
  try {
    net::io_context io;
    net::local::stream_protocol::socket somebody(io);
    const net::local::stream_protocol::endpoint endpoint(path);
    error_code ec;
    somebody.connect(endpoint, ec);
    if (!ec)
      return fail(Code::UnsafeEndpoint, "another process answers at " + path,
                  "Stop the hub that runs from this folder");
    if (ec == net::error::connection_refused) ::unlink(path.c_str());
    return start<net::local::stream_protocol>(endpoint, path, {}, std::move(handler), 1);
  } catch (const std::exception& e) {
    return broken(e);
  }
}

}  // namespace linchpin::server
