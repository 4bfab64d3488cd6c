// A call as a request: the manifest's templates filled, sent nowhere but where the manifest or the environment says.
//
// Names in templates: api.FAMILY, setting.NAME, cursor, since.{rfc3339,second,ms}, members, records, goldens, key (the
// idempotency key of the whole call), items (each with record, golden, delivery, body), it (of `each` and `one_by_one`;
// the only item of a write), record (of a join).
#pragma once

#include "base/http.hpp"
#include "base/result.hpp"
#include "connect/language.hpp"
#include "engine/connector.hpp"

namespace linchpin::connect {

Result<Request> make_request(const Language&, const engine::Call&, const engine::Credential&, Instant now);

// The same of one request that is no call's of the engine, with the templates' names of `call`.
Result<Request> send_request(const Language&, const Send&, const engine::Call& call, const engine::Credential&,
                             Instant now);

// What the templates of the call are filled from.
Json input_of(const Language&, const engine::Call&, const engine::Credential&);

}  // namespace linchpin::connect
