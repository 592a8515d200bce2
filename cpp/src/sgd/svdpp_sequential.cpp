// SVD++ in O(factors) a rating: see svdpp.hpp.
//
// While user u is trained, every rating maps each yj of u by y -> keep * y + lr * err * q / root,
// with keep = 1 - lr * reg and root = sqrt(n_u). Summed over the n_u = root^2 ratings and divided
// by root, this is
//
//   z -> keep * z + lr * err * q
//
// so z obeys the recurrence of pu, with the rates of yj. After n_u ratings y has become a * y + c
// with a = keep^n_u and one c for all items, and z has become a * z_start + root * c: the
// difference gives c, and the yj are written once.
//
// An item that u rated m times is mapped m times a rating: y -> keep^m * y + G * lr * err * q /
// root with G = 1 + keep + ... + keep^(m-1). Items of equal m share their map, and z is the sum of
// the parts of all m.
//
// The scalar that each rating waits for is the error before it. So the product with the next item
// is taken ahead, from the rows before the update, and corrected when the error is known.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "biased_rows.hpp"
#include "linear_algebra/padded.hpp"
#include "linear_algebra/prefetch.hpp"
#include "ratings/repeats.hpp"
#include "svdpp_solvers.hpp"

namespace astonish::internal::sgd {

using linear_algebra::kPerLine;
using linear_algebra::PaddedRows;
using linear_algebra::prefetch;
using linear_algebra::prefetch_row;
using linear_algebra::with_width;
using ratings::RepeatGroup;
using ratings::Repeats;

namespace {

using Items = std::span<const std::int32_t>;

constexpr std::size_t kPrefetch = 6;  // ratings ahead

// x -> keep * x + move * (what the error multiplies)
struct Rate {
  Rate(double lr, double reg) : keep(1.0 - lr * reg), move(lr) {}

  double keep;
  double move;
};

struct Rates {
  explicit Rates(const SvdppOptions& options)
      : bu(options.lr_bu, options.reg_bu),
        bi(options.lr_bi, options.reg_bi),
        p(options.lr_pu, options.reg_pu),
        q(options.lr_qi, options.reg_qi),
        y(options.lr_yj, options.reg_yj) {}

