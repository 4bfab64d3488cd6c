// `linchpin review`: questions for a person, answered one by one or many at once; and golden records that a person
// merges or splits.
#include <algorithm>
#include <iostream>

#include "cli/ask_hub.hpp"
#include "cli/command.hpp"
#include "cli/nearest_names.hpp"
#include "cli/printable.hpp"
#include "cli/progress.hpp"

namespace linchpin::cli {

namespace {

// Such as "at stake: email, phone  waits: 2 (hubspot:1203, xero)".
std::string at_stake(const Json& stake) {
  static constexpr std::size_t named_most = 4;
  const auto named = [](const Json& all) {
    std::string text;
    for (std::size_t i = 0; i < std::min(all.items().size(), named_most); ++i)
      text += (i == 0 ? "" : ", ") + all[i].text();
    return text + (all.items().size() > named_most ? ", …" : "");
  };
  const Json &fields = stake["fields"], &waits = stake["waits"];
  std::string text;
  if (!fields.items().empty()) text += "  at stake: " + named(fields);
  if (!waits.items().empty()) text += "  waits: " + std::to_string(waits.items().size()) + " (" + named(waits) + ")";
  return text;
}

}  // namespace

std::string line_of(const Json& item) {
  std::string line = item["id"].text() + "  " + item["kind"].text() + "  " + item["system"].text();
  if (!item["record"].text().empty()) line += ":" + item["record"].text();
  if (!item["field"].text().empty()) line += "  " + item["field"].text();
  line += "  " + item["code"].text() + ": " + item["message"].text();
  if (!item["place"].text().empty()) line += " (" + item["place"].text() + ")";
  if (!item["golden"].text().empty()) line += "  " + item["golden"].text();
  if (const auto holds = item["holds"].integer())
    line += "  holds the refs of " + std::to_string(*holds) + (item["holds_more"].boolean() ? " or more" : "");
  if (const Json* stake = item.find("stake")) line += at_stake(*stake);
  return line + "  since " + item["since"].text();
}

namespace {

struct Asked : Where {
  std::string verb, id, by, why, take, kind, system, field;
  std::vector<std::string> words;
  bool all = false, despite_veto = false;
};

bool is_meant(const Asked& asked, const Json& review) {
  return (asked.kind.empty() || review["kind"].text() == asked.kind) &&
         (asked.system.empty() || review["system"].text() == asked.system) &&
         (asked.field.empty() || review["field"].text() == asked.field);
}

// Those that are meant. A system without any may be misspelt; one that has some need not be declared any more.
Result<Json::List> list(const Asked& asked, bool answered_too) {
  const Json all = TRY(ask_hub(asked, Json::object({{"command", "review.list"}, {"all", answered_too}})));
  Json::List meant;
  for (const Json& review : all["items"].items())
    if (is_meant(asked, review)) meant.push_back(review);
  if (meant.empty() && !asked.system.empty()) TRY(known_system(asked, asked.system));
  return meant;
}

Result<Json> answer(const Asked& asked, const std::string& id) {
  return ask_hub(asked, Json::object({{"command", "review." + asked.verb},
                                      {"id", id},
                                      {"take", asked.take},
                                      {"by", asked.by.empty() ? user() : asked.by}}));
}

std::string text_of(const Json& value) { return value.is_null() ? "(blank)" : in_line(value); }

// show ID: what it is about, and who says what.
Result<int> show(const Asked& asked) {
  const Json answer = TRY(ask_hub(asked, Json::object({{"command", "review.show"}, {"id", asked.id}})));
  if (asked.json) {
    std::cout << canonical(answer) << "\n";
    return 0;
  }
  const Json review = printable_answer(answer);
  std::cout << line_of(review) << "\n";
  const auto told = [&](const std::string& who, const Json* value, const std::string& at) {
    std::cout << "  " << who << " = " << (value ? text_of(*value) : "(not shown)") << (at.empty() ? "" : ", at " + at)
              << "\n";
  };
  for (const Json& one : review["values"].items())
    told(one["system"].text() + ":" + one["record"].text(), one.find("value"), one["at"].text());
  const Json* by = review.find("held_by");
  if (const Json* value = review.find("value")) told(by ? "the golden record" : review["system"].text(), value, "");
  for (const Json& record : by ? by->items() : Json::List{}) std::cout << "  " << record.text() << " has it there\n";
  if (by && by->items().empty())
    std::cout << "  which record has it there is not known to the hub: look for the value\n";
  if (const Json* stays = review.find("stays")) told("the golden record", stays, "");
  return 0;
}

// The ids of standard input, a line each: the first word counts, so that what `list` prints may be given back.
std::vector<std::string> typed_ids() {
  std::vector<std::string> ids;
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t from = line.find_first_not_of(" \t\r");
    if (from != std::string::npos) ids.push_back(line.substr(from, line.find_first_of(" \t\r,", from) - from));
  }
  return ids;
}

void print(const Asked& asked, const Json& answered) {
  std::cout << (asked.json ? canonical(answered) : answered["id"].text() + " " + answered["state"].text()) << "\n";
}

// One that an earlier answer has settled is passed over; everything else that goes wrong ends it, and says how far it
// came.
Result<int> answer_all(const Asked& asked, const std::vector<std::string>& ids) {
  Progress progress("answering");
  std::size_t answered = 0, settled = 0;
  for (const std::string& id : ids) {
    const Result<Json> one = answer(asked, id);
    if (one) {
      print(asked, *one);
      ++answered;
    } else if (one.error().code == Code::ReviewAnswered) {
      ++settled;
    } else {
      return tl::unexpected(
          Error{one.error().code,
                id + ": " + one.error().what + " (" + std::to_string(answered) + " were answered before it)",
                one.error().at, one.error().fix});
    }
    progress.tell(", " + std::to_string(answered + settled) + " of " + std::to_string(ids.size()));
  }
  std::cerr << "linchpin: " << answered << " answered";
  if (settled > 0) std::cerr << ", " << settled << " had an answer already";
  std::cerr << "\n";
  return 0;
}

// merge ENTITY ID ID2
Result<int> merge(const Asked& asked) {
  if (asked.words.size() != 3)
    return fail(Code::InvalidArgument, "which two golden records are one is not said",
                "linchpin review DIR merge contact hubspot:1203 hubspot:1377 --why \"…\"");
  const Json answer = TRY(ask_hub(asked, Json::object({{"command", "review.merge"},
                                                       {"entity", asked.words[0]},
                                                       {"id", asked.words[1]},
                                                       {"other", asked.words[2]},
                                                       {"why", asked.why},
                                                       {"despite_veto", asked.despite_veto},
                                                       {"by", asked.by.empty() ? user() : asked.by}})));
  if (asked.json)
    std::cout << canonical(answer) << "\n";
  else
    std::cout << answer["merged"].text() << " is " << answer["id"].text() << " from now on\n";
  std::string twice;
  for (const Json& record : answer["twice"].items()) twice += " " + printable(record.text());
  if (!twice.empty()) std::cerr << "linchpin: one system has several records of it; merge them there:" << twice << "\n";
  return 0;
}

// split ENTITY ID RECORD…
Result<int> split(const Asked& asked) {
  if (asked.words.size() < 3)
    return fail(Code::InvalidArgument, "which records leave which golden record is not said",
                "linchpin review DIR split contact hubspot:1203 xero:0e3c… --why \"…\"");
  Json::List records;
  for (std::size_t i = 2; i < asked.words.size(); ++i) records.emplace_back(asked.words[i]);
  const Json answer = TRY(ask_hub(asked, Json::object({{"command", "review.split"},
                                                       {"entity", asked.words[0]},
                                                       {"id", asked.words[1]},
                                                       {"records", std::move(records)},
                                                       {"why", asked.why},
                                                       {"by", asked.by.empty() ? user() : asked.by}})));
  if (asked.json) {
    std::cout << canonical(answer) << "\n";
    return 0;
  }
  for (const Json& record : answer["records"].items()) std::cout << printable(record.text()) << " ";
  std::cout << "left " << answer["id"].text() << " and is " << answer["new"].text() << " from now on\n";
  return 0;
}

Result<int> review(Asked asked) {
  if (asked.verb == "merge") return merge(asked);
  if (asked.verb == "split") return split(asked);
  if (asked.words.size() > 1)
    return fail(Code::InvalidArgument, "one review is answered at a time: " + asked.words[1] + " is too many",
                "Give - for those of standard input, an ID a line.");
  if (!asked.words.empty()) asked.id = asked.words[0];
  const bool filters = !asked.kind.empty() || !asked.system.empty() || !asked.field.empty();
  if (asked.verb == "list") {
    if (!asked.id.empty())
      return fail(Code::InvalidArgument, "list takes no name: it shows every review", "Leave the last word out.");
    print_lines(Json(TRY(list(asked, asked.all))), asked.json, line_of);
    return 0;
  }
  if (asked.id.empty())
    return fail(Code::InvalidArgument, "the review is not named",
                "Give its ID; `linchpin review DIR list` shows those that are open.");
  if (asked.verb == "show") return show(asked);
  if (asked.id == "-") return answer_all(asked, typed_ids());
  if (asked.id == "all") {
    if (asked.kind.empty())
      return fail(Code::InvalidArgument, "which of the reviews are answered alike is not said",
                  "Give their kind with --kind, as in --kind match.");
    std::vector<std::string> ids;
    for (const Json& open : TRY(list(asked, false))) ids.push_back(open["id"].text());
    return answer_all(asked, ids);
  }
  if (filters)
    return fail(Code::InvalidArgument, "--kind, --system and --field choose among all, and one is named",
                "Write all in the place of the ID, or leave them out.");
  print(asked, TRY(answer(asked, asked.id)));
  return 0;
}

}  // namespace

