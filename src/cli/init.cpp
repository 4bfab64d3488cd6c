// linchpin init: lays down a hub folder from the template that the program carries, with the schemas by which an editor
// knows its files, and makes the three keys that its environment names.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/crypto.hpp"
#include "cli/command.hpp"
#include "model/embedded.hpp"
#include "model/hub.hpp"
#include "model/schema.hpp"
#include "model/secret.hpp"

namespace linchpin::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* only_template = "accounting-practice";

struct Asked {
  std::string folder, from = only_template;
  bool schemas = false, json = false;
};
struct Key {
  std::string name;
  std::string where;  // a file's path, or what else the environment says
  enum class State { Made, Kept, Yours } state = State::Yours;
};

Result<void> write(const fs::path& path, std::string_view text) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail(Code::FileUnreadable, "the file " + path.string() + " cannot be written");
  return {};
}

Result<void> write_schemas(const fs::path& folder) {
  for (const model::Schema& schema : model::schemas()) TRY(write(folder / schema.file, pretty(schema.document) + "\n"));
  return {};
}

// Where those of an older program are, or none.
Result<void> renew_schemas(const fs::path& folder) {
  std::error_code failed;
  if (fs::exists(folder / "hub.yaml", failed)) return write_schemas(folder);
  return fail(Code::NotFound, "there is no hub in " + folder.string(), "`linchpin init` without --schemas makes one");
}

Result<void> lay_down(const fs::path& folder) {
  std::error_code failed;
  if (fs::exists(folder, failed) && (!fs::is_directory(folder, failed) || !fs::is_empty(folder, failed)))
    return fail(Code::InvalidArgument, folder.string() + " is not an empty folder", "Choose another, or empty it.");
  for (const model::EmbeddedFile& file : model::embedded_templates())
    TRY(write(folder / file.name, model::schema_line(file.name) + std::string(file.text)));
  TRY(write_schemas(folder));
  // What the hub knows is not what a firm decided: it stays out of version control.
  return write(folder / ".gitignore", "data/\n");
}

// A new key as its file holds it, durable before this returns: data sealed with a key that a crash took would be lost.
Result<void> make_key(const fs::path& path) {
  std::error_code failed;
  if (fs::create_directories(path.parent_path(), failed))
    fs::permissions(path.parent_path(), fs::perms::owner_all, failed);
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  std::string text = to_hex(random_bytes(key_bytes)) + "\n";
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  explicit_bzero(text.data(), text.size());
  if (!written) return fail(Code::KeyMissing, "the key file " + path.string() + " cannot be written");
  return {};
}

Result<Key> key(const std::string& name, const model::SecretSource& source, const fs::path& folder) {
  if (source.kind != "file") return Key{name, source.kind + ":" + source.locator, Key::State::Yours};
  const fs::path path = fs::weakly_canonical(TRY(model::file_of(source, folder.string())));
  const fs::path inside = path.lexically_relative(fs::weakly_canonical(folder));
  if (!inside.empty() && *inside.begin() != "..")
    return fail(Code::KeyUnsafe, "the " + name + " key would lie in the hub's folder",
                "Name a file outside of it: a key never lies beside the data.", source.place);
  std::error_code failed;
  if (fs::exists(path, failed)) return Key{name, path.string(), Key::State::Kept};
  TRY(make_key(path));
  return Key{name, path.string(), Key::State::Made};
}

Result<std::vector<Key>> lay_down_with_keys(const Asked& asked) {
  if (asked.from != only_template)
    return fail(Code::NotFound, "there is no template of that name", std::string("There is: ") + only_template + ".");
  TRY(lay_down(asked.folder));
  const model::Checked checked = model::check(asked.folder, {});
  if (!checked.hub) return fail(Code::Internal, "the template has mistakes", "`linchpin check` shows them.");
  const model::Environment& environment = checked.hub->environment;
  std::vector<Key> keys;
  keys.push_back(TRY(key("master", environment.master_key, asked.folder)));
  keys.push_back(TRY(key("match", environment.match_key, asked.folder)));
  keys.push_back(TRY(key("log", environment.log_key, asked.folder)));
  return keys;
}

void say(const Asked& asked, const std::vector<Key>& keys) {
  const std::string& folder = asked.folder;
  std::cout << "A new hub is in " << folder << ". Its keys:\n";
  for (const Key& k : keys) {
    std::cout << "  " << k.name << "  " << k.where;
    switch (k.state) {
      case Key::State::Made:
        std::cout << " (made)\n";
        break;
      case Key::State::Kept:
        std::cout << " (was there, and is used)\n";
        break;
      case Key::State::Yours:
        std::cout << " (set it yourself: `openssl rand -hex 32` makes one)\n";
        break;
    }
  }
  std::cout << "Keep a copy of the keys where no backup of the data is: without the master key nothing opens.\n\n"
            << "Next:\n"
            << "  1. environments/staging.yaml: the addresses, and where each system's secrets are.\n"
            << "     `linchpin sandbox hubspot xero idcheck` starts simulated systems to try it with.\n"
            << "  2. linchpin check " << folder << "\n"
            << "  3. linchpin connect " << folder << " xero    (and each other system)\n"
            << "  4. linchpin run " << folder << "\n";
}

void say_json(const Asked& asked, const std::vector<Key>& keys) {
  Json::List list;
  for (const Key& k : keys)
    list.push_back(Json::object({{"name", k.name}, {"where", k.where}, {"made", k.state == Key::State::Made}}));
  std::cout << canonical(Json::object({{"folder", asked.folder}, {"keys", std::move(list)}})) << "\n";
}

Result<int> init(const Asked& asked) {
  if (asked.schemas) {
    TRY(renew_schemas(asked.folder));
    if (asked.json)
      say_json(asked, {});
    else
      std::cout << "The schemas in " << asked.folder << "/.schemas are this program's.\n";
    return 0;
  }
  const std::vector<Key> keys = TRY(lay_down_with_keys(asked));
  if (asked.json)
    say_json(asked, keys);
  else
    say(asked, keys);
  return 0;
}

}  // namespace

void add_init(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command("init", "A new hub folder. Example: linchpin init my-hub");
  command.option("DIR", asked->folder, "a folder that is empty or not there yet").required();
  const Option from = command.option("--template", asked->from, "what it begins as").shows_default();
  command.flag("--schemas", asked->schemas, "only renew the schemas for editors, in a hub that is there")
      .excludes(from);
  command.flag("--json", asked->json, "for machines");
  command.runs([asked] { return init(*asked); });
}

}  // namespace linchpin::cli