  Rate bu, bi, p, q, y;
};

double folded(double* sums) {
  for (std::size_t half = kPerLine<double> / 2; half >= 1; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

template <typename Width>
double dot(const double* a, const double* b, Width width) {
  double sums[kPerLine<double>] = {};
  for (std::size_t at = 0; at < width; at += kPerLine<double>) {
    for (std::size_t f = at; f < at + kPerLine<double>; ++f) sums[f - at] += a[f] * b[f];
  }
  return folded(sums);
}

// <q, keep_p * p + keep_z * z>. One sum a loop: with two, GCC 12 shuffles more than it adds.
template <typename Width>
double product(const double* q, double keep_p, const double* p, double keep_z, const double* z,
               Width width) {
  double sums[kPerLine<double>] = {};
  for (std::size_t at = 0; at < width; at += kPerLine<double>) {
    for (std::size_t f = at; f < at + kPerLine<double>; ++f) {
      sums[f - at] += q[f] * (keep_p * p[f] + keep_z * z[f]);
    }
  }
  return folded(sums);
}

template <typename Width>
void step(double* __restrict p, double* __restrict z, double* __restrict q, Width width, double err,
          const Rates& rates) {
  const double move_p = rates.p.move * err;
  const double move_q = rates.q.move * err;
  const double move_z = rates.y.move * err;
  for (std::size_t f = 0; f < width; ++f) {
    const double old_p = p[f];
    const double old_q = q[f];
    const double old_z = z[f];
    p[f] = rates.p.keep * old_p + move_p * old_q;
    q[f] = rates.q.keep * old_q + move_q * (old_p + old_z);
    z[f] = rates.y.keep * old_z + move_z * old_q;
  }
}

template <typename Width>
void add_row(const double* row, double* __restrict sum, Width width) {
  for (std::size_t f = 0; f < width; ++f) sum[f] += row[f];
}

template <typename Width>
void scale_and_shift(double* __restrict row, double scale, const double* __restrict shift,
                     Width width) {
  for (std::size_t f = 0; f < width; ++f) row[f] = scale * row[f] + shift[f];
}

// What those items of a user that were rated equally often contribute to z.
struct Part {
  explicit Part(std::size_t width) : rows(2, width) {}

  [[nodiscard]] double* now() { return rows.row(0); }
  [[nodiscard]] double* start() { return rows.row(1); }  // when the user began

  Items items;
  double keep = 0.0;  // a rating maps the part by x -> keep * x + move * err * q
  double move = 0.0;
  double spread = 0.0;  // times a shift of the part: the shift of each of its yj
  PaddedRows<double> rows;
};

template <typename Width>
class Trainer {
 public:
  Trainer(const BiasedFactors<double>& model, PaddedRows<double>& qi, PaddedRows<double>& yj,
          const Repeats& repeats, const SvdppOptions& options, Width width)
      : model_(model),
        qi_(qi),
        yj_(yj),
        repeats_(repeats),
        rates_(options),
        width_(width),
        rows_(2, width),
        whole_(width) {}

  // One pass over the ratings of one user; returns the sum of the squared errors.
  double train_user(std::size_t user, Items items, std::span<const double> ratings) {
    if (items.empty()) return 0.0;
    const auto pu = model_.pu.row(user);
    std::copy(pu.begin(), pu.end(), p());
    const auto groups = repeats_.groups(user);
    const double squared_error = groups.empty() ? train_different(user, items, ratings)
                                                : train_repeated(user, items, ratings, groups);
    std::copy_n(p(), pu.size(), pu.begin());
    return squared_error;
  }

 private:
  double train_different(std::size_t user, Items items, std::span<const double> ratings) {
    begin(whole_, items, 1, items.size());
    const double squared_error = train_ratings(user, items, ratings, whole_.now(), {});
    finish(whole_, items.size());
    return squared_error;
  }

  double train_repeated(std::size_t user, Items items, std::span<const double> ratings,
                        std::span<const RepeatGroup> groups) {
    std::vector<Part> parts;
    for (const RepeatGroup& group : groups) {
      begin(parts.emplace_back(width_), group.items, group.times, items.size());
    }
    sum_parts(parts);
    const double squared_error = train_ratings(user, items, ratings, sum_of_parts(), parts);
    for (Part& part : parts) finish(part, items.size());
    return squared_error;
  }

  // `z` is the one part of a user whose items are all different, or the sum of `parts`.
  double train_ratings(std::size_t user, Items items, std::span<const double> ratings, double* z,
                       std::span<Part> parts) {
    double* const p = this->p();
    double bu = model_.biased ? model_.bu[user] : 0.0;
    double match = product(row(qi_, items[0]), 1.0, p, 1.0, z, width_);
    double squared_error = 0.0;
    for (std::size_t k = 0; k < items.size(); ++k) {
      prefetch(qi_, items, k + kPrefetch);
      double* const q = row(qi_, items[k]);
      const double* const next = row(qi_, items[k + 1 < items.size() ? k + 1 : k]);
      const bool looks_ahead = parts.empty() && next != q;
      double ahead = 0.0;  // <next, p + z> will be ahead + err * moved
      double moved = 0.0;
      if (looks_ahead) {
        ahead = product(next, rates_.p.keep, p, rates_.y.keep, z, width_);
        moved = (rates_.p.move + rates_.y.move) * dot(next, q, width_);
      }
      const double err = step_biases(items[k], ratings[k], match, bu);
      for (Part& part : parts) step_part(part, q, err);
      step(p, z, q, width_, err, rates_);
      if (!parts.empty()) sum_parts(parts);
      match = looks_ahead ? ahead + err * moved : product(next, 1.0, p, 1.0, z, width_);
      squared_error += err * err;
    }
    if (model_.biased) model_.bu[user] = bu;
    return squared_error;
  }

  // Returns the error; whatever does not depend on the rating before comes first.
  double step_biases(std::int32_t item, double rating, double match, double& bu) {
    if (!model_.biased) return rating - match;
    double& bi = model_.bi[static_cast<std::size_t>(item)];
    const double err = (rating - model_.global_mean - bi) - bu - match;
    bu = rates_.bu.keep * bu + rates_.bu.move * err;
    bi = rates_.bi.keep * bi + rates_.bi.move * err;
    return err;
  }

  void begin(Part& part, Items items, std::size_t times, std::size_t n_ratings) {
    const auto n = static_cast<double>(n_ratings);
    const double root = std::sqrt(n);
    const double share = static_cast<double>(times * items.size()) / n;  // 1 without repeats
    double gain = 0.0;
    double keep = 1.0;
    for (std::size_t k = 0; k < times; ++k) {
      gain += keep;
      keep *= rates_.y.keep;
    }
    part.items = items;
    part.keep = keep;
    part.move = rates_.y.move * gain * share;
    part.spread = 1.0 / (root * share);
    sum_implicit(part, static_cast<double>(times) / root);
  }

  void sum_implicit(Part& part, double scale) {
    double* const now = part.now();
    double* const start = part.start();
    std::fill_n(now, static_cast<std::size_t>(width_), 0.0);
    for (std::size_t k = 0; k < part.items.size(); ++k) {
      prefetch(yj_, part.items, k + kPrefetch);
      add_row(row(yj_, part.items[k]), now, width_);
    }
    for (std::size_t f = 0; f < width_; ++f) start[f] = now[f] *= scale;
  }

  void step_part(Part& part, const double* q, double err) {
    double* __restrict now = part.now();
    const double move = part.move * err;
    for (std::size_t f = 0; f < width_; ++f) now[f] = part.keep * now[f] + move * q[f];
  }

  void sum_parts(std::span<Part> parts) {
    std::fill_n(sum_of_parts(), static_cast<std::size_t>(width_), 0.0);
    for (Part& part : parts) add_row(part.now(), sum_of_parts(), width_);
  }

  void finish(Part& part, std::size_t n_ratings) {
    const double keep = std::pow(part.keep, static_cast<double>(n_ratings));
    double* const offset = part.now();
    for (std::size_t f = 0; f < width_; ++f) {
      offset[f] = part.spread * (offset[f] - keep * part.start()[f]);
    }
    for (std::size_t k = 0; k < part.items.size(); ++k) {
      prefetch(yj_, part.items, k + kPrefetch);
      scale_and_shift(row(yj_, part.items[k]), keep, offset, width_);
    }
  }

  [[nodiscard]] double* p() { return rows_.row(0); }
  [[nodiscard]] double* sum_of_parts() { return rows_.row(1); }

  static double* row(PaddedRows<double>& rows, std::int32_t item) {
    return rows.row(static_cast<std::size_t>(item));
  }

  void prefetch(PaddedRows<double>& rows, Items items, std::size_t position) {
    if (position < items.size()) prefetch_row(row(rows, items[position]), width_);
  }

  const BiasedFactors<double>& model_;
  PaddedRows<double>& qi_;
  PaddedRows<double>& yj_;
  const Repeats& repeats_;
  Rates rates_;
  Width width_;
  PaddedRows<double> rows_;
  Part whole_;
};

}  // namespace

double run_svdpp_sequential(const WideCsr& by_user, const BiasedFactors<double>& model,
                            MatrixView<double> yj, const SvdppOptions& options,
                            const EpochCallback& on_epoch) {
  const Repeats repeats(by_user);
  PaddedRows<double> padded_qi(model.qi);
  PaddedRows<double> padded_yj(yj);
  const double squared_error = with_width(padded_qi.width(), [&](auto width) {
    Trainer trainer(model, padded_qi, padded_yj, repeats, options, width);
    return run_epochs(by_user, options, on_epoch, [&](std::size_t user, Items items, auto ratings) {
      return trainer.train_user(user, items, ratings);
    });
  });
  padded_qi.copy_to(model.qi);
  padded_yj.copy_to(yj);
  return squared_error;
}

}  // namespace astonish::internal::sgd
