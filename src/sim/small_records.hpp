// For tests of the whole line: one client's record, as each vendor holds it.
#pragma once

#include <string>

#include "base/json.hpp"

namespace linchpin::sim {

inline Json in_hubspot(const std::string& id, const char* given, const char* family, const char* email,
                       const char* phone) {
  return Json::object({{"id", id},
                       {"properties", Json::object({{"firstname", given},
                                                    {"lastname", family},
                                                    {"email", email},
                                                    {"phone", phone},
                                                    {"lifecyclestage", "customer"}})},
                       {"createdAt", "2026-01-05T00:00:00.000Z"},
                       {"updatedAt", "2026-01-05T00:00:00.000Z"},
                       {"archived", false}});
}
// `phone`: without its country, or "".
inline Json in_xero(const std::string& id, const char* given, const char* family, const char* email,
                    const char* phone) {
  Json record = Json::object({{"ContactID", id},
                              {"ContactStatus", "ACTIVE"},
                              {"Name", std::string(given) + " " + family},
                              {"FirstName", given},
                              {"LastName", family},
                              {"EmailAddress", email},
                              {"IsCustomer", true},
                              {"UpdatedDateUTC", "/Date(1767571200000+0000)/"}});
  const Json mobile = Json::object(
      {{"PhoneType", "MOBILE"}, {"PhoneCountryCode", "61"}, {"PhoneAreaCode", ""}, {"PhoneNumber", phone}});
  return *phone ? record.with("Phones", Json::list({mobile})) : record;
}

// What a vendor holds at first: its records of one object.
inline Json holding(const char* object, Json::List records) {
  return Json::object({{"objects", Json::object({{object, std::move(records)}})}});
}

}  // namespace linchpin::sim
