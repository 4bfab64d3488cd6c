#include "connect/transport.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace linchpin::connect {
namespace {

using Done = std::function<void(Result<Answer>)>;

constexpr std::size_t header_bytes_most = 256u << 10;
constexpr long connections_to_one_host = 64;  // a manifest says how many calls at once a system gets
constexpr long connect_timeout_ms = 10'000;

// One request under way. Its address is given to libcurl: it does not move.
struct Transfer {
  Request request;
  milliseconds timeout{0};
  Done done;
  const ClientOptions* options = nullptr;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  Answer answer;
  std::size_t body_sent = 0, header_bytes = 0;
  bool allowed_private = false, address_refused = false, too_large = false;

  ~Transfer() {
    if (easy) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

std::string_view address_of(const curl_sockaddr& socket) {
  if (socket.family == AF_INET) {
    return {reinterpret_cast<const char*>(&reinterpret_cast<const sockaddr_in*>(&socket.addr)->sin_addr), 4};
  }
  if (socket.family == AF_INET6) {
    return {reinterpret_cast<const char*>(&reinterpret_cast<const sockaddr_in6*>(&socket.addr)->sin6_addr), 16};
  }
  return {};
}

curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* socket) {
  auto& transfer = *static_cast<Transfer*>(data);
  if (!transfer.allowed_private && transfer.options->proxy.empty() && !is_public_address(address_of(*socket))) {
    transfer.address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(socket->family, socket->socktype | SOCK_CLOEXEC, socket->protocol);
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* data) {
  auto& transfer = *static_cast<Transfer*>(data);
  if (transfer.answer.body.size() + size * count > transfer.options->answer_bytes) {
    transfer.too_large = true;
    return 0;
  }
  transfer.answer.body.append(bytes, size * count);
  return size * count;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* data) {
  auto& transfer = *static_cast<Transfer*>(data);
  std::string_view line(bytes, size * count);
  transfer.header_bytes += line.size();
  if (transfer.header_bytes > header_bytes_most) {
    transfer.too_large = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) transfer.answer.headers.clear();  // an interim answer came before
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
  if (const auto colon = line.find(':'); colon != std::string_view::npos && colon > 0) {
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    transfer.answer.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  return size * count;
}

std::size_t give_body(char* to, std::size_t size, std::size_t count, void* data) {
  auto& transfer = *static_cast<Transfer*>(data);
  if (transfer.options->may_send && !transfer.options->may_send()) return CURL_READFUNC_ABORT;
  const std::size_t given = std::min(size * count, transfer.request.body.size() - transfer.body_sent);
  std::memcpy(to, transfer.request.body.data() + transfer.body_sent, given);
  transfer.body_sent += given;
  return given;
}

// libcurl sends a request again by itself when a kept connection turns out dead. A write that the server has done and
// not answered would be done twice: its body cannot be rewound, so libcurl gives up instead.
int never_rewind(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }

bool prepare_headers(Transfer& transfer) {
  const auto append = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(transfer.headers, line.c_str());
    if (longer) transfer.headers = longer;
    return longer != nullptr;
  };
  for (const Header& header : transfer.request.headers) {
    if (!append(header.name + ": " + header.value)) return false;
  }
  return append("Expect:");
}

bool prepare(Transfer& transfer) {
  CURL* easy = transfer.easy = curl_easy_init();
  if (!easy || !prepare_headers(transfer)) return false;
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  set(CURLOPT_URL, transfer.request.url.c_str());
  set(CURLOPT_HTTPHEADER, transfer.headers);
  set(CURLOPT_PROTOCOLS_STR, transfer.allowed_private ? "https,http" : "https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_ACCEPT_ENCODING, "");
  set(CURLOPT_PROXY, transfer.options->proxy.c_str());
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(transfer.timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, std::min(connect_timeout_ms, static_cast<long>(transfer.timeout.count())));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!transfer.options->ca_file.empty()) set(CURLOPT_CAINFO, transfer.options->ca_file.c_str());
  set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  set(CURLOPT_OPENSOCKETDATA, &transfer);
  set(CURLOPT_WRITEFUNCTION, take_body);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_HEADERFUNCTION, take_header);
  set(CURLOPT_HEADERDATA, &transfer);
  if (transfer.request.method == "GET") return true;
  set(CURLOPT_POST, 1L);
  set(CURLOPT_CUSTOMREQUEST, transfer.request.method.c_str());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.request.body.size()));
  set(CURLOPT_READFUNCTION, give_body);
  set(CURLOPT_READDATA, &transfer);
  set(CURLOPT_SEEKFUNCTION, never_rewind);
  // Without a body there is nothing to rewind: such a write gets a connection of its own.
  if (transfer.request.body.empty()) set(CURLOPT_FRESH_CONNECT, 1L);
  return true;
}

