// The items that a model recommends, as lines of user, item and estimate.
#pragma once

#include <algorithm>
#include <astonish/estimate.hpp>
#include <astonish/model_file.hpp>
#include <astonish/parallel.hpp>
#include <astonish/topk.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using Codes = std::vector<std::int32_t>;

inline std::string text_of(const astonish::RawId& id) {
  const auto* text = std::get_if<std::string>(&id);
  return text != nullptr ? *text : std::to_string(std::get<std::int64_t>(id));
}

// Whether each item may be in a list.
inline std::vector<bool> known_items(const astonish::SavedModel& model) {
  const bool all = model.known_side == astonish::KnownSide::items ||
                   model.known_side == astonish::KnownSide::both;
  std::vector<bool> known(model.item_ids.size(), all);
  for (const std::int32_t item : model.ratings.indices)
    known[static_cast<std::size_t>(item)] = true;
  return known;
}

// Item biases for the search, which passes over an item of minus infinity.
template <typename T>
std::vector<T> search_bias(const astonish::FactorArrays<T>& factors,
                           const std::vector<bool>& known) {
  std::vector<T> bias(known.size(), -std::numeric_limits<T>::infinity());
  for (std::size_t item = 0; item < bias.size(); ++item) {
    if (known[item]) bias[item] = factors.biased ? factors.bi[item] : T{0};
  }
  return bias;
}

// The best n items of one user, who has not rated them; fewer where fewer remain.
template <typename T>
Codes search(const astonish::SavedModel& model, const astonish::FactorArrays<T>& factors,
             std::int32_t user, std::size_t n) {
  const auto view = factors.view();
  const auto seen = model.ratings.view().row_indices(static_cast<std::size_t>(user));
  const std::vector<std::int32_t> offsets{0, static_cast<std::int32_t>(seen.size())};
  const astonish::CsrView<std::int32_t> exclude{offsets, seen, {}, view.qi.rows};
  const std::vector<T> bias = search_bias(factors, known_items(model));
  Codes items(n);
  std::vector<T> scores(n);
  const auto query = view.pu.row(static_cast<std::size_t>(user));
  astonish::topk<T>({query.data(), 1, query.size()}, view.qi, bias, &exclude,
                    {{items.data(), 1, n}, {scores.data(), 1, n}}, astonish::available_threads());
  items.erase(std::find(items.begin(), items.end(), -1), items.end());
  return items;
}

// The search adds up in another order than an estimate, so equal estimates may have come apart: of
// those the lower item comes first.
template <typename T>
void print_list(const astonish::SavedModel& model, const astonish::FactorArrays<T>& factors,
                std::int32_t user, std::size_t n) {
  const Codes items = search(model, factors, user, n);
  const auto estimate = [&](std::int32_t item) {
    return astonish::estimate_pair(factors.view(), user, item);
  };
  std::vector<std::pair<double, std::int32_t>> list;
  for (const std::int32_t item : items) list.emplace_back(-estimate(item), item);
  std::sort(list.begin(), list.end());
  const std::string user_id = text_of(model.user_ids[static_cast<std::size_t>(user)]);
  for (const auto& [minus_estimate, item] : list) {
    const std::string item_id = text_of(model.item_ids[static_cast<std::size_t>(item)]);
    std::printf("%s\t%s\t%.17g\n", user_id.c_str(), item_id.c_str(), -minus_estimate);
  }
}

inline void print_list(const astonish::SavedModel& model, std::int32_t user) {
  constexpr std::size_t n = 10;
  std::visit([&](const auto& factors) { print_list(model, factors, user, n); }, model.factors);
}
