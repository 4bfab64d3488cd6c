#include "cli/match_report.hpp"

#include <cstdio>
#include <map>
#include <set>

#include "cli/csv.hpp"
#include "cli/html.hpp"
#include "matching/reason.hpp"

namespace linchpin::cli {
namespace {

using matching::Book;
using matching::Comparison;
using matching::Partition;
using matching::Question;
using matching::RecordId;
using matching::Told;

Comparison comparison_of(const Book& book, const Question& q) {
  return compare(book, book[q.pair.first], book[q.pair.second]);
}

std::string probability_text(float p) {
  char text[16];
  std::snprintf(text, sizeof text, "%.4f", static_cast<double>(p));
  return text;
}

std::string golden_id(const Book& book, const Partition& found, std::uint32_t record) {
  const RecordId& first = book.id(found.golden[record]);
  return first.system + ":" + first.id;
}

std::size_t golden_count(const Partition& found) {
  std::size_t count = 0;
  for (std::uint32_t r = 0; r < found.golden.size(); ++r) count += found.golden[r] == r;
  return count;
}

Json rate(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.6f", value);
  return Json(Json::Number{text});
}

}  // namespace

std::string clusters_csv(const Book& book, const Partition& found) {
  std::string text = "system,id,golden_id\n";
  for (std::uint32_t r = 0; r < book.size(); ++r)
    text +=
        csv_text(book.id(r).system) + "," + csv_text(book.id(r).id) + "," + csv_text(golden_id(book, found, r)) + "\n";
  return text;
}

std::string review_csv(const Book& book, const Partition& found) {
  std::string text = "system_a,id_a,system_b,id_b,probability,reason\n";
  for (const Question& q : found.questions) {
    const RecordId &a = book.id(q.pair.first), &b = book.id(q.pair.second);
    text += csv_text(a.system) + "," + csv_text(a.id) + "," + csv_text(b.system) + "," + csv_text(b.id) + "," +
            probability_text(q.probability) + "," + csv_text(reason_of(comparison_of(book, q))) + "\n";
  }
  return text;
}

Json evaluation(const Book& book, const Partition& found, const matching::Truth& truth) {
  const auto two = [](std::size_t n) { return n * (n - 1) / 2; };
  std::map<std::uint32_t, std::map<std::string, std::size_t>> in_golden;
  std::map<std::string, std::size_t> of_person;
  for (const auto& [id, person] : truth) ++of_person[person];
  std::size_t unknown = 0;
  for (std::uint32_t r = 0; r < book.size(); ++r) {
    const auto at = truth.find(book.id(r));
    if (at == truth.end())
      ++unknown;
    else
      ++in_golden[found.golden[r]][at->second];
  }
  std::size_t right = 0, put = 0, true_pairs = 0, false_merges = 0, largest = 0;
  std::size_t whole = 0;  // golden records that are all of one person, and nobody else
  for (const auto& [golden, people] : in_golden) {
    std::size_t records = 0;
    for (const auto& [person, count] : people) right += two(count), records += count;
    put += two(records);
    whole += people.size() == 1 && of_person.at(people.begin()->first) == records;
    if (people.size() > 1) ++false_merges, largest = std::max(largest, people.size());
  }
  for (const auto& [person, count] : of_person) true_pairs += two(count);
  const auto part = [](std::size_t a, std::size_t b) {
    return b == 0 ? 1.0 : static_cast<double>(a) / static_cast<double>(b);
  };
  const double precision = part(right, put), recall = part(right, true_pairs);
  return Json::object({{"records", book.size()},
                       {"unknown", unknown},
                       {"golden", in_golden.size()},
                       {"precision", rate(precision)},
                       {"recall", rate(recall)},
                       {"f1", rate(precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall))},
                       {"cluster_precision", rate(part(whole, in_golden.size()))},
                       {"cluster_recall", rate(part(whole, of_person.size()))},
                       {"false_merges", false_merges},
                       {"most_people_in_one", largest},
                       {"questions", found.questions.size()}});
}

std::string evaluation_text(const Json& e) {
  return "pairs: precision " + e["precision"].number_text() + "  recall " + e["recall"].number_text() + "  F1 " +
         e["f1"].number_text() + "\nclusters that are all of one person and nobody else: precision " +
         e["cluster_precision"].number_text() + "  recall " + e["cluster_recall"].number_text() + "\ngolden records " +
         e["golden"].number_text() + "  with more than one person " + e["false_merges"].number_text() + "  questions " +
         e["questions"].number_text() + "\n";
}

std::vector<std::string> stop_word_sentences(const Partition& found) {
  std::vector<std::string> sentences;
  for (const matching::StopWords& s : found.stop_words) {
    const std::string records = std::to_string(s.records), most = std::to_string(matching::Key{}.shared_most);
    sentences.push_back(s.keys == 1 ? records + " records share one " + std::string(s.kind) + ": more than " + most +
                                          ", so that nobody was looked for by it"
                                    : "more than " + most + " records share one " + std::string(s.kind) + ", " +
                                          std::to_string(s.keys) + " times (" + records +
                                          " at most): nobody was looked for by these");
  }
  return sentences;
}

