#include "bench/job_hub.hpp"

namespace linchpin::bench {
namespace {

constexpr std::string_view source_connector = R"(connector: crm
title: The source of the end-to-end job
base_url: https://crm.invalid
hosts: []
secrets: [token, webhook.secret]
auth: { kind: bearer, secret: token }
api_versions: { records: ["1"] }
limits: { concurrent: 4, windows: [] }
objects:
  people:
    record: { id: id, updated: { at: updated, as: ms } }
    list: { get: /records, query: { after: "{cursor}" }, records: results, next: { cursor: next } }
    fetch: { get: /records, query: { ids: "{records}" }, most: 100, records: results }
webhook:
  signatures:
    - header: X-HubSpot-Signature-v3
      encoding: base64
      key: text
      signs: [method, url, body, timestamp]
      timestamp: { header: X-HubSpot-Request-Timestamp, unit: ms, tolerance: 5 minutes }
  events:
    id: "{portalId}/{subscriptionId}/{eventId}/{objectId}/{occurredAt}"
    time: { at: occurredAt, as: ms }
    kinds:
      - { where: { subscriptionType: ^object\.propertyChange$ }, kind: changed, object: people, record: objectId, values: record }
)";

constexpr std::string_view sink_connector = R"(connector: sink
title: A sink of the end-to-end job
base_url: https://sink.invalid
hosts: []
secrets: [token]
auth: { kind: bearer, secret: token }
api_versions: { people: ["1"] }
limits: { concurrent: 64, windows: [] }
objects:
  people:
    record: { id: id }
    create:
      most: MOST
      post: /create
      null_as: nothing
      repeats: safely
      body: BODY
      results: { at: results, by: order }
    update:
      most: MOST
      post: /update
      null_as: nothing
      repeats: safely
      body: BODY
      results: { at: results, by: order }
)";
constexpr std::string_view one_body = R"({ external_id: "{it.golden}", "...": "{it.body}" })";
constexpr std::string_view batch_body =
    R"({ inputs: { each: items, give: { external_id: "{it.golden}", "...": "{it.body}" } } })";

constexpr std::string_view entity = R"(entity: person
fields:
  given_name: { type: text, class: personal, owner: crm }
  family_name: { type: text, class: personal, owner: crm }
  email: { type: email, class: personal, owner: crm }
  phone: { type: phone, class: personal, survivorship: recency, region: AU }
together: [[given_name, family_name]]
match:
  same:
    - { agree: [given_name ~, family_name ~], two_of: [email, phone] }
  shared: 3
on_delete: detach
)";

constexpr std::string_view mapping = R"(mapping: SYSTEM.people
system: SYSTEM
object: people
entity: person
fields:
  given_name: { at: first_name, direction: WAY }
  family_name: { at: last_name, direction: WAY }
  email: { at: email, direction: WAY }
  phone: { at: phone, direction: WAY }
)";

constexpr std::string_view system = R"(system: SYSTEM
connector: CONNECTOR
may_hold: personal
purpose: The end-to-end job
country: AU
)";

constexpr std::string_view environment = R"(environment: bench
listen: 127.0.0.1:0
public_url: PUBLIC
store: sqlite:data
keys: { master: env:BENCH_MASTER, match: env:BENCH_MATCH, log: env:BENCH_LOG }
connections:
  crm: { base_url: "SOURCE", auth: { token: env:BENCH_TOKEN }, webhook: { secret: env:BENCH_WEBHOOK_SECRET } }
  first: { base_url: "FIRST", auth: { token: env:BENCH_TOKEN } }
  second: { base_url: "SECOND", auth: { token: env:BENCH_TOKEN } }
)";

std::string filled(std::string_view text, std::initializer_list<std::pair<std::string_view, std::string_view>> words) {
  std::string filled(text);
  for (const auto& [word, value] : words)
    for (std::size_t at = 0; (at = filled.find(word, at)) != std::string::npos; at += value.size())
      filled.replace(at, word.size(), value);
  return filled;
}

}  // namespace

std::map<std::string, std::string> job_hub_files(const JobHub& job) {
  std::map<std::string, std::string> files;
  files["hub.yaml"] = "hub: end-to-end\ntime_zone: Australia/Sydney\n";
  files["connectors/crm.yaml"] = source_connector;
  files["connectors/sink.yaml"] = filled(
      sink_connector, {{"MOST", std::to_string(job.sink_batch)}, {"BODY", job.sink_batch > 1 ? batch_body : one_body}});
  files["entities/person.yaml"] = entity;
  for (const std::string_view name : {"crm", "first", "second"}) {
    const bool source = name == "crm";
    files["systems/" + std::string(name) + ".yaml"] =
        filled(system, {{"SYSTEM", name}, {"CONNECTOR", source ? "crm" : "sink"}});
    files["mappings/" + std::string(name) + ".people.yaml"] =
        filled(mapping, {{"SYSTEM", name}, {"WAY", source ? "in" : "out"}});
  }
  files["flows/people.yaml"] =
      "flow: people\nkeep: person\nsystems:\n  crm: { read: realtime }\n  first: { write: realtime }\n"
      "  second: { write: realtime }\n";
  files["environments/bench.yaml"] = filled(environment, {{"PUBLIC", job.public_url},
                                                          {"SOURCE", job.source_url},
                                                          {"FIRST", job.sink_urls[0]},
                                                          {"SECOND", job.sink_urls[1]}});
  return files;
}

}  // namespace linchpin::bench
