// How golden records, links and deliveries are sealed at rest: packed (packed.hpp) under the golden record's own data
// key (XChaCha20-Poly1305), bound to its kind and id, so that a sealed value cannot be swapped between people.
#pragma once

#include "base/crypto.hpp"
#include "base/result.hpp"
#include "engine/golden.hpp"
#include "engine/past.hpp"
#include "engine/rows.hpp"

namespace linchpin::engine {

GoldenRow to_row(const Golden&, const Secret& key);
Result<Golden> open_row(const GoldenRow&, const Secret& key);

LinkRow to_row(const Link&, const Secret& key);
Result<Link> open_row(const LinkRow&, const Secret& key);

DeliveryRow to_row(const Delivery&, const Secret& key);
Result<Delivery> open_row(const DeliveryRow&, const Secret& key);

PastRow to_row(const Past&, const Secret& key);
Result<Past> open_row(const PastRow&, const Secret& key);

// What a dead letter or a review keeps for the person who mends it. `id` is the row's.
std::string seal_detail(const Json& detail, std::string_view id, const Secret& key);
Result<Json> open_detail(std::string_view sealed, std::string_view id, const Secret& key);

// An inbox entry's body, under the key of its day. The associated data names the system and the day.
std::string seal_body(std::string_view body, const SystemName&, std::string_view day, const Secret& day_key);
Result<std::string> open_body(std::string_view sealed, const SystemName&, std::string_view day, const Secret& day_key);

}  // namespace linchpin::engine