// Whether anything of the request may have reached the server.
bool was_sent(const Transfer& transfer, CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return false;
    default:
      break;
  }
  long request_bytes = 0;
  curl_off_t before_transfer = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_REQUEST_SIZE, &request_bytes);
  curl_easy_getinfo(transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &before_transfer);
  return request_bytes > 0 || before_transfer > 0;
}

Result<Answer> result_of(Transfer& transfer, CURLcode code) {
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    transfer.answer.status = static_cast<int>(status);
    return std::move(transfer.answer);
  }
  if (transfer.too_large) return fail(Code::AnswerUnusable, "an answer is larger than may be read");
  if (transfer.address_refused) {
    return fail(Code::UnsafeEndpoint, "a system's name leads to a private address",
                "Allow it in the environment's connection, if it is yours");
  }
  if (code == CURLE_UNSUPPORTED_PROTOCOL)
    return fail(Code::UnsafeEndpoint, "a system would be called without TLS", "Use https");
  if (!was_sent(transfer, code)) return fail(Code::SystemUnreachable, "a connection could not be made");
  return fail(Code::SystemUnavailable, "no whole answer came");
}

class Client final : public HttpClient {
 public:
  explicit Client(ClientOptions options) : options_(std::move(options)), multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, connections_to_one_host);
    thread_ = std::thread([this] { run(); });
  }

  ~Client() override {
    ending_ = true;
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  void send(Request request, milliseconds timeout, Done done) override {
    auto transfer = std::make_unique<Transfer>();
    transfer->request = std::move(request);
    transfer->timeout = std::max(timeout, milliseconds(1));
    transfer->done = std::move(done);
    transfer->options = &options_;
    transfer->allowed_private =
        options_.private_anywhere || options_.private_hosts.contains(url_authority(transfer->request.url));
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    while (!ending_) {
      start_waiting();
      int running = 0;
      curl_multi_perform(multi_, &running);
      finish_ready();
      curl_multi_poll(multi_, nullptr, 0, 1'000, nullptr);
    }
    end_all();
  }

  std::deque<std::unique_ptr<Transfer>> take_waiting() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }

  void start_waiting() {
    for (auto& transfer : take_waiting()) {
      if (options_.may_send && !options_.may_send()) {
        transfer->done(fail(Code::SystemUnreachable, "another process of the hub does the work now"));
        continue;
      }
      if (!prepare(*transfer) || curl_multi_add_handle(multi_, transfer->easy) != CURLM_OK) {
        transfer->done(fail(Code::SystemUnreachable, "a request could not be made ready"));
        continue;
      }
      CURL* easy = transfer->easy;
      under_way_.emplace(easy, std::move(transfer));
    }
  }

  void finish_ready() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto found = under_way_.find(message->easy_handle);
      if (found == under_way_.end()) continue;
      const auto transfer = std::move(found->second);
      under_way_.erase(found);
      auto result = result_of(*transfer, code);
      curl_multi_remove_handle(multi_, transfer->easy);
      transfer->done(std::move(result));
    }
  }

  void end_all() {
    for (auto& [easy, transfer] : under_way_) {
      curl_multi_remove_handle(multi_, easy);
      transfer->done(was_sent(*transfer, CURLE_ABORTED_BY_CALLBACK)
                         ? fail(Code::SystemUnavailable, "the hub is ending")
                         : fail(Code::SystemUnreachable, "the hub is ending"));
    }
    under_way_.clear();
    for (auto& transfer : take_waiting()) transfer->done(fail(Code::SystemUnreachable, "the hub is ending"));
  }

  const ClientOptions options_;
  CURLM* multi_;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::deque<std::unique_ptr<Transfer>> waiting_;  // under mutex_
  std::map<CURL*, std::unique_ptr<Transfer>> under_way_;
  std::thread thread_;
};

}  // namespace

std::string url_authority(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  std::string authority(url.substr(0, url.find_first_of("/?#")));
  if (authority.find('@') != std::string::npos) return {};
  std::ranges::transform(authority, authority.begin(), [](unsigned char c) { return std::tolower(c); });
  return authority;
}

std::unique_ptr<HttpClient> make_http_client(ClientOptions options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::make_unique<Client>(std::move(options));
}

}  // namespace linchpin::connect
