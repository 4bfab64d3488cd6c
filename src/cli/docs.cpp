// linchpin docs: the discovery document of a hub's folder, and the mapping registry in it.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/command.hpp"
#include "cli/open_hub.hpp"
#include "cli/printable.hpp"
#include "cli/site.hpp"

namespace linchpin::cli {
namespace {

namespace fs = std::filesystem;

struct Asked : Where {
  std::string out;
  bool csv = false;
};

constexpr const char* mark = "registry.json";  // a folder that has it was made by this command

Result<void> write(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return {};
  return fail(Code::InvalidArgument, "the page could not be written", "Name a folder that you may write to.",
              {path.string(), 0, 0});
}

bool is_page(const std::string& name) {
  const bool kind = name.starts_with("mapping-") || name.starts_with("system-") || name.starts_with("entity-");
  return kind && name.ends_with(".html");
}

// An empty folder, a new one, or one that was made by this command: its pages of what is no more go.
Result<void> make_room(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!fs::is_directory(folder, failed))
    return fail(Code::InvalidArgument, "there can be no folder " + folder.string(), "Name another with --out.");
  if (fs::is_empty(folder, failed)) return {};
  if (!fs::exists(folder / mark, failed))
    return fail(Code::InvalidArgument, folder.string() + " holds something else",
                "Name an empty folder with --out, or one that an earlier `linchpin docs` made.");
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed))
    if (is_page(entry.path().filename().string())) fs::remove(entry.path(), failed);
  return {};
}

Result<int> docs(const Asked& asked) {
  if (asked.out.empty() && !asked.json && !asked.csv)
    return fail(Code::InvalidArgument, "it is not said where the pages go",
                "Write --out SITE; or --json or --csv for what is printed.");
  model::Checked checked = model::check(asked.folder, asked.environment);
  const std::shared_ptr<const model::Hub> hub = TRY(load_hub(asked.folder, asked.environment));
  std::vector<KeptModel> models;
  for (const auto& [name, system] : hub->systems)
    if (std::optional<KeptModel> kept = TRY(kept_model(models_folder(asked.folder, *hub), name)))
      models.push_back(*std::move(kept));
  const Documented d = documented(hub, std::move(checked.disclosure), known_versions(asked, *hub), std::move(models));
  const std::string csv = registry_csv(d.decisions);
  const Json json = to_json(d);
  if (!asked.out.empty()) {
    const fs::path out(asked.out);
    TRY(make_room(out));
    TRY(write(out / mark, pretty(json) + "\n"));
    TRY(write(out / "registry.csv", csv));
    for (const SitePage& page : site(d)) TRY(write(out / page.file, page.html));
  }
  if (asked.json) std::cout << canonical(json) << "\n";
  if (asked.csv) std::cout << csv;
  if (asked.json || asked.csv) return 0;
  std::size_t unreasoned = 0;
  for (const model::Decision& one : d.decisions) unreasoned += one.wants_reason && one.why.empty() ? 1 : 0;
  std::cout << d.decisions.size() << " entries of " << hub->mappings.size() << " mappings, in "
            << (fs::path(asked.out) / "index.html").string() << ".\n";
  if (unreasoned > 0)
    std::cout << unreasoned << (unreasoned == 1 ? " decision gives" : " decisions give")
              << " no reason: `linchpin check` says where.\n";
  if (!d.known.note.empty()) std::cout << printable(d.known.note) << "\n";
  return 0;
}

}  // namespace

void add_docs(Command& program) {
  auto asked = std::make_shared<Asked>();
  Command command = program.command(
      "docs", "What maps to what, and why: as pages, CSV and JSON. Example: linchpin docs my-hub --out site");
  add_where(command, *asked);
  command.option("--out", asked->out, "the folder of the pages, with registry.csv and registry.json");
  command.flag("--csv", asked->csv, "prints the registry: a row for each entry of a mapping");
  command.runs([asked] { return docs(*asked); });
}

}  // namespace linchpin::cli
