// Trains on nine tenths of the ratings of a file, prints the error on the rest and lists for the
// first three users, and saves the model.
//
//   train <ratings file> [model file]
#include <astonish/csr.hpp>
#include <astonish/random.hpp>
#include <astonish/sgd.hpp>
#include <cmath>
#include <exception>
#include <unordered_map>
#include <utility>

#include "lists.hpp"
#include "ratings_file.hpp"

namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kFactors = 50;

// Ids in order of first appearance among the training ratings.
class IdTable {
 public:
  std::int32_t add(const std::string& id) {
    const auto code = static_cast<std::int32_t>(ids.size());
    const auto [place, is_new] = codes_.emplace(id, code);
    if (is_new) ids.emplace_back(id);
    return place->second;
  }

  [[nodiscard]] std::int32_t find(const std::string& id) const {
    const auto place = codes_.find(id);
    return place == codes_.end() ? -1 : place->second;
  }

  std::vector<astonish::RawId> ids;

 private:
  std::unordered_map<std::string, std::int32_t> codes_;
};

struct Columns {
  Codes users, items;
  std::vector<double> values;
};

std::vector<Rating> take_every_tenth(std::vector<Rating>& ratings) {
  astonish::RowRandom random(kSeed, 0);
  for (std::size_t k = ratings.size(); k > 1; --k) {
    std::swap(ratings[k - 1], ratings[random.below(static_cast<std::uint32_t>(k))]);
  }
  const auto middle = ratings.end() - static_cast<std::ptrdiff_t>(ratings.size() / 10);
  std::vector<Rating> taken(middle, ratings.end());
  ratings.erase(middle, ratings.end());
  return taken;
}

astonish::RatingArrays group_by_user(const Columns& ratings, std::size_t n_users,
                                     std::size_t n_items) {
  const std::size_t n = ratings.values.size();
  astonish::RatingArrays result{std::vector<std::int64_t>(n_users + 1), Codes(n),
                                std::vector<double>(n), n_items};
  astonish::build_csr<std::int64_t>(ratings.users, ratings.items, ratings.values, n_items,
                                    {result.offsets, result.indices, result.values});
  return result;
}

std::vector<double> random_factors(std::size_t n_rows, std::uint64_t side) {
  std::vector<double> factors(n_rows * kFactors);
  for (std::size_t row = 0; row < n_rows; ++row) {
    astonish::RowRandom random(kSeed + side, row);
    for (std::size_t k = 0; k < kFactors; ++k) factors[row * kFactors + k] = 0.1 * random.normal();
  }
  return factors;
}

astonish::SavedModel train(const Columns& ratings, const IdTable& users, const IdTable& items) {
  const std::size_t n_users = users.ids.size(), n_items = items.ids.size();
  const auto [lowest, highest] = std::minmax_element(ratings.values.begin(), ratings.values.end());
  const double sum = std::accumulate(ratings.values.begin(), ratings.values.end(), 0.0);
  astonish::FactorArrays<double> factors{random_factors(n_users, 1),
                                         random_factors(n_items, 2),
                                         std::vector<double>(n_users),
                                         std::vector<double>(n_items),
                                         kFactors,
                                         sum / static_cast<double>(ratings.values.size())};
  astonish::RatingArrays by_user = group_by_user(ratings, n_users, n_items);
  astonish::fit_sgd(by_user.view(), factors.view(), {.n_epochs = 20});
  return {std::move(factors), users.ids, items.ids, std::move(by_user), *lowest, *highest};
}

double rmse(const astonish::SavedModel& model, const Columns& ratings) {
  std::vector<double> estimates(ratings.values.size());
  astonish::estimate_pairs(std::as_const(std::get<0>(model.factors)).view(), ratings.users,
                           ratings.items, estimates, astonish::available_threads());
  double sum = 0.0;
  for (std::size_t k = 0; k < estimates.size(); ++k) {
    const double estimate = std::clamp(estimates[k], model.lowest_rating, model.highest_rating);
    sum += (ratings.values[k] - estimate) * (ratings.values[k] - estimate);
  }
  return std::sqrt(sum / static_cast<double>(estimates.size()));
}

void run(const std::string& ratings_path, const char* model_path) {
  std::vector<Rating> train_part = read_ratings(ratings_path);
  if (train_part.size() < 10) throw std::runtime_error(ratings_path + " has less than ten ratings");
  const std::vector<Rating> test_part = take_every_tenth(train_part);
  IdTable users, items;
  Columns train_columns, test_columns;
  for (const Rating& rating : train_part) {
    train_columns.users.push_back(users.add(rating.user));
    train_columns.items.push_back(items.add(rating.item));
    train_columns.values.push_back(rating.value);
  }
  for (const Rating& rating : test_part) {
    test_columns.users.push_back(users.find(rating.user));
    test_columns.items.push_back(items.find(rating.item));
    test_columns.values.push_back(rating.value);
  }
  const astonish::SavedModel model = train(train_columns, users, items);
  std::printf("RMSE of %zu held-out ratings: %.4f\n", test_part.size(), rmse(model, test_columns));
  for (std::int32_t user = 0; user < 3 && user < std::ssize(model.user_ids); ++user) {
    print_list(model, user);
  }
  if (model_path != nullptr) astonish::save_model(model, model_path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: train <ratings file> [model file]\n");
    return 2;
  }
  try {
    run(argv[1], argc == 3 ? argv[2] : nullptr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train: %s\n", error.what());
    return 1;
  }
}