void add_review(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command =
      program.command("review", "Questions for a person. Example: linchpin review my-hub accept r0a1b2c3d4e5f");
  add_where(command, *asked);
  command
      .option("VERB", asked->verb,
              "list; show ID; accept (yes: the same person; take the value) or reject (no) ID; merge ENTITY ID ID2 "
              "(two golden "
              "records are one); split ENTITY ID RECORD… (these records are somebody else)")
      .required()
      .one_of({"list", "show", "accept", "reject", "merge", "split"});
  command.option("WORDS", asked->words,
                 "accept, reject: which one; all, with --kind; or - for those of standard input, an ID a line. merge, "
                 "split: such as contact hubspot:1203 xero:0e3c…");
  command.option("--by", asked->by, "who answers (default: the user)");
  command.option("--why", asked->why, "merge, split: the reason, which explain tells");
  command.flag("--despite-veto", asked->despite_veto, "merge: though match: never: keeps the two apart");
  command.option("--take", asked->take, "accept, of a conflict: whose value, as a system or system:record");
  command.option("--kind", asked->kind, "of this kind only")
      .one_of({"match", "foreign_write", "conflict", "unique_taken", "deleted", "brake", "short_list"});
  command.option("--system", asked->system, "about this system only");
  command.option("--field", asked->field, "about this field only");
  command.flag("--all", asked->all, "list: the answered ones too");
  command.runs([asked] { return review(*asked); });
}

}  // namespace linchpin::cli
