// linchpin match: which records of files are one person's, with no hub running.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <set>

#include "base/file.hpp"
#include "cli/command.hpp"
#include "cli/match_files.hpp"
#include "cli/match_report.hpp"
#include "cli/near_list.hpp"
#include "cli/open_hub.hpp"
#include "cli/printable.hpp"
#include "cli/private_file.hpp"
#include "model/nearest.hpp"

namespace linchpin::cli {
namespace {

using matching::Book;
using matching::Model;
using matching::Terms;
using matching::Truth;

struct Asked : Where {
  std::string entity;
  std::vector<std::string> files, beside;
  std::string train, model, evaluate, review, html, near;
  std::optional<double> accept, ask;
  bool values = false;
};

// Where somebody watches, and it takes longer than a second: what is being done.
class Progress {
 public:
  void on(std::string_view what) const {
    if (::isatty(STDERR_FILENO) == 0 || std::chrono::steady_clock::now() - start_ < std::chrono::seconds(1)) return;
    std::cerr << "linchpin: " << what << std::endl;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Result<const model::Entity*> entity_of(const model::Hub& hub, const std::string& name) {
  const auto at = hub.entities.find(EntityName(name));
  if (at != hub.entities.end()) return &at->second;
  std::vector<std::string> names;
  for (const auto& [known, entity] : hub.entities) names.push_back(known.text);
  return fail(Code::NotFound, "the hub has no entity of that name", model::suggestion(name, names));
}

void tell(const Slips& slips) {
  for (const auto& [column, said] : slips)
    if (!said.empty()) std::cerr << "linchpin: " << printable(said) << "\n";
}

// A folder with a labelled book: its *.csv are the systems, truth.csv says who is who.
struct Labelled {
  std::unique_ptr<Book> book;
  Truth truth;
};
Result<Labelled> labelled_book(const model::Entity& entity, const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code failed;
  for (const auto& file : std::filesystem::directory_iterator(folder, failed))
    if (file.path().extension() == ".csv" && file.path().stem() != "truth" && file.path().stem() != "relations")
      paths.push_back(file.path());
  if (paths.empty())
    return fail(Code::InvalidArgument, "the folder has no labelled book",
                "It holds a CSV file of each system, and truth.csv.", Place{folder, 0, 0});
  std::sort(paths.begin(), paths.end());
  Truth truth = TRY(read_truth(folder + "/truth.csv"));
  Slips slips;
  Labelled labelled{std::make_unique<Book>(TRY(read_books(entity, paths, slips))), std::move(truth)};
  tell(slips);
  return labelled;
}

Result<Model> learn(const model::Entity& entity, const Book& book, const Asked& asked) {
  if (asked.model.empty())
    return fail(Code::InvalidArgument, "--train needs --model",
                "Say where the model is written: --model my-model.json.");
  const Truth truth = TRY(read_truth(asked.train));
  std::vector<Labelled> others;
  for (const std::string& folder : asked.beside) others.push_back(TRY(labelled_book(entity, folder)));
  std::vector<matching::Lesson> lessons{{&book, &truth}};
  std::size_t records = truth.size();
  for (const Labelled& other : others) {
    lessons.push_back({other.book.get(), &other.truth});
    records += other.truth.size();
  }
  Model model = TRY(matching::train(lessons));
  model.made_from = std::to_string(records) + " labelled records of " + std::to_string(lessons.size()) + " books";
  TRY(write_private(asked.model, to_text(model)));
  return model;
}

Result<Model> model_of(const model::Entity& entity, const Book& book, const Asked& asked) {
  if (!asked.train.empty()) return learn(entity, book, asked);
  if (asked.model.empty()) return matching::built_in_model();
  Result<Model> model = matching::parse_model(TRY(read_file(asked.model, 64u << 20)));
  if (!model) model.error().at = Place{asked.model, 0, 0};
  return model;
}

Result<Terms> terms_of(const model::Entity& entity, const Model& model, const Asked& asked) {
  const auto& never = entity.match.never_differs;
  const bool vetoes = std::find(never.begin(), never.end(), FieldName("date_of_birth")) != never.end();
  Terms terms{.accept = asked.accept.value_or(model.accept), .review = 0, .birth_vetoes = vetoes, .decisions = {}};
  terms.review = asked.ask.value_or(std::min(model.review, terms.accept));
  if (terms.review > terms.accept)
    return fail(Code::InvalidArgument, "--ask is above --accept", "A person is asked below what is accepted.");
  return terms;
}

// Of those whom nothing has put together with anybody of another system; what is in doubt is in the other list.
std::vector<matching::Alike> near_ones(const Book& book, const Model& model, const matching::Partition& found) {
  std::vector<matching::Stands> stands(book.size());
  std::uint64_t all = 0;
  const auto system_of = [&](std::uint32_t r) { return std::uint64_t{1} << (book[r].system % 64); };
  for (std::uint32_t r = 0; r < book.size(); ++r) stands[found.golden[r]].has |= system_of(r), all |= system_of(r);
  for (std::uint32_t r = 0; r < book.size(); ++r) stands[r].has = stands[found.golden[r]].has;
  for (matching::Stands& s : stands) s.lacks = all & ~s.has;
  std::set<matching::Pair> in_doubt;
  for (const matching::Question& q : found.questions) in_doubt.insert(std::minmax(q.pair.first, q.pair.second));
  return near(book, stands, model, [&](const matching::Pair& pair) { return in_doubt.contains(pair); });
}

// What is written goes over nothing that is read, and no two outcomes go to one file.
Result<void> stand_apart(const Asked& asked) {
  std::vector<std::string> inputs = asked.files;
  inputs.insert(inputs.end(), {asked.evaluate, asked.train});
  std::vector<std::pair<std::string, std::string>> outputs{
      {"--review", asked.review}, {"--near", asked.near}, {"--html", asked.html}};
  if (asked.train.empty())
    inputs.push_back(asked.model);
  else
    outputs.emplace_back("--model", asked.model);
  std::set<std::filesystem::path> taken;
  std::error_code failed;
  for (const std::string& input : inputs)
    if (!input.empty()) taken.insert(std::filesystem::weakly_canonical(input, failed));
  for (const auto& [option, path] : outputs)
    if (!path.empty() && !std::filesystem::is_character_file(path, failed) &&
        !taken.insert(std::filesystem::weakly_canonical(path, failed)).second)
      return fail(Code::InvalidArgument, option + " would be written over a file that is read or written besides",
                  "Give it a name of its own.", Place{path, 0, 0});
  return {};
}

// Whether the truth is of these records: of others it would say that nothing was found.
Result<void> names_them(const Truth& truth, const std::vector<matching::Record>& records, const std::string& path) {
  std::size_t known = 0;
  for (const matching::Record& record : records) known += truth.contains(record.id);
  if (known == 0)
    return fail(Code::InvalidArgument, "it names no record of these files",
                "system is a file's base name, and id what the file has under id.", Place{path, 0, 0});
  if (known < truth.size())
    std::cerr << "linchpin: " << path << ": " << truth.size() - known << " of " << truth.size()
              << " records are in none of these files\n";
  return {};
}

Result<int> match(const Asked& asked) {
  const Progress progress;
  TRY(stand_apart(asked));
  const std::shared_ptr<const model::Hub> hub = TRY(load_hub(asked.folder, asked.environment));
  const model::Entity& entity = *TRY(entity_of(*hub, asked.entity));
  Slips slips;
  std::vector<matching::Record> records = TRY(read_books(entity, asked.files, slips));
  tell(slips);
  std::vector<matching::Record> values;
  if (asked.values) values = records;
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  std::optional<Truth> truth;
  if (!asked.evaluate.empty()) truth = TRY(read_truth(asked.evaluate));
  if (truth) TRY(names_them(*truth, records, asked.evaluate));
  progress.on("read " + std::to_string(records.size()) + " records");
  const Book book(std::move(records));
  const Model model = TRY(model_of(entity, book, asked));
  const Terms terms = TRY(terms_of(entity, model, asked));
  const matching::Partition found =
      matching::match(book, model, terms, [&](std::string_view what) { progress.on(what); });
  for (const std::string& sentence : stop_word_sentences(found)) std::cerr << "linchpin: " << sentence << "\n";
  if (!asked.review.empty()) TRY(write_private(asked.review, review_csv(book, found)));
  if (!asked.html.empty()) TRY(write_private(asked.html, match_page(book, found, values)));
  Json json = asked.json ? match_json(book, found) : Json();
  if (!asked.near.empty()) {
    progress.on("looking for who is most like whom");
    const Json pairs = near_pairs(book, near_ones(book, model, found));
    TRY(write_private(asked.near, near_csv(pairs)));
    if (asked.json) json = json.with("near", pairs);
  }
  if (truth) {
    const Json evaluated = evaluation(book, found, *truth);
    if (asked.json)
      json = json.with("evaluation", evaluated);
    else
      std::cerr << evaluation_text(evaluated);  // the standard output is the clusters
  }
  std::cout << (asked.json ? canonical(json) + "\n" : clusters_csv(book, found));
  std::cout.flush();
  if (!std::cout)
    return fail(Code::StoreUnavailable, "the standard output cannot be written",
                "Check where it goes: a full disk, a closed pipe.");
  return 0;
}

void add_options(Command& command, Asked& asked) {
  command.option("ENTITY", asked.entity, "what the records are of: contact").required();
  command.option("FILE", asked.files, "CSV with a header, or JSON lines; the system is the file's base name")
      .required();
  command.option("--model", asked.model, "a model of your own (default: the one built in)");
  command.option("--train", asked.train, "learn a model from who is who (CSV: system,id,person), into --model");
  command.option("--with", asked.beside, "learn also from these folders: CSV files and truth.csv").each();
  command.option("--evaluate", asked.evaluate, "how right it is, by who is who (CSV: system,id,person)");
  command.option("--review", asked.review, "write the pairs in doubt there, as CSV");
  command.option("--near", asked.near, "write there, as CSV, who of those with nobody elsewhere is most like whom");
  command.option("--html", asked.html, "write a page for people there: counts and pairs in doubt, no values");
  command.flag("--values", asked.values, "with --html: show names, e-mail, phone and date of birth");
  command.option("--accept", asked.accept, "from this probability on nobody is asked (default: the model's)")
      .between(0.0, 1.0);
  command.option("--ask", asked.ask, "from this probability on a person is asked (default: the model's)")
      .between(0.0, 1.0);
}

}  // namespace

void add_match(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command("match",
                                    "Which records of files are one person's. "
                                    "Example: linchpin match my-hub contact crm.csv books.csv > clusters.csv");
  add_where(command, *asked);
  add_options(command, *asked);
  command.runs([asked] { return match(*asked); });
}

}  // namespace linchpin::cli
