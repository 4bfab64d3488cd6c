#include "cli/match_files.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <set>

#include "base/file.hpp"
#include "cli/csv.hpp"
#include "matching/parts.hpp"
#include "model/nearest.hpp"

namespace linchpin::cli {
namespace {

using matching::Fields;
using matching::Record;
using matching::RecordId;
using Part = std::string Fields::*;

constexpr std::size_t file_bytes_most = 2048u << 20;

// "Given Name" is given_name.
std::string plain_name(std::string_view written) {
  std::string name;
  for (const char c : written)
    name += c == ' ' || c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

// Which evidence a column is: by its name, else by its field's type (a field `work_mail` of type email).
Part part_of(const model::Entity& entity, const std::string& written) {
  const std::string name = plain_name(written);
  if (const Part part = matching::part_named(name)) return part;
  const model::Field* field = entity.field(name);
  if (field == nullptr) return nullptr;
  if (field->type == Type::Email) return &Fields::email;
  if (field->type == Type::Phone) return &Fields::phone;
  return nullptr;
}

std::string system_of(const std::string& path) { return std::filesystem::path(path).stem().string(); }

tl::unexpected<Error> mistake(std::string what, std::string fix, Place at) {
  return fail(Code::InvalidArgument, std::move(what), std::move(fix), std::move(at));
}

Result<void> need_id(const std::string& id, const Place& at) {
  if (id.empty()) return mistake("a record without an id", "Give each record the id that its system knows it by.", at);
  return {};
}

// Whether a date of birth is none of the calendar as it is read, day first. What forms put there for nobody's is one.
bool is_no_date(const std::string& text) {
  if (text.find_first_not_of(" \t") == std::string::npos) return false;
  const std::uint32_t digits = matching::calendar_digits(text);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(digits / 10'000)),
                                         std::chrono::month(digits / 100 % 100), std::chrono::day(digits % 100)};
  return digits == 0 || !date.ok();
}

// What is said of a file's dates that are none, once, by how many there are and the line of the first.
class Dates {
 public:
  void read(const Record& record, int line) {
    if (is_no_date(record.fields[0].date_of_birth) && count_++ == 0) first_ = line;
  }
  void tell(const std::string& path, Slips& slips) const {
    if (count_ > 0)
      slips[{path, "date_of_birth"}] =
          path + ": " + std::to_string(count_) + " under date_of_birth are no dates of birth (the first on line " +
          std::to_string(first_) +
          "): what cannot be read keeps nobody apart. Write 1980-04-03, or day first: 03/04/1980";
  }

 private:
  int count_ = 0, first_ = 0;
};

// A column is left out: what is said of it where its name is a slip of the hand.
void left_out(const std::string& path, const std::string& name, Slips& slips) {
  const auto [at, fresh] = slips.try_emplace({path, name});
  if (!fresh || plain_name(name) == "id") return;
  const std::string near = model::nearest(plain_name(name), matching::part_names());
  if (!near.empty()) at->second = path + ": '" + name + "' is compared with nothing. Did you mean '" + near + "'?";
}

// The header: which cell is the id, and which evidence the others are. A column that is neither is left out.
struct Header {
  std::size_t id = 0;
  std::vector<Part> parts;
};
Result<Header> header_of(const model::Entity& entity, const std::string& path, const CsvRow& row, Slips& slips) {
  Header header;
  bool has_id = false, has_evidence = false;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const std::string& name = row.cells[i];
    const Place at{path, row.line, static_cast<int>(i) + 1};
    if (!name.empty() && !seen.insert(plain_name(name) == "id" ? "id" : name).second)
      return mistake("column " + std::to_string(i + 1) + " has the name of another one", "Name each column once.", at);
    if (plain_name(name) == "id") header.id = i, has_id = true;
    header.parts.push_back(part_of(entity, name));
    if (header.parts.back() == nullptr) left_out(path, name, slips);
    has_evidence = has_evidence || header.parts.back() != nullptr;
  }
  const Place at{path, row.line, 1};
  if (!has_id) return mistake("there is no column id", "The first line names the columns: id,given_name,…", at);
  if (!has_evidence)
    return mistake("there is no column that tells people apart",
                   "Name them as the entity's fields: given_name, family_name, full_name, email, phone, date_of_birth, "
                   "street, suburb, state, postcode.",
                   at);
  return header;
}

// Where the first line names several columns, and no comma divides them: the sign that does, as a person calls it.
std::string_view other_separator(std::string_view text) {
  const std::string_view first = text.substr(0, text.find_first_of("\r\n"));
  if (first.find(',') != std::string_view::npos) return {};
  for (const auto& [sign, called] : {std::pair{';', "semicolons"}, {'\t', "tabs"}, {'|', "bars"}})
    if (first.find(sign) != std::string_view::npos) return called;
  return {};
}

Result<std::vector<Record>> read_csv(const model::Entity& entity, const std::string& path, std::string_view text,
                                     Slips& slips) {
  const std::string system = system_of(path);
  if (const std::string_view signs = other_separator(text); !signs.empty())
    return mistake("its columns are divided by " + std::string(signs) + ", and not by commas",
                   "Save the file with commas between its cells.", {path, 1, 1});
  CsvReader reader(path, text);
  CsvRow row;
  if (!TRY(reader.next(row)))
    return mistake("the file is empty", "The first line names the columns: id,given_name,…", {path, 1, 1});
  const Header header = TRY(header_of(entity, path, row, slips));
  std::vector<Record> records;
  Dates dates;
  while (TRY(reader.next(row))) {
    if (row.cells.size() != header.parts.size())
      return mistake("the line has " + std::to_string(row.cells.size()) + " cells, and the header " +
                         std::to_string(header.parts.size()),
                     "Put a cell that holds a comma in quotes.",
                     {path, row.line, static_cast<int>(std::min(row.cells.size(), header.parts.size())) + 1});
    TRY(need_id(row.cells[header.id], {path, row.line, static_cast<int>(header.id) + 1}));
    Record record{{system, row.cells[header.id]}, std::vector<Fields>(1)};
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      if (header.parts[i] != nullptr && !row.cells[i].empty())
        record.fields[0].*header.parts[i] = std::move(row.cells[i]);
    dates.read(record, row.line);
    records.push_back(std::move(record));
  }
  dates.tell(path, slips);
  return records;
}

Result<std::string> text_of(const Json& value, const std::string& name, const Place& at) {
  if (value.is_null() || value.is_text()) return value.text();
  if (value.is_number()) return value.number_text();
  return mistake("field " + name + " is neither text nor a number", "Give its value as text.", at);
}

// Its id, under that name in capitals or not.
Result<std::string> id_of(const Json& json, const Place& at) {
  for (const auto& [name, value] : json.members())
    if (plain_name(name) == "id") return text_of(value, name, at);
  return std::string();
}

Result<void> fill(const model::Entity& entity, const Json& json, const Place& at, Fields& fields, Slips& slips) {
  for (const auto& [name, value] : json.members()) {
    const model::Field* field = entity.field(name);
    if (value.is_object() && (name == "address" || (field != nullptr && field->type == Type::Address)))
      TRY(fill(entity, value, at, fields, slips));
    else if (const Part part = part_of(entity, name); part != nullptr)
      fields.*part = TRY(text_of(value, name, at));
    else
      left_out(at.file, name, slips);
  }
  return {};
}

Result<std::vector<Record>> read_json_lines(const model::Entity& entity, const std::string& path, std::string_view text,
                                            Slips& slips) {
  const std::string system = system_of(path);
  std::vector<Record> records;
  Dates dates;
  int line = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view one = text.substr(start, end - start);
    start = end + 1;
    const Place at{path, ++line, 1};
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Result<Json> json = parse_json(one);
    if (!json) return mistake(json.error().what, "Write one JSON object on each line.", at);
    if (!json->is_object()) return mistake("the line is no JSON object", "Write one JSON object on each line.", at);
    Record record{{system, TRY(id_of(*json, at))}, std::vector<Fields>(1)};
    TRY(need_id(record.id.id, at));
    TRY(fill(entity, *json, at, record.fields[0], slips));
    dates.read(record, line);
    records.push_back(std::move(record));
  }
  dates.tell(path, slips);
  return records;
}

// The length of the character that begins at `i`, or 0 where it is not one of UTF-8.
std::size_t character_at(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(i);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(i + k) & 0xC0) != 0x80) return 0;
  return length;
}

