#include "matching/model.hpp"

#include <charconv>
#include <cmath>
#include <unordered_map>

#include "matching/embedded.hpp"

namespace linchpin::matching {
namespace {

constexpr std::string_view format = "linchpin.match";
constexpr int version = 1;
constexpr std::string_view remedy = "Write it anew with `linchpin match … --train TRUTH --model F`.";

Json number(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 4).ptr;
  return Json(Json::Number{std::string(digits, end)});
}

Result<double> number_of(const Json& json, std::string_view name) {
  const std::string& text = json.number_text();
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || !std::isfinite(value))
    return fail(Code::InvalidArgument, "the model's " + std::string(name) + " is no number", std::string(remedy));
  return value;
}

Result<std::vector<float>> weights_of(const Json& given, const std::vector<std::string>& names) {
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  std::vector<float> weights(names.size(), 0.0F);
  for (const auto& [name, weight] : given.members()) {
    const auto at = places.find(name);
    if (at == places.end())
      return fail(Code::InvalidArgument, "the model weighs something that this version does not look at",
                  std::string(remedy));
    weights[at->second] = static_cast<float>(TRY(number_of(weight, name)));
  }
  return weights;
}

Result<std::uint32_t> count_of(const Json& json) {
  const std::optional<std::int64_t> count = json.integer();
  if (!count || *count < 0 || *count > 1'000'000'000)
    return fail(Code::InvalidArgument, "the model's names are not counted in whole numbers", std::string(remedy));
  return static_cast<std::uint32_t>(*count);
}

Result<NameCounts> names_of(const Json& given) {
  NameCounts counts;
  counts.names = TRY(count_of(given["all"]));
  for (const auto& [name, count] : given["given"].members())
    if (!name.empty()) counts.given[name] = TRY(count_of(count));
  for (const auto& [name, count] : given["family"].members())
    if (!name.empty()) counts.family[name] = TRY(count_of(count));
  return counts;
}

Json names_json(const NameCounts& counts) {
  const auto listed = [](const std::map<std::string, std::uint32_t, std::less<>>& names) {
    Json::Object json;
    for (const auto& [name, count] : names) json.emplace_back(name, static_cast<std::int64_t>(count));
    return json;
  };
  return Json::object({{"all", static_cast<std::int64_t>(counts.names)},
                       {"given", listed(counts.given)},
                       {"family", listed(counts.family)}});
}

Json weights_json(const std::vector<float>& weights, const std::vector<std::string>& names) {
  Json::Object json;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (std::abs(weights[i]) >= 0.00005F) json.emplace_back(names[i], number(weights[i]));
  return json;
}

}  // namespace

float probability(const std::vector<float>& weights, const Evidence& evidence) {
  float sum = 0;
  for (const Entry& entry : evidence.entries()) sum += weights[entry.at] * entry.part;
  return 1 / (1 + std::exp(-sum));
}

Result<Model> parse_model(std::string_view text) {
  const Json json = TRY(parse_json(text));
  if (json["format"].text() != format)
    return fail(Code::InvalidArgument, "it is no model of linchpin match", std::string(remedy));
  if (json["version"].integer() != version)
    return fail(Code::InvalidArgument, "the model is of another version", std::string(remedy));
  Model model;
  model.first = TRY(weights_of(json["first"], first_names()));
  model.second = TRY(weights_of(json["second"], second_names()));
  model.accept = TRY(number_of(json["accept"], "accept"));
  model.review = TRY(number_of(json["review"], "review"));
  if (!(0 < model.review && model.review <= model.accept && model.accept <= 1))
    return fail(Code::InvalidArgument, "the model's review and accept are not 0 < review <= accept <= 1",
                std::string(remedy));
  model.names = TRY(names_of(json["names"]));
  model.made_from = json["made_from"].text();
  return model;
}

std::string to_text(const Model& model) {
  return pretty(Json::object({{"format", format},
                              {"version", version},
                              {"made_from", model.made_from},
                              {"accept", number(model.accept)},
                              {"review", number(model.review)},
                              {"names", names_json(model.names)},
                              {"first", weights_json(model.first, first_names())},
                              {"second", weights_json(model.second, second_names())}})) +
         "\n";
}

const Model& built_in_model() {
  static const Model model = [] {
    Result<Model> parsed = parse_model(embedded_model());
    return parsed ? *std::move(parsed) : Model{};  // a test reads it: what is built in is whole
  }();
  return model;
}

}  // namespace linchpin::matching
