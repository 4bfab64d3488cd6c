// environments/*.yaml: where the hub listens, where its store and keys are, and how each system is reached.
#include <algorithm>
#include <charconv>

#include "model/draft.hpp"
#include "model/nearest.hpp"
#include "model/secret.hpp"

namespace linchpin::model {
namespace {

bool is_source(const std::string& text) {
  auto source = parse_secret_source(text, {});
  return source.has_value() || source.error().code == Code::NotBuilt;
}
Shape source() {
  return shape::secret("a place where a secret is: file:PATH, env:NAME, exec:COMMAND or credential:NAME", is_source);
}

// A source that is_source has let through; what is not built is said here.
SecretSource source_at(const Node& node, Draft& draft) {
  auto source = parse_secret_source(node.text, node.at);
  if (source) return *source;
  if (source.error().code == Code::NotBuilt) draft.findings.mistake(source.error());
  return {};
}

struct Url {
  std::string scheme, host;
};
std::optional<Url> parse_url(const std::string& text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string::npos) return {};
  Url url{text.substr(0, colon), {}};
  const std::size_t begin = colon + 3;
  const std::string authority = text.substr(begin, text.find_first_of("/?#", begin) - begin);
  // An @ would send a credential to whom the eye does not see.
  if (authority.empty() || authority.find_first_of("@ \t\\") != std::string::npos) return {};
  if (authority[0] == '[')
    url.host = authority.substr(1, authority.find(']') - 1);
  else
    url.host = authority.substr(0, authority.find(':'));
  if (url.host.empty()) return {};
  return url;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  // 127.0.0.0/8, written as four numbers and nothing else: 127.evil.example is a name.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos &&
         std::count(host.begin(), host.end(), '.') == 3;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

const Shape& environment_shape() {
  using namespace shape;
  static const Shape s =
      object("an environment",
             {
                 required("environment", text("a name: lower-case letters, digits, - and _", is_name),
                          "the environment's name"),
                 key("listen", text("an address and a port"), "where the hub serves: 127.0.0.1:8480"),
                 key("tls", object("tls", {required("certificate", text()), required("key", source())}),
                     "the certificate and key; needed where `listen` is not this machine alone"),
                 key("public_url", text("a URL"), "where webhooks and browsers reach the hub"),
                 key("store", text("a place such as sqlite:data or postgresql://hub@db.example.com/hub"),
                     "where the hub keeps what it knows"),
                 key("store_password", source(), "where the password of the store's database is"),
                 key("key_store", text("a database"), "where data keys are kept: another database than the store's"),
                 key("key_store_password", source(), "where the password of the key store's database is"),
                 required("keys",
                          object("keys", {required("master", source(), "where the master key is"),
                                          required("match", source(), "where the key of the match index is"),
                                          required("log", source(), "where the key that signs the audit log is")}),
                          "where the hub's three keys are"),
                 key("witness", list_of(object("a witness", {required("url", text("a URL")), required("key", text())})),
                     "who countersigns the audit log"),
                 required("connections", map_of(map_of(any(), "a connection")), "how each system is reached"),
                 key("secrets", map_of(source()), "other secrets, for alerts and the like"),
             });
  return s;
}

void read_environment(const Node& node, Draft& draft) {
  draft.environment_node = node;
  Environment& environment = draft.hub.environment;
  environment.name = text_at(node, "environment");
  environment.listen = text_at(node, "listen", environment.listen);
  environment.public_url = text_at(node, "public_url");
  environment.store = text_at(node, "store", environment.store);
  environment.key_store = text_at(node, "key_store");
  if (const Node* password = node.find("store_password")) environment.store_password = source_at(*password, draft);
  if (const Node* password = node.find("key_store_password"))
    environment.key_store_password = source_at(*password, draft);
  if (const Node* keys = node.find("keys")) {
    if (const Node* key = keys->find("master")) environment.master_key = source_at(*key, draft);
    if (const Node* key = keys->find("match")) environment.match_key = source_at(*key, draft);
    if (const Node* key = keys->find("log")) environment.log_key = source_at(*key, draft);
  }
  for (const Node::Member& secret : members_at(node, "secrets"))
    environment.secrets[secret.key] = source_at(secret.value, draft);
}

namespace {

// One connection: `auth:` and `webhook:` hold secrets, the rest are settings.
class ConnectionReader {
 public:
  ConnectionReader(const System& system, const Node::Member& member, Draft& draft)
      : manifest_(*system.connector), member_(member), draft_(draft) {
    connection_.system = system.name;
    connection_.place = member.at;
  }

  Connection read() {
    for (const Node::Member& part : member_.value.members) {
      if (part.key == "base_url")
        base_url(part.value);
      else if (part.key == "auth" || part.key == "webhook")
        secrets(part);
      else
        setting(part);
    }
    missing();
    return std::move(connection_);
  }

