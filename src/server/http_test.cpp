#include "server/http.hpp"

#include "base/crypto.hpp"
#include "server/raw_client.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

namespace linchpin::server {
namespace {

struct Served {
  explicit Served(ServerLimits limits = {}, int threads = 1) {
    server = serve(
                 "127.0.0.1:0", limits,
                 [this](Request r, Reply reply) {
                   ++handled;
                   last_headers = r.headers.size();
                   reply({.status = 200, .headers = {}, .body = r.method + " " + r.url + " " + r.body});
                 },
                 threads)
                 .value();
  }
  std::atomic<int> handled{0};
  std::atomic<std::size_t> last_headers{0};
  std::unique_ptr<HttpServer> server;
};

TEST(Server, AnswersAPlainRequestWithExactLengthAndNoServerHeader) {
  Served served;
  RawClient client(served.server->address());
  const RawAnswer answer = client.ask("GET /x?y=%2F HTTP/1.1\r\nHost: hub\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET /x?y=%2F ");
  EXPECT_NE(answer.head.find("Content-Length: 13\r\n"), std::string::npos);
  EXPECT_EQ(answer.head.find("Server:"), std::string::npos);
  EXPECT_NE(answer.head.find("Date: "), std::string::npos);
}

TEST(Server, AnswersPipelinedRequestsInOrderOverOneConnection) {
  Served served;
  RawClient client(served.server->address());
  std::string all;
  for (int i = 0; i < 500; ++i)
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: hub\r\nContent-Length: 3\r\n\r\nabc";
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 500; ++i) EXPECT_EQ(client.answer().body, "POST /" + std::to_string(i) + " abc");
  sender.join();
}

TEST(Server, ReadsTheSameRequestHoweverTheBytesAreCut) {
  const std::string plain = "POST /a HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\n\r\nhello";
  const std::string chunked =
      "POST /a HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
  Served served;
  for (const std::string& request : {plain, chunked}) {
    for (std::size_t cut = 1; cut < request.size(); ++cut) {
      RawClient client(served.server->address());
      client.send(request.substr(0, cut));
      std::this_thread::sleep_for(milliseconds(1));
      EXPECT_EQ(client.ask(request.substr(cut)).body, "POST /a hello") << "cut at " << cut;
    }
    RawClient client(served.server->address());
    for (char byte : request) {
      client.send({&byte, 1});
      std::this_thread::sleep_for(milliseconds(1));
    }
    EXPECT_EQ(client.answer().body, "POST /a hello");
  }
}

// Each of these is read in two ways by servers and proxies that exist. None may reach a handler.
TEST(Framing, AmbiguousRequestsAreRefusedBeforeTheHandler) {
  const std::string start = "POST /w HTTP/1.1\r\n", host = "Host: hub\r\n", body = "\r\nhello";
  const std::string cl = "Content-Length: 5\r\n", te = "Transfer-Encoding: chunked\r\n";
  const std::string chunks = "\r\n5\r\nhello\r\n0\r\n\r\n";
  const std::vector<std::string> refused = {
      start + host + cl + te + chunks,
      start + host + te + cl + chunks,
      start + host + cl + cl + body,
      start + host + cl + "Content-Length: 6\r\n" + body,
      start + host + "Content-Length: 5,5\r\n" + body,
      start + host + "Content-Length: 5, 5\r\n" + body,
      start + host + "Content-Length: +5\r\n" + body,
      start + host + "Content-Length: 05\r\n" + body,
      start + host + "Content-Length: -5\r\n" + body,
      start + host + "Content-Length: 0x5\r\n" + body,
      start + host + "Content-Length: 5 \x0b\r\n" + body,
      start + host + "Content-Length:\r\n" + body,
      start + host + "Content-Length: 99999999999999999999\r\n" + body,
      start + host + "Content_Length: 5\r\n" + body,
      start + host + "Content-Length : 5\r\n" + body,
      start + host + "Transfer-Encoding: gzip, chunked\r\n" + chunks,
      start + host + "Transfer-Encoding: chunked, identity\r\n" + chunks,
      start + host + "Transfer-Encoding: identity\r\n" + cl + body,
      start + host + "Transfer-Encoding: xchunked\r\n" + chunks,
      start + host + "Transfer-Encoding: \"chunked\"\r\n" + chunks,
      start + host +
          "Transfer-Encoding:\x0b"
          "chunked\r\n" +
          chunks,
      start + host + "Transfer_Encoding: chunked\r\n" + chunks,
      start + host + te + te + chunks,
      "POST /w HTTP/1.0\r\n" + host + te + chunks,
      start + cl + body,
      start + host + host + cl + body,
      start + host + "host: other\r\n" + cl + body,
      start + "Host: \r\n" + cl + body,
      start + "Host: a, b\r\n" + cl + body,
      start + "Host: a/b\r\n" + cl + body,
      start + host + "X-Note: one\r\n two\r\n" + cl + body,
      start + host + "X-Note: one\r\n\ttwo\r\n" + cl + body,
      start + " " + host + cl + body,
      start + host + "X-HubSpot-Signature-v3: a\r\nx-hubspot-signature-V3: b\r\n" + cl + body,
      start + host + "x-xero-signature: a\r\nx-xero-signature: a\r\n" + cl + body,
      start + host + "webhook-id: a\r\nwebhook-id: b\r\n" + cl + body,
      start + host + "webhook-timestamp: 1\r\nwebhook-timestamp: 2\r\n" + cl + body,
      start + host + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n" + cl + body,
      start + host + "Content-Type: a/b\r\nContent-Type: a/c\r\n" + cl + body,
      start + host + "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n" + cl + body,
      start + host + "Expect: 200-ok\r\n" + cl + body,
      start + host + "X-Nul: a" + std::string(1, '\0') + "b\r\n" + cl + body,
      start + host + "X-Cr: a\rb\r\n" + cl + body,
      start + host + "X-Lf: a\n" + cl + body,
      start + host + ": nameless\r\n" + cl + body,
      start + host + "no colon\r\n" + cl + body,
      start + host + "X\xc3\xa9: a\r\n" + cl + body,
      "\r\n" + start + host + cl + body,
      "POST /w HTTP/1.1\n" + host + cl + body,
      "POST http://hub/w HTTP/1.1\r\n" + host + cl + body,
      "POST /w HTTP/1.2\r\n" + host + cl + body,
      "POST /w HTTP/2.0\r\n" + host + cl + body,
      "POST /w\r\n" + host + cl + body,
      "POST  /w HTTP/1.1\r\n" + host + cl + body,
      "POST /w  HTTP/1.1\r\n" + host + cl + body,
      "POST /w x HTTP/1.1\r\n" + host + cl + body,
      "POST /w#f HTTP/1.1\r\n" + host + cl + body,
      "POST /\xc3\xa9 HTTP/1.1\r\n" + host + cl + body,
      "PO(ST /w HTTP/1.1\r\n" + host + cl + body,
      "OPTIONS * HTTP/1.1\r\n" + host + "\r\n",
      "CONNECT hub:80 HTTP/1.1\r\n" + host + "\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  };
  Served served;
  for (const std::string& request : refused) {
    RawClient client(served.server->address());
    EXPECT_EQ(client.ask(request).status, 400) << request;
    EXPECT_TRUE(client.ended()) << request;
  }
  EXPECT_EQ(served.handled, 0);
}

TEST(Framing, AmbiguousChunksAreRefusedBeforeTheHandler) {
  const std::string head = "POST /w HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::vector<std::string> refused = {"5;x=y\r\nhello\r\n0\r\n\r\n",
                                            "5 \r\nhello\r\n0\r\n\r\n",
                                            "0x5\r\nhello\r\n0\r\n\r\n",
                                            "+5\r\nhello\r\n0\r\n\r\n",
                                            "5\nhello\r\n0\r\n\r\n",
                                            "\r\nhello\r\n0\r\n\r\n",
                                            "ffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                                            "5\r\nhelloXX0\r\n\r\n",
                                            "5\r\nhello\r\n0;x\r\n\r\n",
                                            "5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n",
                                            "5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n",
                                            "-1\r\nhello\r\n0\r\n\r\n",
                                            "5\r\nhello\r\n0 \r\n\r\n",
                                            "g\r\nhello\r\n0\r\n\r\n",
                                            "5\rhello\r\n0\r\n\r\n",
                                            std::string(20'000, '0') + "5\r\nhello\r\n0\r\n\r\n"};
  Served served;
  for (const std::string& chunks : refused) {
    RawClient client(served.server->address());
    const int status = client.ask(head + chunks).status;
    EXPECT_TRUE(status == 400 || status == 413) << chunks << " got " << status;
    EXPECT_TRUE(client.ended()) << chunks;
  }
  EXPECT_EQ(served.handled, 0);
}

TEST(Framing, HeadersThatMayBeRepeatedPass) {
  Served served;
  RawClient client(served.server->address());
  EXPECT_EQ(
      client
          .ask(
              "GET / HTTP/1.1\r\nHost: hub:80\r\nAccept: a\r\nAccept: b\r\nX-Signature-v1: a\r\nX-Signature: b\r\n\r\n")
          .status,
      200);
  EXPECT_EQ(served.last_headers, 5u);
}

TEST(Server, ABodyAboveTheLimitIs413AndTheConnectionCloses) {
  Served served({.body_bytes = 1000});
  {
    RawClient client(served.server->address());  // by its claim, before it is sent
    EXPECT_EQ(client.ask("POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 1001\r\n\r\n").status, 413);
    EXPECT_TRUE(client.ended());
  }
  {
    RawClient client(served.server->address());  // while it is being sent
    const std::string whole =
        "POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x');
    std::thread sender([&] { client.send(whole); });
    EXPECT_EQ(client.answer().status, 413);
    sender.join();
  }
  {
    RawClient client(served.server->address());  // grown chunk by chunk
    client.send("POST / HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 11; ++i) client.send("64\r\n" + std::string(100, 'x') + "\r\n");
    EXPECT_EQ(client.answer().status, 413);
    EXPECT_TRUE(client.ended());
  }
  EXPECT_EQ(served.handled, 0);
  RawClient client(served.server->address());
  EXPECT_EQ(client.ask("POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')).status,
            200);
}

TEST(Server, BodiesOfAllConnectionsTogetherAreBounded) {
  Served served({.body_bytes = 1000, .bodies_bytes = 1500});
  RawClient one(served.server->address()), two(served.server->address());
  one.send("POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000\r\n\r\n" + std::string(999, 'x'));
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(two.ask("POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000\r\n\r\n" + std::string(999, 'x')).status,
            503);
  EXPECT_EQ(one.ask("x").status, 200);
  RawClient three(served.server->address());
  EXPECT_EQ(three.ask("POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')).status,
            200);
}

TEST(Server, AHeadAboveTheLimitIs431) {
  Served served({.header_bytes = 1024});
  RawClient client(served.server->address());
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: hub\r\nX-Long: " + std::string(2000, 'x') + "\r\n\r\n").status, 431);
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(served.handled, 0);
}

TEST(Server, AHeadOrABodyThatDoesNotComeInTimeIs408) {
  Served served({.header_time = milliseconds(100), .body_time = milliseconds(100)});
  RawClient head(served.server->address()), body(served.server->address()), silent(served.server->address());
  head.send("GET / HTTP/1.1\r\nHos");
  body.send("POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\n\r\nhel");
  EXPECT_EQ(head.answer().status, 408);
  EXPECT_EQ(body.answer().status, 408);
  EXPECT_TRUE(silent.ended());
  EXPECT_EQ(served.handled, 0);
}

TEST(Server, ConnectionsAboveTheLimitAreTurnedAwayAndComeBackLater) {
  Served served({.connections = 2});
  auto one = std::make_unique<RawClient>(served.server->address());
  RawClient two(served.server->address());
  const std::string get = "GET / HTTP/1.1\r\nHost: hub\r\n\r\n";
  EXPECT_EQ(one->ask(get).status, 200);
  EXPECT_EQ(two.ask(get).status, 200);
  {
    RawClient three(served.server->address());
    const RawAnswer answer = three.answer();
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos);
  }
  one.reset();
  std::this_thread::sleep_for(milliseconds(50));
  RawClient four(served.server->address());
  EXPECT_EQ(four.ask(get).status, 200);
}

TEST(Server, HeadGetsTheLengthWithoutTheBody) {
  Served served;
  RawClient client(served.server->address());
  client.send("HEAD /abc HTTP/1.1\r\nHost: hub\r\n\r\n");
  const RawAnswer answer = client.answer(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.head.find("Content-Length: 10\r\n"), std::string::npos);
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: hub\r\n\r\n").body, "GET / ");
}

TEST(Server, AskedToContinueItDoesAndATooLargeOneIsRefusedFirst) {
  Served served({.body_bytes = 100});
  RawClient client(served.server->address());
  const std::string head = "POST / HTTP/1.1\r\nHost: hub\r\nExpect: 100-continue\r\nContent-Length: ";
  EXPECT_EQ(client.ask(head + "5\r\n\r\n").status, 100);
  EXPECT_EQ(client.ask("hello").body, "POST / hello");
  EXPECT_EQ(client.ask(head + "500\r\n\r\n").status, 413);
}

TEST(Server, ClosesWhenAskedToAndAfterHttp10) {
  Served served;
  for (const char* request :
       {"GET / HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\nHost: hub\r\n\r\n"}) {
    RawClient client(served.server->address());
    const RawAnswer answer = client.ask(request);
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.head.find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(client.ended());
  }
}

TEST(Server, AReplyMayComeFromAnotherThreadOrBeDroppedOrAnswerStatusZero) {
  std::vector<std::thread> threads;
  auto server = serve("127.0.0.1:0", {}, [&](Request r, Reply reply) {
                  if (r.url == "/late")
                    threads.emplace_back([reply] {
                      std::this_thread::sleep_for(milliseconds(20));
                      reply({.status = 202, .headers = {}, .body = std::string(100'000, 'z')});
                      reply({.status = 500, .headers = {}, .body = {}});  // only the first counts
                    });
                  if (r.url == "/cut") reply({.status = 0, .headers = {}, .body = {}});
                  if (r.url == "/throw") throw std::runtime_error("x");
                }).value();
  RawClient late(server->address()), dropped(server->address()), cut(server->address()), thrown(server->address());
  const RawAnswer answer = late.ask("GET /late HTTP/1.1\r\nHost: hub\r\n\r\n");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, std::string(100'000, 'z'));
  EXPECT_EQ(late.ask("GET /late HTTP/1.1\r\nHost: hub\r\n\r\n").status, 202);
  EXPECT_EQ(dropped.ask("GET /dropped HTTP/1.1\r\nHost: hub\r\n\r\n").status, 0);
  EXPECT_EQ(cut.ask("GET /cut HTTP/1.1\r\nHost: hub\r\n\r\n").status, 0);
  EXPECT_EQ(thrown.ask("GET /throw HTTP/1.1\r\nHost: hub\r\n\r\n").status, 500);
  for (std::thread& t : threads) t.join();
}

TEST(Server, AReplyAfterTheServersEndDoesNothing) {
  Reply kept;
  {
    std::atomic<bool> asked{false};
    auto server = serve("127.0.0.1:0", {}, [&](Request, Reply reply) {
                    kept = std::move(reply);
                    asked = true;
                  }).value();
    RawClient client(server->address());
    client.send("GET / HTTP/1.1\r\nHost: hub\r\n\r\n");
    while (!asked) std::this_thread::sleep_for(milliseconds(1));
    server.reset();
    EXPECT_TRUE(client.ended());
  }
  kept({.status = 200, .headers = {}, .body = {}});
}

TEST(Server, AnAnswersHeadersCannotBreakItsFraming) {
  auto server =
      serve("127.0.0.1:0", {}, [](Request, Reply reply) {
        reply({.status = 204,
               .headers = {{"X-Ok", "a"}, {"X-Bad", "a\r\nX-Injected: b"}, {"content-length", "7"}, {"Server", "x"}},
               .body = {}});
      }).value();
  RawClient client(server->address());
  const RawAnswer answer = client.ask("GET / HTTP/1.1\r\nHost: hub\r\n\r\n");
  EXPECT_NE(answer.head.find("X-Ok: a\r\n"), std::string::npos);
  for (const char* never : {"Injected", "ontent-", "Server"}) EXPECT_EQ(answer.head.find(never), std::string::npos);
}

TEST(Server, AStatusThatIsNoFinalOneIs500) {
  auto server = serve("127.0.0.1:0", {}, [](Request r, Reply reply) {
                  reply({.status = std::atoi(r.url.c_str() + 1), .headers = {}, .body = "x"});
                }).value();
  for (const char* status : {"100", "101", "42", "-1", "1000"}) {
    RawClient client(server->address());
    const RawAnswer answer = client.ask("GET /" + std::string(status) + " HTTP/1.1\r\nHost: hub\r\n\r\n");
    EXPECT_EQ(answer.status, 500) << status;
    EXPECT_EQ(answer.body, "") << status;
  }
}

TEST(Server, SixtyFourParallelClientsEachGetTheirOwnAnswers) {
  for (int server_threads : {1, 2}) {
    Served served({}, server_threads);
    std::atomic<int> right{0};
    std::vector<std::thread> clients;
    for (int c = 0; c < 64; ++c)
      clients.emplace_back([&, c] {
        RawClient client(served.server->address());
        for (int i = 0; i < 100; ++i) {
          const std::string body =
              std::to_string(c) + "/" + std::to_string(i) + std::string(static_cast<std::size_t>(i * 100), 'b');
          client.send("POST /p HTTP/1.1\r\nHost: hub\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                      body);
          if (client.answer().body == "POST /p " + body) ++right;
        }
      });
    for (std::thread& t : clients) t.join();
    EXPECT_EQ(right, 6400);
    EXPECT_EQ(served.handled, 6400);
  }
}

TEST(Server, AnAddressThatCannotBeListenedOnIsAnError) {
  const auto listen = [](const std::string& at) { return serve(at, {}, [](Request, Reply) {}); };
  for (const char* wrong :
       {"", "8480", "hub.example:80", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:80x"}) {
    const auto server = listen(wrong);
    ASSERT_FALSE(server) << wrong;
    EXPECT_EQ(server.error().code, Code::InvalidArgument) << wrong;
  }
  Served served;
  const auto taken = listen(served.server->address());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::UnsafeEndpoint);
  const auto six = listen("[::1]:0");  // some machines have no IPv6
  EXPECT_TRUE(six ? (*six)->address().starts_with("[::1]:") : six.error().code == Code::UnsafeEndpoint);
}

TEST(LocalServer, ItsSocketIsForItsOwnerAloneAndAStaleOneIsReplaced) {
  const std::string folder = "/tmp/linchpin-" + to_hex(random_bytes(8));
  ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
  const std::string path = folder + "/hub.sock";
  const auto handler = [](Request, Reply reply) { reply({.status = 200, .headers = {}, .body = "local"}); };
  {
    auto server = serve_local(path, handler).value();
    struct stat about{};
    ASSERT_EQ(::stat(path.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600u);
    EXPECT_EQ(server->address(), path);
    RawClient client(path);
    EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: hub\r\n\r\n").body, "local");
    const auto second = serve_local(path, handler);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::UnsafeEndpoint);
    EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: hub\r\n\r\n").body, "local");
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);  // left by a process that was killed
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    ::close(fd);
  }
  {
    auto server = serve_local(path, handler).value();
    RawClient client(path);
    EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: hub\r\n\r\n").body, "local");
  }
  EXPECT_FALSE(serve_local("/tmp/" + std::string(120, 'x'), handler));
  ::rmdir(folder.c_str());
}

}  // namespace
}  // namespace linchpin::server
