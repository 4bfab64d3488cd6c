#include "cli/near_list.hpp"

#include "cli/csv.hpp"
#include "matching/reason.hpp"

namespace linchpin::cli {

Json near_pairs(const matching::Book& book, const std::vector<matching::Alike>& list) {
  Json::List pairs;
  for (const matching::Alike& one : list) {
    const matching::RecordId &a = book.id(one.pair.first), &b = book.id(one.pair.second);
    char likeness[16];
    std::snprintf(likeness, sizeof likeness, "%.4f", static_cast<double>(one.likeness));
    pairs.push_back(Json::object({{"system_a", a.system},
                                  {"id_a", a.id},
                                  {"system_b", b.system},
                                  {"id_b", b.id},
                                  {"likeness", Json(Json::Number{likeness})},
                                  {"reason", reason_of(one.comparison)}}));
  }
  return Json(std::move(pairs));
}

std::string near_csv(const Json& pairs) {
  std::string text = "system_a,id_a,system_b,id_b,likeness,reason\n";
  for (const Json& p : pairs.items())
    text += csv_text(p["system_a"].text()) + "," + csv_text(p["id_a"].text()) + "," + csv_text(p["system_b"].text()) +
            "," + csv_text(p["id_b"].text()) + "," + p["likeness"].number_text() + "," + csv_text(p["reason"].text()) +
            "\n";
  return text;
}

namespace {

// " company and invoice are left out: …", or nothing.
std::string left_out_sentence(const Json::List& entities) {
  std::string names;
  for (std::size_t i = 0; i < entities.size(); ++i)
    names += (i == 0 ? "" : i + 1 < entities.size() ? ", " : " and ") + entities[i].text();
  if (names.empty()) return {};
  return " " + names + (entities.size() == 1 ? " is" : " are") + " left out: no field there is a person's name.";
}

}  // namespace

std::string near_sentence(const Json& plan, const std::string& file) {
  const Json& near = plan["near"];
  if (near.is_null()) {
    for (const Json& system : plan["systems"].items())
      if (system["creates"].integer().value_or(0) > 0)
        return "Who of those that are created may be there already, under another name: --near FILE lists them.";
    return {};
  }
  const std::string left_out = left_out_sentence(near["left_out"].items());
  if (near["created"].integer().value_or(0) == 0)
    return "Nobody is created by these files, so " + file + " lists nobody." + left_out;
  return "Of " + near["created"].number_text() + " who are created, " + near["alike"].number_text() +
         " are like somebody who is there already. " + file + " lists " + std::to_string(near["pairs"].items().size()) +
         " pairs, the most alike first: whoever is one person is put together by `linchpin review merge`." + left_out;
}

}  // namespace linchpin::cli
