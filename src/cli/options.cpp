#include "cli/options.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "cli/command.hpp"
#include "model/nearest.hpp"

#include <CLI/CLI.hpp>

namespace linchpin::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

// The first word that is no command: CLI11 would only say that one is due.
std::optional<Error> unknown_command(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining();
  if (commands_of(app).empty() || !app.get_subcommands().empty() || words.empty()) return std::nullopt;
  const bool option = words[0].starts_with('-');
  std::vector<std::string> names;
  if (option) names = {"--help", "--version"};
  for (const CLI::App* command : commands_of(app)) names.push_back((option ? "--" : "") + command->get_name());
  std::string near = model::nearest(words[0], names);
  if (option && near != "--help" && near != "--version") near = near.substr(std::min<std::size_t>(near.size(), 2));
  return Error{Code::InvalidArgument,
               (option ? "there is no option " : "there is no command ") + words[0],
               {},
               near.empty() ? "`linchpin --help` lists the commands." : "Did you mean `linchpin " + near + "`?"};
}

}  // namespace

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::one_of(const std::vector<std::string>& values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

template <class Number>
Option& Option::between(Number least, Number most) {
  option_->check(CLI::Range(least, most));
  return *this;
}
template Option& Option::between(int, int);
template Option& Option::between(std::uint64_t, std::uint64_t);
template Option& Option::between(double, double);

Option& Option::existing_folder() {
  option_->check(CLI::ExistingDirectory);
  return *this;
}

Option& Option::each() {
  option_->expected(1)->take_all();
  return *this;
}

Option& Option::shows_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::needs(const Option& other) {
  option_->needs(other.option_);
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

bool Option::given() const { return option_->count() > 0; }

Command Command::command(const std::string& name, const std::string& about) {
  return {*app_->add_subcommand(name, about), *status_};
}

std::vector<std::pair<std::string, std::string>> Command::commands() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const CLI::App* command : commands_of(*app_)) all.emplace_back(command->get_name(), command->get_description());
  return all;
}

template <class Value>
Option Command::option(const std::string& name, Value& value, const std::string& about) {
  return Option(*app_->add_option(name, value, about));
}
template Option Command::option(const std::string&, std::string&, const std::string&);
template Option Command::option(const std::string&, std::filesystem::path&, const std::string&);
template Option Command::option(const std::string&, int&, const std::string&);
template Option Command::option(const std::string&, std::int64_t&, const std::string&);
template Option Command::option(const std::string&, std::uint64_t&, const std::string&);
template Option Command::option(const std::string&, double&, const std::string&);
template Option Command::option(const std::string&, std::optional<double>&, const std::string&);
template Option Command::option(const std::string&, std::vector<int>&, const std::string&);
template Option Command::option(const std::string&, std::vector<std::string>&, const std::string&);

Option Command::flag(const std::string& name, bool& value, const std::string& about) {
  return Option(*app_->add_flag(name, value, about));
}

void Command::runs(std::function<Result<int>()> work) {
  app_->callback([app = app_, status = status_, work = std::move(work)] {
    if (!app->get_subcommands().empty()) return;
    const Result<int> done = work();
    *status = done ? *done : failed(done.error());
  });
}

void Command::runs_with_words(std::function<Result<int>(std::vector<std::string>)> work) {
  app_->prefix_command();
  app_->set_help_flag();
  runs([app = app_, work = std::move(work)] { return work(app->remaining()); });
}

Program::Program(const std::string& name, const std::string& about)
    : Program(std::make_unique<CLI::App>(about, name)) {}

Program::Program(std::unique_ptr<CLI::App> app) : Command(*app, done_), owned_(std::move(app)) {
  app_->require_subcommand(0, 1);  // one at a time; its commands inherit it
}

Program::~Program() = default;

void Program::version(const std::string& text) { app_->set_version_flag("--version", text); }

int Program::run(std::vector<std::string> words) {
  if (!commands().empty()) app_->require_subcommand(1);
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    app_->parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    const std::optional<Error> unknown = error.get_exit_code() == 0 ? std::nullopt : unknown_command(*app_);
    if (unknown) return failed(*unknown);
    return app_->exit(error) == 0 ? 0 : 2;
  }
  std::cout.flush();
  return done_;
}

}  // namespace linchpin::cli
