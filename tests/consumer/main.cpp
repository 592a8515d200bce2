// Trains on eight ratings and prints what to recommend: the program of docs/core-in-cpp.md.
#include <astonish/sgd.hpp>
#include <astonish/topk.hpp>
#include <cstdio>
#include <vector>

int main() {
  // Three users and four items: the ratings of each user side by side.
  const std::vector<std::int64_t> offsets{0, 3, 6, 8};
  const std::vector<std::int32_t> items{0, 1, 2, 0, 1, 3, 2, 3};
  const std::vector<double> ratings{5, 4, 1, 5, 5, 2, 4, 5};
  const astonish::CsrView<std::int64_t> by_user{offsets, items, ratings, 4};
  astonish::validate(by_user);

  constexpr std::size_t n_users = 3, n_items = 4, n_factors = 2;
  std::vector<double> pu(n_users * n_factors, 0.1), qi(n_items * n_factors, 0.1);
  std::vector<double> bu(n_users), bi(n_items);
  const astonish::BiasedFactors<double> model{
      {pu.data(), n_users, n_factors}, {qi.data(), n_items, n_factors}, bu, bi, 3.875};
  astonish::fit_sgd(by_user, model, {.n_epochs = 50});

  std::vector<std::int32_t> best(n_users);
  std::vector<double> scores(n_users);
  astonish::topk<double>(model.pu, model.qi, model.bi, &by_user,
                         {{best.data(), n_users, 1}, {scores.data(), n_users, 1}}, 2);
  for (std::size_t user = 0; user < n_users; ++user) {
    std::printf("user %zu: item %d, %.2f\n", user, best[user],
                model.global_mean + bu[user] + scores[user]);
  }
}
