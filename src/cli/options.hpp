// How a command says what it takes and what it does. A facade over CLI11, whose header costs some 10 s in each file
// that includes it: only options.cpp does.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace linchpin::cli {

// A handle on one option of a command.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option& required();
  Option& one_of(const std::vector<std::string>& values);
  template <class Number>  // int, std::uint64_t, double
  Option& between(Number least, Number most);
  Option& existing_folder();
  Option& each();           // takes one value each time that it is given, and keeps all
  Option& shows_default();  // in the help: what the variable held when it was bound
  Option& needs(const Option& other);
  Option& excludes(const Option& other);
  bool given() const;

 private:
  CLI::Option* option_;
};

// A handle on one command, or on the program. What options are bound to must live until the program has run: what
// `runs` is given holds it.
class Command {
 public:
  Command command(const std::string& name, const std::string& about);
  // The names of its commands, with what they are about.
  std::vector<std::pair<std::string, std::string>> commands() const;

  // `--name`, or `NAME` for what is told by its place. Value: what options.cpp instantiates it for.
  template <class Value>
  Option option(const std::string& name, Value& value, const std::string& about = "");
  // `!--name` turns the value off.
  Option flag(const std::string& name, bool& value, const std::string& about);

  // What it does, unless one of its commands is given: its exit status, or the error that is printed.
  void runs(std::function<Result<int>()> work);
  // The same of a command that takes whatever words follow, --help too.
  void runs_with_words(std::function<Result<int>(std::vector<std::string> words)> work);

 protected:
  Command(CLI::App& app, int& status) : app_(&app), status_(&status) {}

  CLI::App* app_;
  int* status_;
};

class Program : public Command {
 public:
  Program(const std::string& name, const std::string& about);
  ~Program();

  void version(const std::string& text);
  // Does what the words ask for, the program's own name left out, and gives the exit status.
  int run(std::vector<std::string> words);

 private:
  explicit Program(std::unique_ptr<CLI::App> app);

  std::unique_ptr<CLI::App> owned_;
  int done_ = 0;
};

}  // namespace linchpin::cli
