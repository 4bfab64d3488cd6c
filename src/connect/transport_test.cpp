// The client against real sockets: what is sent, how often, and what each way of failing is called.
#include "connect/transport.hpp"

#include "base/crypto.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

namespace linchpin::connect {
namespace {

// A server of bytes: for the n-th request (from 0) it sends what `answer` says, or closes without a word on "".
class Server {
 public:
  explicit Server(std::function<std::string(int)> answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at);
    ::listen(listener_, 16);
    socklen_t size = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  ~Server() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    ::close(listener_);
    thread_.join();
  }
  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url(const std::string& path = "/") const { return "http://" + authority() + path; }
  int requests() const { return requests_; }
  int connections() const { return connections_; }

 private:
  void accept_all() {
    while (!ending_) {
      const int peer = ::accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      ++connections_;
      serve(peer);
      ::close(peer);
    }
  }
  // One connection at a time: a request is whole when its headers and Content-Length bytes are there.
  void serve(int peer) {
    std::string seen;
    char bytes[4096];
    while (!ending_) {
      const auto end = seen.find("\r\n\r\n");
      const auto length = seen.find("Content-Length: ");
      const std::size_t due = end == std::string::npos ? std::string::npos
                              : length < end           ? end + 4 + std::strtoul(seen.c_str() + length + 16, nullptr, 10)
                                                       : end + 4;
      if (end != std::string::npos && seen.size() >= due) {
        seen.erase(0, due);
        const std::string answer = answer_(requests_++);
        if (answer.empty()) return;
        if (::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
        continue;
      }
      timeval patience{0, 500000};
      ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      const auto got = ::recv(peer, bytes, sizeof bytes, 0);
      if (got <= 0) return;
      seen.append(bytes, static_cast<std::size_t>(got));
    }
  }

  std::function<std::string(int)> answer_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_ = false;
  std::atomic<int> requests_ = 0, connections_ = 0;
  std::thread thread_;
};

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nX-Left: 7\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Result<Answer> send(HttpClient& client, Request request, milliseconds timeout = milliseconds(5'000)) {
  std::promise<Result<Answer>> promise;
  client.send(std::move(request), timeout, [&](Result<Answer> result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}
Request post(const std::string& url) { return {"POST", url, {{"Content-Type", "application/json"}}, R"({"a":1})"}; }
std::unique_ptr<HttpClient> client_for(const Server& server, std::size_t most = 16u << 20) {
  return make_http_client({.private_hosts = {server.authority()}, .proxy = {}, .ca_file = {}, .answer_bytes = most});
}
Code code_of(const Result<Answer>& result) { return result ? Code::Internal : result.error().code; }

TEST(Transport, KeepsItsConnectionAndReadsTheAnswer) {
  Server server([](int n) { return ok("answer " + std::to_string(n)); });
  const auto client = client_for(server);
  for (int n = 0; n < 3; ++n) {
    const auto answer = send(*client, n == 1 ? Request{"GET", server.url(), {}, ""} : post(server.url()));
    ASSERT_TRUE(answer) << to_text(answer.error());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "answer " + std::to_string(n));
    ASSERT_NE(find_header(answer->headers, "x-left"), nullptr);
    EXPECT_EQ(*find_header(answer->headers, "x-left"), "7");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(Transport, AnErrorStatusIsAnAnswerAndARedirectIsNotFollowed) {
  Server server([](int n) {
    return n == 0 ? "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
                  : "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";
  });
  const auto client = client_for(server);
  EXPECT_EQ(send(*client, {"GET", server.url(), {}, ""})->status, 302);
  EXPECT_EQ(send(*client, post(server.url()))->status, 503);
}

TEST(Transport, APrivateAddressIsNotCalledUnlessItsHostIsAllowed) {
  Server server([](int) { return ok(""); });
  const auto client = make_http_client({});
  EXPECT_EQ(code_of(send(*client, {"GET", server.url(), {}, ""})), Code::UnsafeEndpoint) << "plain http";
  const std::string port = server.authority().substr(10);
  for (const std::string host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"}) {
    EXPECT_EQ(code_of(send(*client, {"GET", "https://" + host + ":" + port + "/", {}, ""})), Code::UnsafeEndpoint)
        << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(Transport, ARefusedConnectionSentNothing) {
  std::string url, authority;
  {
    Server server([](int) { return ok(""); });
    url = server.url();
    authority = server.authority();
  }
  const auto client = make_http_client({.private_hosts = {authority}, .proxy = {}, .ca_file = {}});
  EXPECT_EQ(code_of(send(*client, post(url))), Code::SystemUnreachable);
}

TEST(Transport, AServerThatDoesNotSpeakTlsGotNothing) {
  Server server([](int) { return ok(""); });
  const auto client = client_for(server);
  EXPECT_EQ(code_of(send(*client, post("https://" + server.authority() + "/"), milliseconds(2'000))),
            Code::SystemUnreachable);
  EXPECT_EQ(server.requests(), 0);
}

TEST(Transport, AConnectionThatEndsWithoutAnAnswerMayHaveDoneIt) {
  Server server([](int) { return ""; });
  const auto client = client_for(server);
  EXPECT_EQ(code_of(send(*client, post(server.url()))), Code::SystemUnavailable);
  EXPECT_EQ(server.requests(), 1);
}

TEST(Transport, AWriteOverAKeptConnectionThatDiesIsNotSentTwice) {
  for (const std::string body : {R"({"a":1})", ""}) {
    Server server([](int n) { return n == 0 ? ok("") : ""; });
    const auto client = client_for(server);
    ASSERT_TRUE(send(*client, {"POST", server.url(), {}, R"({"a":0})"}));
    EXPECT_EQ(code_of(send(*client, {"POST", server.url(), {}, body})), Code::SystemUnavailable);
    EXPECT_EQ(server.requests(), 2) << "a body of " << body.size() << " bytes";
  }
}

TEST(Transport, NoAnswerInTimeMayHaveDoneIt) {
  std::promise<void> end;
  const auto ended = end.get_future().share();
  Server server([&](int) {
    ended.wait();
    return std::string();
  });
  const auto client = client_for(server);
  EXPECT_EQ(code_of(send(*client, post(server.url()), milliseconds(200))), Code::SystemUnavailable);
  end.set_value();
}

TEST(Transport, AnAnswerLargerThanTheCapIsCutOff) {
  Server server([](int) { return ok(std::string(2'000, 'x')); });
  const auto client = client_for(server, 1'000);
  EXPECT_EQ(code_of(send(*client, {"GET", server.url(), {}, ""})), Code::AnswerUnusable);
}

TEST(Transport, ACompressedAnswerIsMeasuredWhenItIsUnpacked) {
  const std::string packed = *from_hex(  // 100,000 digits 0, by gzip
      "1f8b0800000000000203edc13101000000c2a04aeb9fce1a1e40010000000000000000000000000000000000000000000000"
      "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000000000000000000000000000af0685c24dc5a0860100");
  Server server([&](int) {
    return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(packed.size()) +
           "\r\n\r\n" + packed;
  });
  {
    const auto client = client_for(server, 1'000);
    EXPECT_EQ(code_of(send(*client, {"GET", server.url(), {}, ""})), Code::AnswerUnusable);
  }
  const auto client = client_for(server);
  EXPECT_EQ(send(*client, {"GET", server.url(), {}, ""})->body, std::string(100'000, '0'));
}

// `openssl s_server` with a certificate of its own making for 127.0.0.1.
class TlsServer {
 public:
  TlsServer() {
    folder_ = std::filesystem::temp_directory_path() / ("linchpin-tls-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=127.0.0.1 "
        "-addext subjectAltName=IP:127.0.0.1 -keyout " +
        key() + " -out " + certificate() + " 2>/dev/null";
    if (std::system(make.c_str()) != 0) return;
    {
      Server probe([](int) { return std::string(); });  // a port that was free a moment ago
      authority_ = probe.authority();
    }
    child_ = ::fork();
    if (child_ == 0) {
      ::execlp("openssl", "openssl", "s_server", "-quiet", "-www", "-accept", authority_.c_str(), "-cert",
               certificate().c_str(), "-key", key().c_str(), nullptr);
      ::_exit(127);
    }
  }
  ~TlsServer() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }
  bool runs() const { return child_ > 0; }
  const std::string& authority() const { return authority_; }
  std::string certificate() const { return folder_ / "certificate.pem"; }

 private:
  std::string key() const { return folder_ / "key.pem"; }
  std::filesystem::path folder_;
  std::string authority_;
  pid_t child_ = -1;
};

TEST(Transport, ACertificateThatNobodyVouchesForGetsNothing) {
  TlsServer server;
  if (!server.runs()) GTEST_SKIP() << "the openssl command is missing";
  const std::string url = "https://" + server.authority() + "/";
  const auto trusting =
      make_http_client({.private_hosts = {server.authority()}, .proxy = {}, .ca_file = server.certificate()});
  auto answer = send(*trusting, {"GET", url, {}, ""});
  for (int tries = 0; tries < 100 && code_of(answer) == Code::SystemUnreachable; ++tries) {  // until it listens
    std::this_thread::sleep_for(milliseconds(50));
    answer = send(*trusting, {"GET", url, {}, ""});
  }
  ASSERT_TRUE(answer) << to_text(answer.error());
  EXPECT_EQ(answer->status, 200);
  const auto client = make_http_client({.private_hosts = {server.authority()}, .proxy = {}, .ca_file = {}});
  EXPECT_EQ(code_of(send(*client, post(url))), Code::SystemUnreachable);
}

TEST(Transport, ItsEndTellsEveryRequestOnce) {
  std::promise<void> end;
  const auto ended = end.get_future().share();
  Server server([&](int) {
    ended.wait();
    return std::string();
  });
  auto client = client_for(server);
  std::atomic<int> told = 0;
  for (int i = 0; i < 10; ++i) {
    client->send(post(server.url()), milliseconds(10'000), [&](Result<Answer> result) { told += result ? 100 : 1; });
  }
  client.reset();
  EXPECT_EQ(told, 10);
  end.set_value();
}

TEST(Transport, PrivateAndSpecialAddressesAreKnown) {
  const auto is_public = [](const char* text) {
    unsigned char bytes[16];
    const bool v6 = std::string_view(text).find(':') != std::string_view::npos;
    EXPECT_EQ(::inet_pton(v6 ? AF_INET6 : AF_INET, text, bytes), 1) << text;
    return is_public_address({reinterpret_cast<const char*>(bytes), v6 ? 16u : 4u});
  };
  for (const char* text : {"0.0.0.0",
                           "10.1.2.3",
                           "100.64.0.1",
                           "127.0.0.1",
                           "127.255.0.1",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.0.1",
                           "198.18.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd12::1",
                           "ff02::1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "2002:0a00:0001::1",
                           "2001:db8::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
  for (const char* text :
       {"8.8.8.8", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2606:4700::1111", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
  EXPECT_FALSE(is_public_address(""));
}

}  // namespace
}  // namespace linchpin::connect
