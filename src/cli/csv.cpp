#include "cli/csv.hpp"

namespace linchpin::cli {

CsvReader::CsvReader(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = line_start_ = 3;
}

Place CsvReader::here() const { return {file_, line_, static_cast<int>(at_ - line_start_) + 1}; }

Result<bool> CsvReader::next(CsvRow& row) {
  while (at_ < text_.size()) {
    row.cells.clear();
    row.line = line_;
    for (;;) {
      TRY(cell(row.cells.emplace_back()));
      if (at_ == text_.size() || text_[at_] != ',') break;
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    line_start_ = at_;
    if (row.cells.size() > 1 || !row.cells[0].empty()) return true;
  }
  return false;
}

Result<void> CsvReader::cell(std::string& into) {
  if (at_ < text_.size() && text_[at_] == '"') return quoted(into);
  const std::size_t end = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
  if (end < text_.size() && text_[end] == '"') {
    at_ = end;
    return fail(Code::InvalidArgument, "a quote stands inside of a cell that does not begin with one",
                "Put the whole cell in quotes, and double those inside: \"say \"\"hi\"\"\".", here());
  }
  into = text_.substr(at_, end - at_);
  at_ = end;
  return {};
}

Result<void> CsvReader::quoted(std::string& into) {
  const Place start = here();
  for (++at_; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      into.push_back('"');
      ++at_;
    } else if (c == '"') {
      ++at_;
      if (at_ == text_.size() || text_[at_] == ',' || text_[at_] == '\r' || text_[at_] == '\n') return {};
      return fail(Code::InvalidArgument, "something stands behind a cell's closing quote",
                  "Double the quotes inside of a cell: \"say \"\"hi\"\"\".", here());
    } else {
      if (c == '\n') ++line_, line_start_ = at_ + 1;
      into.push_back(c);
    }
  }
  return fail(Code::InvalidArgument, "a quote is opened and never closed", "Close it, or double it.", start);
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

std::string csv_text(std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  return csv_cell(formula ? "'" + std::string(text) : std::string(text));
}

}  // namespace linchpin::cli