Json match_json(const Book& book, const Partition& found) {
  Json::List clusters, questions, stop_words;
  for (const matching::StopWords& s : found.stop_words)
    stop_words.push_back(Json::object({{"kind", std::string(s.kind)}, {"keys", s.keys}, {"records", s.records}}));
  for (std::uint32_t r = 0; r < book.size(); ++r)
    clusters.push_back(
        Json::object({{"system", book.id(r).system}, {"id", book.id(r).id}, {"golden_id", golden_id(book, found, r)}}));
  for (const Question& q : found.questions) {
    const RecordId &a = book.id(q.pair.first), &b = book.id(q.pair.second);
    questions.push_back(Json::object({{"system_a", a.system},
                                      {"id_a", a.id},
                                      {"system_b", b.system},
                                      {"id_b", b.id},
                                      {"probability", Json(Json::Number{probability_text(q.probability)})},
                                      {"reason", reason_of(comparison_of(book, q))}}));
  }
  return Json::object({{"records", book.size()},
                       {"golden", golden_count(found)},
                       {"clusters", std::move(clusters)},
                       {"questions", std::move(questions)},
                       {"stop_words", std::move(stop_words)}});
}

namespace {

constexpr std::string_view page_head = R"(<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Who is in your systems twice</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:1rem 0}td,th{border-bottom:1px solid #ccc;padding:.3rem .8rem;text-align:left}
td.number,th.number{text-align:right}.agrees{color:#17692f}.near{color:#8a5a00}.differs{color:#a01414}</style>
)";
constexpr std::size_t examples_most = 20;

std::string names_of(const std::vector<matching::Record>& values, const RecordId& id) {
  const auto at = std::lower_bound(values.begin(), values.end(), id,
                                   [](const matching::Record& r, const RecordId& wanted) { return r.id < wanted; });
  if (at == values.end() || at->id != id) return {};
  const matching::Fields& f = at->fields[0];
  std::string text;
  for (const std::string* part : {&f.given_name, &f.family_name, &f.full_name, &f.email, &f.phone, &f.date_of_birth})
    if (!part->empty()) text += (text.empty() ? "" : " · ") + *part;
  return "<br><small>" + html_escaped(text) + "</small>";
}

}  // namespace

std::string match_page(const Book& book, const Partition& found, const std::vector<matching::Record>& values) {
  struct Counted {
    std::size_t records = 0, people = 0;
  };
  std::map<std::string, Counted> by_system;
  std::set<std::pair<std::string, std::uint32_t>> seen;
  for (std::uint32_t r = 0; r < book.size(); ++r) {
    Counted& c = by_system[book.id(r).system];
    ++c.records;
    c.people += seen.emplace(book.id(r).system, found.golden[r]).second;
  }
  std::string page(page_head);
  page += "<h1>Who is in your systems twice</h1><p>" + std::to_string(book.size()) + " records are " +
          std::to_string(golden_count(found)) + " people, as far as can be said with nobody asked. " +
          std::to_string(found.questions.size()) + " pairs are in doubt: a person should decide them.</p>" +
          "<table><tr><th>system<th class=number>records<th class=number>people<th class=number>duplicates</tr>";
  for (const auto& [system, c] : by_system)
    page += "<tr><td>" + html_escaped(system) + "<td class=number>" + std::to_string(c.records) + "<td class=number>" +
            std::to_string(c.people) + "<td class=number>" + std::to_string(c.records - c.people) + "</tr>";
  page +=
      "</table><h2>Pairs in doubt, the likeliest first</h2><table><tr><th>one<th>the other<th>what they have in "
      "common</tr>";
  for (std::size_t i = 0; i < std::min(examples_most, found.questions.size()); ++i) {
    const Question& q = found.questions[i];
    page += "<tr>";
    for (const std::uint32_t r : {q.pair.first, q.pair.second})
      page += "<td>" + html_escaped(book.id(r).system + " " + book.id(r).id) +
              (values.empty() ? "" : names_of(values, book.id(r)));
    page += "<td>";
    for (const Told& t : told(comparison_of(book, q)))
      page += html_escaped(t.field) + " <span class=" + t.says + ">" + t.says + "</span><br>";
    page += html_escaped(doubt_of(comparison_of(book, q)));
    page += "</tr>";
  }
  page += "</table>";
  for (const std::string& sentence : stop_word_sentences(found))
    page += "<p>Left out: " + html_escaped(sentence) + ".</p>";
  return page + "<p>" +
         (values.empty() ? "No values of your clients are on this page."
                         : "This page holds values of your clients: treat it as their data.") +
         "</p></html>\n";
}

}  // namespace linchpin::cli