// A spreadsheet may save a list in the letters of its own country: names with marks would be other names.
Result<void> need_utf8(const std::string& path, std::string_view text) {
  Place at{path, 1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_at(text, i);
    if (length == 0) return mistake("a character is not UTF-8", "Save the file as UTF-8 (\"CSV UTF-8\").", at);
    ++at.column;
    if (text[i] == '\n') ++at.line, at.column = 1;
    i += length;
  }
  return {};
}

}  // namespace

Result<std::vector<Record>> read_records(const model::Entity& entity, const std::string& path, Slips& slips) {
  const std::string text = TRY(read_file(path, file_bytes_most));
  TRY(need_utf8(path, text));
  std::string_view body(text);
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  const std::string kind = std::filesystem::path(path).extension();
  const bool is_json = kind == ".jsonl" || kind == ".ndjson" || kind == ".json";
  if (first == std::string_view::npos && is_json)
    return mistake("the file is empty", "Write one JSON object on each line.", {path, 1, 1});
  const bool is_list = first != std::string_view::npos && body[first] == '[';
  if (is_list && (is_json || body.find_first_of("{]", first) == body.find_first_not_of(" \t\r\n", first + 1)))
    return mistake("it is one JSON list", "Write one JSON object on each line, with no list around them.",
                   {path, 1, 1});
  if (first != std::string_view::npos && body[first] == '{') return read_json_lines(entity, path, body, slips);
  return read_csv(entity, path, text, slips);
}

