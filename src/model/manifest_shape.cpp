// The keys of a manifest, as docs/internals/manifest.md describes them.
#include "model/manifest_shape.hpp"

namespace linchpin::model {
namespace {

using namespace shape;

bool is_path(const std::string& text) { return text.starts_with("/"); }
bool is_https(const std::string& text) { return text.starts_with("https://"); }
Shape span() { return text("a span such as 30 seconds", is_span); }
Shape texts() { return map_of(text()); }  // templates or expressions, by name
Shape scalars() { return map_of(either({text()})); }

// A request: its method with its path, and what it carries.
std::vector<Shape::Key> request_and(std::vector<Shape::Key> more) {
  for (const char* method : {"get", "post", "put", "patch", "delete"})
    more.push_back(key(method, text("a path that begins with /", is_path)));
  more.push_back(key("query", scalars()));
  more.push_back(key("headers", texts()));
  more.push_back(key("body", any()));
  return more;
}

Shape moment() {
  return object("where a time is",
                {required("at", text()), key("as", choice({"rfc3339", "utc", "ms", "s", "json_date"}))});
}

Shape next() {
  return object("how a list goes on",
                {key("cursor", text()), key("page", integer()), key("total", text()), key("last_id", integer())});
}

Shape parts() {
  return object("the parts of an answer",
                {required("at", text()),
                 required("by", either({choice({"order"}), map_of(choice({"record", "golden", "delivery"}))})),
                 key("bad", texts())});
}

Shape reading() {
  return object(
      "a way to read",
      request_and(
          {required("records", text(), "where in the answer the records are"), key("most", integer()),
           key("gives", choice({"hints"})), key("window", text()), key("overlap", span()), key("cursor", text()),
           key("next", next()), key("failed", either({text(), parts()})),
           key("one_by_one", choice({"records", "goldens"})),
           key("join", list_of(object("a join", request_and({key("where", texts()), required("as", text())}))))}));
}

std::vector<Shape::Key> writing_keys() {
  return request_and({key("most", integer()), key("null_as", text()), key("texts_only", boolean()),
                      required("repeats", choice({"safely", "after a look"}),
                               "whether an unknown outcome may be repeated without a look"),
                      key("failed", parts())});
}
std::vector<Shape::Key> with_results(std::vector<Shape::Key> keys) {
  keys.push_back(required("results", parts()));
  return keys;
}

Shape record() {
  const Shape edits = object("what a record's history says of edits",
                             {required("at", text()), required("time", moment()), key("ours", texts()),
                              key("people", texts()), key("each_under", text())});
  return object("a record",
                {required("id", text()), key("updated", moment()), key("created", moment()), key("edits", edits),
                 key("archived", texts()), key("merged_into", text()), key("merged_from", text())});
}

// What `discover` does: docs/internals/manifest.md.
Shape data_model() {
  const Shape kind = choice({"text", "number", "date", "datetime", "boolean", "choice", "object", "list"});
  const Shape declared =
      object("a declared field",
             {key("kind", kind), key("label", text()), key("values", list_of(text())), key("refers_to", text()),
              key("required", boolean()), key("read_only", boolean()), key("unique", boolean())});
  const Shape values =
      object("the values of a choice", {required("at", text()), required("value", text()), key("unless", texts())});
  return object(
      "how an object's data model is read",
      {key("get", text("a path that begins with /", is_path)), key("post", text("a path that begins with /", is_path)),
       key("query", scalars()), key("headers", texts()), key("body", any()), key("fields", text()), key("name", text()),
       key("under", text()), key("label", text()),
       key("kind", object("a field's kind", {required("at", text()), required("is", map_of(kind))})),
       key("values", values), key("refers_to", text()), key("read_only", texts()), key("required", texts()),
       key("unique", texts()), key("left_out", texts()), key("sample", boolean()),
       key("declared", map_of(either({kind, declared})))});
}

Shape association() {
  const Shape read =
      object("how associations are read",
             request_and({required("records", text(), "where in the answer they are"), key("failed", text())}));
  return object(
      "an association",
      {required("to", text(), "the object of the other records"), required("read", read),
       required("of", text(), "in each of them, whose it is"),
       required("each", text(), "in each of them, the records that belong to it"),
       required("id", text(), "the id in one of those"), key("where", texts(), "which of those is meant"),
       key("set", object("a way to write", with_results(writing_keys()))),
       key("clear", object("a way to end one", request_and({key("most", integer()), key("results", parts())})))});
}

Shape object_spec() {
  const Shape writing = object("a way to write", with_results(writing_keys()));
  return object(
      "an object",
      {key("hint_only", boolean()),
       required("record", record()),
       key("hub_id", text()),
       key("unique", list_of(text())),
       key("forward_only", list_of(text()), "what it lets no program move back, and says nothing of it"),
       key("members", object("the members asked for", {required("under", text()), key("always", list_of(text()))})),
       key("count", object("how many there are", request_and({required("total", text()), key("window", text())}))),
       key("list", reading()),
       key("list_history", reading()),
       key("changed", reading()),
       key("fetch", reading()),
       key("history", reading()),
       key("look", reading()),
       key("fetch_one", reading(), "of a record that `fetch` left out without a word"),
       key("model", data_model()),
       key("holders", map_of(reading()), "by a path whose value it takes once: who holds one"),
       key("create", writing),
       key("update", writing),
       key("associations", map_of(association())),
       key("delete", object("a way to put away", request_and({key("most", integer()), key("results", parts())})))});
}

Shape operation() {
  std::vector<Shape::Key> keys = writing_keys();
  keys.push_back(required("object", text()));
  keys.push_back(key("results", parts(), "absent: a success says nothing of what was made"));
  return object("an operation", std::move(keys));
}

Shape error_rule() {
  return object(
      "an error rule",
      {key("status", either({integer(), list_of(integer())})), key("where", texts()), key("header", texts()),
       required("is", choice({"retry", "unauthorised", "unknown", "refused", "unique_taken", "gone"})),
       key("after", span()), key("at", text()), key("code", choice({"permission_missing", "unauthenticated"}))});
}

Shape auth() {
  return object(
      "auth", {required("kind", choice({"bearer", "oauth2", "standard_webhooks"})), key("secret", text()),
               key("grant", choice({"refresh_token", "client_credentials"})), key("client", choice({"basic", "form"})),
               key("post", text("an address that begins with https://", is_https)), key("rotates", boolean())});
}

Shape limits() {
  const Shape window =
      object("a window", {required("name", text()), required("calls", integer()), required("per", span()),
                          key("remaining", text()), key("special", boolean())});
  return object("limits", {key("concurrent", integer()), key("windows", list_of(window))});
}

Shape ensure() {
  const Shape request = object("a request", request_and({}));
  return object("what must exist", {key("of", text(), "only where this object is mapped"), required("exists", request),
                                    key("must", texts()), key("fix", text()), required("otherwise", request)});
}

Shape signature() {
  const Shape timestamp = object(
      "a timestamp", {required("header", text()), required("unit", choice({"s", "ms"})), key("tolerance", span())});
  return object("a signature", {required("header", text()), required("encoding", choice({"base64", "hex"})),
                                key("prefix", text()), required("key", choice({"text", "whsec"})),
                                key("separator", text()), key("versions", map_of(choice({"hmac", "ed25519"}))),
                                required("signs", list_of(choice({"method", "url", "body", "timestamp", "id"}))),
                                key("joined_by", text()), key("unescape", list_of(text())), key("id", text()),
                                key("timestamp", timestamp)});
}

Shape events() {
  const Shape kind =
      object("a kind of event",
             {key("where", texts()), required("kind", choice({"changed", "created", "deleted", "restored"})),
              required("object", text()), required("record", text()), key("property", text()), key("values", text())});
  return object("events",
                {key("at", text()), key("single", boolean()), required("id", text()), required("time", moment()),
                 key("tenant", object("a tenant", {required("at", text()), required("setting", text())})),
                 required("kinds", list_of(kind))});
}

}  // namespace

const Shape& manifest_shape() {
  static const Shape shape = object(
      "a manifest",
      {required("connector", text("a name in lower case", is_name)), required("title", text()),
       required("base_url", text("an address that begins with https://", is_https)), required("hosts", list_of(text())),
       required("secrets", list_of(text())), key("settings", list_of(text())), required("auth", auth()),
       required("api_versions", map_of(list_of(text()))), key("headers", texts()), key("limits", limits()),
       key("errors", list_of(error_rule())), key("prepare", list_of(ensure())),
       required("objects", map_of(object_spec())), key("operations", map_of(operation())),
       key("webhook",
           object("webhook", {required("signatures", list_of(signature())), required("events", events())}))});
  return shape;
}

}  // namespace linchpin::model
