#include "sim/typed.hpp"

namespace linchpin::sim {

std::string name_of(const Values& values) { return values.at(Field::Given) + " " + values.at(Field::Family); }

Json in_hubspot(const Values& v, const std::string& stage) {
  return Json::object({{"firstname", v.at(Field::Given)},
                       {"lastname", v.at(Field::Family)},
                       {"email", v.at(Field::Email)},
                       {"phone", v.at(Field::Phone)},
                       {"lifecyclestage", stage}});
}

Json in_xero(const Values& v) {
  return Json::object({{"Name", name_of(v)},
                       {"FirstName", v.at(Field::Given)},
                       {"LastName", v.at(Field::Family)},
                       {"EmailAddress", v.at(Field::Email)},
                       {"Phones", phone_in_xero(v.at(Field::Phone))}});
}

Json phone_in_xero(const std::string& number) {
  return Json::list({Json::object(
      {{"PhoneType", "MOBILE"}, {"PhoneNumber", number}, {"PhoneAreaCode", ""}, {"PhoneCountryCode", ""}})});
}

Json typed_in(Site site, Field field, const std::string& text) {
  if (site == Site::Hubspot) {
    constexpr const char* names[] = {"firstname", "lastname", "email", "phone", "lifecyclestage"};
    return Json::object({{names[static_cast<std::size_t>(field)], text}});
  }
  if (field == Field::Phone) return Json::object({{"Phones", phone_in_xero(text)}});
  constexpr const char* names[] = {"FirstName", "LastName", "EmailAddress"};
  return Json::object({{names[static_cast<std::size_t>(field)], text}});
}

std::string odd_phone(const std::string& d, std::uint64_t which) {
  switch (which) {
    case 0:
      return "+61" + d.substr(1);
    case 1:
      return "+61 " + d.substr(1, 3) + " " + d.substr(4, 3) + " " + d.substr(7);
    case 2:
      return d.substr(0, 4) + "-" + d.substr(4, 3) + "-" + d.substr(7);
    default:
      return " " + d.substr(0, 4) + " " + d.substr(4, 3) + " " + d.substr(7);
  }
}

std::string capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

}  // namespace linchpin::sim