 private:
  void base_url(const Node& node) {
    const auto url = parse_url(node.text);
    if (!node.is_scalar() || !url || (url->scheme != "https" && url->scheme != "http")) {
      draft_.findings.mistake(Code::TypeWrong, node.at, "base_url is no URL",
                              "Write one such as https://api.example.com");
      return;
    }
    const bool loopback = is_loopback(url->host);
    if (url->scheme == "http" && !loopback) {
      draft_.findings.mistake(Code::TypeWrong, node.at, "base_url is not https, and leaves this machine",
                              "Write https://; http is for sandboxes on this machine");
      return;
    }
    connection_.base_url = node.text;
    while (connection_.base_url.ends_with('/')) connection_.base_url.pop_back();
    connection_.allow_private_address = loopback;
  }

  void secrets(const Node::Member& group) {
    if (!group.value.is_mapping()) {
      draft_.findings.mistake(Code::TypeWrong, group.value.at, "'" + group.key + "' holds no names",
                              "Write " + group.key + ": { NAME: env:VARIABLE }");
      return;
    }
    for (const Node::Member& member : group.value.members) {
      auto source = parse_secret_source(member.value.is_scalar() ? member.value.text : "", member.value.at);
      if (!source) {
        draft_.findings.mistake(source.error());
        // Named, though wrongly: it is not missing as well.
        source = SecretSource{};
      }
      secret((group.key == "webhook" ? "webhook." : "") + member.key, *source, member.at);
    }
  }

  void secret(std::string name, SecretSource source, const Place& at) {
    const std::vector<std::string>& names = manifest_.secrets;
    if (name == "client" && contains(names, "client_id") && contains(names, "client_secret")) {
      source.part = SecretSource::Part::BeforeColon;
      connection_.secrets["client_id"] = source;
      source.part = SecretSource::Part::AfterColon;
      connection_.secrets["client_secret"] = source;
      return;
    }
    // What signs a webhook is called its key by some vendors and its secret by others.
    if (name == "webhook.key" && !contains(names, name) && contains(names, "webhook.secret")) name = "webhook.secret";
    if (name == "webhook.secret" && !contains(names, name) && contains(names, "webhook.key")) name = "webhook.key";
    if (!contains(names, name)) {
      draft_.findings.mistake(Code::KeyUnknown, at, "the connector " + manifest_.name + " has no secret '" + name + "'",
                              suggestion(name, names));
      return;
    }
    connection_.secrets[name] = std::move(source);
  }

  void setting(const Node::Member& member) {
    if (!contains(manifest_.settings, member.key)) {
      std::vector<std::string> known = manifest_.settings;
      known.insert(known.end(), {"base_url", "auth", "webhook"});
      draft_.findings.mistake(Code::KeyUnknown, member.at,
                              "'" + member.key + "' is no key of a connection to " + manifest_.name,
                              suggestion(member.key, known));
    } else if (!member.value.is_scalar() || member.value.is_null()) {
      draft_.findings.mistake(Code::TypeWrong, member.value.at, "a text is due here");
    } else {
      connection_.settings[member.key] = member.value.text;
    }
  }

  void missing() {
    for (const std::string& name : manifest_.secrets) {
      if (connection_.secrets.contains(name)) continue;
      const std::string system = connection_.system.text;
      if (name == "refresh_token") {
        draft_.findings.warning(Code::KeyRequired, member_.at,
                                "the connection to " + system + " names no refresh_token",
                                "Run `linchpin connect` for " + system + ", or add auth: { refresh_token: env:… }");
      } else if (name.starts_with("webhook.")) {
        draft_.findings.warning(Code::KeyRequired, member_.at,
                                "the connection to " + system + " names no " + name +
                                    ": its webhooks are refused, and only "
                                    "sweeps find its changes",
                                "Add webhook: { " + name.substr(8) + ": env:… }");
      } else {
        draft_.findings.mistake(Code::KeyRequired, member_.at,
                                "the connection to " + system + " does not say where its " + name + " is",
                                "Add auth: { " + name + ": env:… }");
      }
    }
    for (const std::string& name : manifest_.settings)
      if (!connection_.settings.contains(name))
        draft_.findings.mistake(Code::KeyRequired, member_.at,
                                "the connection to " + connection_.system.text + " does not say its " + name,
                                "Add " + name + ": …");
  }

