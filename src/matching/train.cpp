#include "matching/train.hpp"

#include <algorithm>
#include <cmath>

namespace linchpin::matching {
namespace {

constexpr double ridge_first = 0.5, ridge_second = 0.5;
constexpr int steps_most = 30;
constexpr double settled = 1e-5;  // a row as sure as that no longer bends the sum
constexpr int folds = 5;

struct Row {
  Evidence evidence;
  bool same = false;
  std::uint32_t fold = 0;
};

// Four sums beside each other: one alone would wait for itself at every step.
double product(const double* a, const double* b, std::size_t size) {
  double sums[4] = {};
  std::size_t k = 0;
  for (; k + 4 <= size; k += 4)
    for (std::size_t i = 0; i < 4; ++i) sums[i] += a[k + i] * b[k + i];
  for (; k < size; ++k) sums[0] += a[k] * b[k];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Solves H x = g for a symmetric positive H, in place (Cholesky). `size` rows and columns.
void solve(std::vector<double>& h, std::vector<double>& g, std::size_t size) {
  for (std::size_t j = 0; j < size; ++j) {
    double* row_j = &h[j * size];
    for (std::size_t i = j; i < size; ++i) {
      double* row_i = &h[i * size];
      const double sum = row_i[j] - product(row_i, row_j, j);
      row_i[j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / row_j[j];
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < i; ++k) g[i] -= h[i * size + k] * g[k];
    g[i] /= h[i * size + i];
  }
  for (std::size_t i = size; i-- > 0;) {
    for (std::size_t k = i + 1; k < size; ++k) g[i] -= h[k * size + i] * g[k];
    g[i] /= h[i * size + i];
  }
}

// Adds what one row bends the sum by, below the diagonal: the entries of a row stand in the order of its tables.
void bend(std::vector<double>& h, std::size_t m, const std::vector<std::size_t>& place, std::span<const Entry> entries,
          double curve) {
  for (std::size_t e = 0; e < entries.size(); ++e) {
    double* row = &h[place[entries[e].at] * m];
    const double part = curve * static_cast<double>(entries[e].part);
    for (std::size_t f = 0; f <= e; ++f) row[place[entries[f].at]] += part * static_cast<double>(entries[f].part);
  }
}

// Newton's steps on the ridged log-likelihood. `without`: the fold that is left out, or `folds` for none. `start`:
// where the steps begin; the top is one, so it is only the way to it that is shorter.
std::vector<float> fit(const std::vector<Row>& rows, std::size_t size, double ridge, std::uint32_t without,
                       const std::vector<float>& start = {}) {
  // Entries that no row has stay at nothing, and out of the way.
  std::vector<std::size_t> place(size, size);
  std::vector<std::size_t> used;
  for (const Row& row : rows)
    for (const Entry& e : row.evidence.entries())
      if (row.fold != without && place[e.at] == size) place[e.at] = 0, used.push_back(e.at);
  std::sort(used.begin(), used.end());
  for (std::size_t i = 0; i < used.size(); ++i) place[used[i]] = i;
  const std::size_t m = used.size();
  std::vector<double> weights(m, 0.0), h, g;
  for (std::size_t i = 0; i < m && !start.empty(); ++i) weights[i] = static_cast<double>(start[used[i]]);
  for (int step = 0; step < steps_most; ++step) {
    h.assign(m * m, 0.0);
    g.assign(m, 0.0);
    for (const Row& row : rows) {
      if (row.fold == without) continue;
      double sum = 0;
      for (const Entry& e : row.evidence.entries()) sum += weights[place[e.at]] * e.part;
      const double p = 1 / (1 + std::exp(-sum));
      const double curve = p * (1 - p), error = (row.same ? 1 : 0) - p;
      for (const Entry& e : row.evidence.entries()) g[place[e.at]] += error * e.part;
      if (curve < settled) continue;
      bend(h, m, place, row.evidence.entries(), curve);
    }
    for (std::size_t i = 0; i < m; ++i) h[i * m + i] += ridge, g[i] -= ridge * weights[i];
    solve(h, g, m);
    double longest = 0;
    for (const double x : g) longest = std::max(longest, std::abs(x));
    const double scale = longest > 4 ? 4 / longest : 1;  // far from the top the curve misleads
    for (std::size_t i = 0; i < m; ++i) weights[i] += scale * g[i];
    if (longest < 1e-3) break;
  }
  std::vector<float> all(size, 0.0F);
  for (std::size_t i = 0; i < m; ++i) all[used[i]] = static_cast<float>(weights[i]);
  return all;
}

std::uint32_t fold_of(const std::string& person) {
  std::uint64_t hash = 0xCBF29CE484222325ull;
  for (const char c : person) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return static_cast<std::uint32_t>((hash >> 32) % folds);
}

struct Labelled {
  const Book* book;
  std::vector<Pair> pairs;
  std::vector<Row> rows;  // of the first look, by pair
};

Labelled label(const Lesson& lesson) {
  Labelled labelled{lesson.book, {}, {}};
  std::vector<const std::string*> person(lesson.book->size(), nullptr);
  for (std::size_t r = 0; r < person.size(); ++r)
    if (const auto at = lesson.truth->find(lesson.book->id(r)); at != lesson.truth->end()) person[r] = &at->second;
  for (const Pair& pair : candidates(*lesson.book)) {
    const std::string *a = person[pair.first], *b = person[pair.second];
    if (a == nullptr || b == nullptr) continue;
    Row row{.evidence = {}, .same = *a == *b, .fold = fold_of(std::min(*a, *b))};
    first_look(compare(*lesson.book, (*lesson.book)[pair.first], (*lesson.book)[pair.second]), row.evidence);
    labelled.pairs.push_back(pair);
    labelled.rows.push_back(row);
  }
  return labelled;
}

}  // namespace

Result<Model> train(const std::vector<Lesson>& lessons) {
  std::vector<Labelled> books;
  std::vector<Row> rows;
  for (const Lesson& lesson : lessons) {
    books.push_back(label(lesson));
    rows.insert(rows.end(), books.back().rows.begin(), books.back().rows.end());
  }
  const auto same = std::count_if(rows.begin(), rows.end(), [](const Row& r) { return r.same; });
  if (same < 50 || static_cast<std::ptrdiff_t>(rows.size()) - same < 50)
    return fail(Code::InvalidArgument, "there are too few labelled pairs to learn from",
                "Train on a thousand records or more, of which many are one person's.");
  Model model;
  for (const Lesson& lesson : lessons) model.names.add(lesson.book->name_counts());
  model.names.drop_rare();
  model.first = fit(rows, first_names().size(), ridge_first, folds);
  // The second look learns from first looks at pairs that those had not seen, as it will be with new records.
  std::vector<std::vector<float>> blind;
  for (std::uint32_t f = 0; f < folds; ++f)
    blind.push_back(fit(rows, first_names().size(), ridge_first, f, model.first));
  rows.clear();
  for (const Labelled& book : books) {
    std::vector<float> first(book.pairs.size());
    for (std::size_t i = 0; i < first.size(); ++i)
      first[i] = probability(blind[book.rows[i].fold], book.rows[i].evidence);
    const std::vector<Surroundings> around = surroundings(*book.book, book.pairs, first);
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (first[i] < 0.01F) continue;
      Row row{.evidence = {}, .same = book.rows[i].same, .fold = book.rows[i].fold};
      const Pair& pair = book.pairs[i];
      second_look(compare(*book.book, (*book.book)[pair.first], (*book.book)[pair.second]), around[i], row.evidence);
      rows.push_back(row);
    }
  }
  model.second = fit(rows, second_names().size(), ridge_second, folds);
  return model;
}

}  // namespace linchpin::matching
