// linchpin match: the records of files against each other, with no hub running.
#include <fstream>
#include <iostream>

#include "base/file.hpp"
#include "cli/command.hpp"
#include "cli/csv.hpp"
#include "cli/match_files.hpp"
#include "cli/open_hub.hpp"
#include "matching/partition.hpp"

#include <CLI/CLI.hpp>

namespace linchpin::cli {
namespace {

using matching::Book;
using matching::Lesson;
using matching::Model;
using matching::Partition;
using matching::Question;
using matching::RecordId;
using matching::Terms;
using matching::Truth;

struct Asked : Where {
  std::string entity;
  std::vector<std::string> files, beside;
  std::string train, model, evaluate, review, html;
};

Result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file)
    return fail(Code::StoreUnavailable, "the file cannot be written", "Check the folder, its rights and the disk.",
                Place{path, 0, 0});
  return {};
}

Result<int> run(const Asked& asked) {
  const std::shared_ptr<const model::Hub> hub = TRY(load_hub(asked.folder, asked.environment));
  const model::Entity& entity = hub->entity(EntityName(asked.entity));
  const Book book(TRY(read_books(entity, asked.files)));
  Model model = matching::built_in_model();
  if (!asked.train.empty()) {
    const Truth truth = TRY(read_truth(asked.train));
    std::vector<Lesson> lessons{{&book, &truth}};
    std::vector<std::unique_ptr<Book>> books;
    std::vector<std::unique_ptr<Truth>> truths;
    for (const std::string& folder : asked.beside) {
      std::vector<std::string> paths;
      for (const auto& file : std::filesystem::directory_iterator(folder))
        if (file.path().extension() == ".csv" && file.path().stem() != "truth" && file.path().stem() != "relations")
          paths.push_back(file.path());
      std::sort(paths.begin(), paths.end());
      books.push_back(std::make_unique<Book>(TRY(read_books(entity, paths))));
      truths.push_back(std::make_unique<Truth>(TRY(read_truth(folder + "/truth.csv"))));
      lessons.push_back({books.back().get(), truths.back().get()});
    }
    model = TRY(train(lessons));
    TRY(write_file(asked.model, to_text(model)));
  } else if (!asked.model.empty()) {
    model = TRY(matching::parse_model(TRY(read_file(asked.model, 64u << 20))));
  }
  Terms terms{.accept = model.accept,
              .review = model.review,
              .birth_vetoes = !entity.match.never_differs.empty(),
              .decisions = {}};
  if (getenv("NOVETO")) terms.birth_vetoes = false;
  if (const char* a = getenv("ACCEPT")) terms.accept = atof(a);
  if (const char* a = getenv("REVIEW")) terms.review = atof(a);
  const Partition found = match(book, model, terms);
  std::cout << "system,id,golden_id\n";
  for (std::uint32_t r = 0; r < book.size(); ++r)
    std::cout << csv_cell(book.id(r).system) << "," << csv_cell(book.id(r).id) << ",g" << found.golden[r] << "\n";
  if (!asked.review.empty()) {
    std::string text = "system_a,id_a,system_b,id_b,probability,reason\n";
    for (const Question& q : found.questions) {
      const RecordId &a = book.id(q.pair.first), &b = book.id(q.pair.second);
      text += csv_cell(a.system) + "," + csv_cell(a.id) + "," + csv_cell(b.system) + "," + csv_cell(b.id) + "," +
              std::to_string(q.probability) + ",\n";
    }
    TRY(write_file(asked.review, text));
  }
  return 0;
}

}  // namespace

void add_match(CLI::App& app, int& status) {
  auto asked = std::make_shared<Asked>();
  auto* command = app.add_subcommand("match",
                                     "Which records of files are one person's. Example: linchpin match my-hub contact "
                                     "crm.csv books.csv > clusters.csv");
  add_where(*command, *asked);
  command->add_option("ENTITY", asked->entity, "what the records are of: contact")->required();
  command->add_option("FILE", asked->files, "CSV with a header, or JSON lines; the system is the file's base name")
      ->required();
  command->add_option("--train", asked->train, "learn from who is who: system,id,person; needs --model");
  command->add_option("--with", asked->beside, "learn also from the labelled books of these folders");
  command->add_option("--model", asked->model, "a model of your own");
  command->add_option("--review", asked->review, "write the pairs in doubt there");
  command->callback([asked, &status] {
    const Result<int> done = run(*asked);
    status = done ? *done : failed(done.error());
  });
}

}  // namespace linchpin::cli