Result<std::vector<Record>> read_books(const model::Entity& entity, const std::vector<std::string>& paths,
                                       Slips& slips) {
  std::vector<Record> all;
  std::set<RecordId> seen;
  for (const std::string& path : paths)
    for (Record& record : TRY(read_records(entity, path, slips))) {
      if (!seen.insert(record.id).second)
        return mistake("two records of system " + record.id.system + " have one id",
                       "Give each record an id of its own; the system is the file's base name.", {path, 0, 0});
      all.push_back(std::move(record));
    }
  return all;
}

Result<matching::Truth> read_truth(const std::string& path) {
  const std::string text = TRY(read_file(path, file_bytes_most));
  CsvReader reader(path, text);
  CsvRow row;
  const bool found = TRY(reader.next(row));
  const auto place = [&](std::string_view name) {
    return static_cast<std::size_t>(std::find(row.cells.begin(), row.cells.end(), name) - row.cells.begin());
  };
  const std::size_t system = place("system"), id = place("id"), person = place("person");
  const std::size_t width = row.cells.size();
  if (!found || system == width || id == width || person == width)
    return mistake("it is no truth file", "Its first line is system,id,person, and each line says who a record is of.",
                   {path, 1, 1});
  matching::Truth truth;
  while (TRY(reader.next(row))) {
    if (row.cells.size() != width)
      return mistake(
          "the line has " + std::to_string(row.cells.size()) + " cells, and the header " + std::to_string(width),
          "Write system,id,person on each line.", {path, row.line, 1});
    if (row.cells[person].empty())
      return mistake("the line does not say who the record is of",
                     "Write who it is of under person, or leave the line out: without it the record is not judged.",
                     {path, row.line, static_cast<int>(person) + 1});
    if (!truth.emplace(RecordId{row.cells[system], row.cells[id]}, row.cells[person]).second)
      return mistake("a record is there twice", "Say once of each record who it is of.", {path, row.line, 1});
  }
  return truth;
}

}  // namespace linchpin::cli
