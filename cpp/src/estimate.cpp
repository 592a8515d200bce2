#include "astonish/estimate.hpp"

#include <limits>
#include <stdexcept>
#include <string>

#include "astonish/parallel.hpp"
#include "dot.hpp"

namespace astonish {

namespace {

constexpr std::size_t kPairsPerChunk = 4096;

void check_codes(const char* name, std::span<const std::int32_t> codes, std::size_t bound) {
  for (std::size_t k = 0; k < codes.size(); ++k) {
    if (codes[k] < -1 || (codes[k] >= 0 && static_cast<std::size_t>(codes[k]) >= bound)) {
      throw std::out_of_range(std::string(name) + "[" + std::to_string(k) + "] is " +
                              std::to_string(codes[k]) + ", outside [-1, " + std::to_string(bound) +
                              ")");
    }
  }
}

double product(const BiasedFactors<const double>& model, std::size_t user, std::size_t item) {
  return dot(model.pu.row(user).data(), model.qi.row(item).data(), model.pu.cols);
}

double estimate(const BiasedFactors<const double>& model, std::int32_t user, std::int32_t item) {
  const auto u = static_cast<std::size_t>(user);
  const auto i = static_cast<std::size_t>(item);
  const bool both_known = user >= 0 && item >= 0;
  if (!model.biased) {
    return both_known ? product(model, u, i) : std::numeric_limits<double>::quiet_NaN();
  }
  double sum = model.global_mean;
  if (user >= 0) sum += model.bu[u];
  if (item >= 0) sum += model.bi[i];
  if (both_known) sum += product(model, u, i);
  return sum;
}

}  // namespace

void estimate_pairs(const BiasedFactors<const double>& model, std::span<const std::int32_t> users,
                    std::span<const std::int32_t> items, std::span<double> out, int n_threads) {
  check_shapes(model);
  if (users.size() != items.size() || users.size() != out.size()) {
    throw std::invalid_argument(
        "users, items and out differ in length: " + std::to_string(users.size()) + ", " +
        std::to_string(items.size()) + ", " + std::to_string(out.size()));
  }
  check_codes("users", users, model.pu.rows);
  check_codes("items", items, model.qi.rows);
  parallel_for(out.size(), n_threads, kPairsPerChunk, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) out[k] = estimate(model, users[k], items[k]);
  });
}

}  // namespace astonish