  const Manifest& manifest_;
  const Node::Member& member_;
  Draft& draft_;
  Connection connection_;
};

void judge_listen(Draft& draft) {
  const Node& node = draft.environment_node;
  const std::string& listen = draft.hub.environment.listen;
  const Place at = place_at(node, "listen");
  const std::size_t colon = listen.rfind(':');
  std::string host = colon == std::string::npos ? "" : listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  int port = -1;
  if (colon != std::string::npos) {
    const char* end = listen.data() + listen.size();
    if (std::from_chars(listen.data() + colon + 1, end, port).ptr != end) port = -1;
  }
  if (host.empty() || port < 0 || port > 65535)
    draft.findings.mistake(Code::TypeWrong, at, "'" + listen + "' is no address and port",
                           "Write one such as 127.0.0.1:8480");
  else if (node.find("tls") != nullptr)
    draft.findings.mistake(Code::NotBuilt, place_at(node, "tls"), "the hub does not serve TLS itself yet",
                           "Listen on 127.0.0.1 behind a proxy that does, and take tls: out");
  else if (!is_loopback(host))
    draft.findings.mistake(Code::KeyRequired, at,
                           "'" + listen + "' is reached from other machines, and there is no tls:",
                           "Listen on 127.0.0.1 behind a proxy that does TLS");
}

void judge_public_url(Draft& draft) {
  const std::string& text = draft.hub.environment.public_url;
  if (text.empty()) return;
  const auto url = parse_url(text);
  const Place at = place_at(draft.environment_node, "public_url");
  if (!url || (url->scheme != "https" && url->scheme != "http"))
    draft.findings.mistake(Code::TypeWrong, at, "public_url is no URL", "Write one such as https://hub.example.com.au");
  else if (url->scheme == "http" && !is_loopback(url->host))
    draft.findings.mistake(Code::TypeWrong, at, "public_url is not https",
                           "Write https://; http is for this machine alone");
}

// A database's URL, as libpq reads it: several hosts, or a socket's folder as the host, are right too. No secret stands
// in it.
void judge_database(Draft& draft, const char* key, const std::string& url) {
  const Place at = place_at(draft.environment_node, key);
  const std::string name = key;
  const std::size_t begin = std::string("postgresql://").size(), end = url.find_first_of("/?", begin);
  if (end == std::string::npos || end + 1 >= url.size() || url[end] != '/' || url[end + 1] == '?')
    draft.findings.mistake(Code::TypeWrong, at, name + " names no database",
                           "Write " + name + ": postgresql://hub@db.example.com/hub");
  const std::string authority = url.substr(begin, std::min(end, url.size()) - begin);
  const std::size_t user = authority.find('@');
  if ((user != std::string::npos && authority.substr(0, user).find(':') != std::string::npos) ||
      url.find("password=") != std::string::npos)
    draft.findings.mistake(
        Code::KeyUnsafe, at, name + " holds a password, and a hub file is no place for one",
        "Take it out, change it, and write " + name + "_password: file:… or env:…, or use PGPASSFILE");
}

void judge_store(Draft& draft) {
  const Node& node = draft.environment_node;
  const Environment& environment = draft.hub.environment;
  if (environment.on_postgres()) {
    judge_database(draft, "store", environment.store);
  } else if (!environment.store.starts_with("sqlite:") || environment.store.size() == 7) {
    draft.findings.mistake(Code::ChoiceUnknown, place_at(node, "store"), "the store is of no kind that the hub knows",
                           "Write store: sqlite:data, or store: postgresql://hub@db.example.com/hub");
  }
  for (const auto& [key, serves] :
       {std::pair("store_password", environment.on_postgres()), std::pair("key_store", environment.on_postgres()),
        std::pair("key_store_password", !environment.key_store.empty())}) {
    if (node.find(key) != nullptr && !serves)
      draft.findings.mistake(Code::KeyUnknown, place_at(node, key),
                             "'" + std::string(key) + "' is of no use with the store and key store that are named",
                             "Take it out; with SQLite the data keys lie in keys.db beside the store");
  }
  if (environment.key_store.starts_with("postgresql:")) {
    judge_database(draft, "key_store", environment.key_store);
  } else if (!environment.key_store.empty()) {
    draft.findings.mistake(Code::ChoiceUnknown, place_at(node, "key_store"), "the key store is no database",
                           "Write key_store: postgresql://hub@keys.example.com/keys");
  } else if (environment.on_postgres()) {
    draft.findings.warning(
        Code::KeyUnsafe, place_at(node, "store"),
        "the data keys are in the same database as what they seal: a backup of all of it keeps erased people readable",
        "Leave the schema linchpin_keys out of backups (pg_dump -N linchpin_keys), or write key_store: another "
        "database");
  }
}

}  // namespace

void judge_environment(Draft& draft) {
  const Node& node = draft.environment_node;
  Environment& environment = draft.hub.environment;
  judge_listen(draft);
  judge_public_url(draft);
  judge_store(draft);
  if (const Node* witness = node.find("witness"))
    draft.findings.warning(Code::NotBuilt, witness->at,
                           "no witness countersigns yet: the operator could rewrite the whole audit log unnoticed");
  if (environment.name == "production")
    for (const SecretSource* key : {&environment.master_key, &environment.match_key, &environment.log_key})
      if (key->kind == "env")
        draft.findings.warning(Code::KeyUnsafe, key->place, "a key of production stands in the process's environment",
                               "Use file: or credential:; other programs of the user can read an environment");

  for (const Node::Member& member : members_at(node, "connections")) {
    const System* system = draft.known_system(member.key, member.at);
    if (system == nullptr || system->connector == nullptr || !member.value.is_mapping()) continue;
    environment.connections[system->name] = ConnectionReader(*system, member, draft).read();
  }
  const Node* connections = node.find("connections");
  if (connections == nullptr) return;
  for (const auto& [name, system] : draft.hub.systems)
    if (connections->find(name.text) == nullptr)
      draft.findings.mistake(Code::KeyRequired, connections->at, "the environment has no connection to " + name.text,
                             "Add " + name.text + ": { auth: { … } }");
}

}  // namespace linchpin::model
