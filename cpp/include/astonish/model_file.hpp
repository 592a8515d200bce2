// Models as files that Python and C++ programs exchange.
//
// What model.save("model.npz") writes in Python, load_model reads, and save_model writes what
// astonish.load reads there: the factors, the training ratings and the raw ids, to the last bit. So
// a model that was trained in one place is served in the other with the same lists.
//
// The file is NumPy's .npz: a zip archive of arrays, one of which holds a header in JSON. Its
// "factors" name the arrays of the model's estimate, whatever class of Python it belongs to: every
// model whose estimate is that of factors.hpp is readable. Reading costs one pass over the arrays
// that are needed, straight into their vectors; damaged and hostile files are refused, and the
// memory they can ask for is in proportion to their own size. Version 2 of the format is written:
// members are stored, and the elements of an array begin at a multiple of 64 bytes in the file, so
// that they can be mapped. Version 1 is read as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "astonish/csr.hpp"
#include "astonish/factors.hpp"

namespace astonish {

// What a BiasedFactors borrows, owned.
template <typename T>
struct FactorArrays {
  std::vector<T> pu;  // n_users x n_factors, row by row
  std::vector<T> qi;  // n_items x n_factors
  std::vector<T> bu;  // n_users; there, if unread, in an unbiased model too
  std::vector<T> bi;  // n_items
  std::size_t n_factors = 0;
  double global_mean = 0.0;
  bool biased = true;

  [[nodiscard]] BiasedFactors<T> view() {
    return {{pu.data(), bu.size(), n_factors},
            {qi.data(), bi.size(), n_factors},
            bu,
            bi,
            global_mean,
            biased};
  }
  [[nodiscard]] BiasedFactors<const T> view() const {
    return {{pu.data(), bu.size(), n_factors},
            {qi.data(), bi.size(), n_factors},
            bu,
            bi,
            global_mean,
            biased};
  }
};

// What a CsrView borrows, owned.
struct RatingArrays {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> indices;
  std::vector<double> values;
  std::size_t n_cols = 0;

  [[nodiscard]] CsrView<std::int64_t> view() const { return {offsets, indices, values, n_cols}; }
};

// How the data call a user or an item; ids that were read from a file are text.
using RawId = std::variant<std::int64_t, std::string>;

// Users and items count as known when they have a rating, or when they are on the side whose
// parameters come from elsewhere: the items, after users were folded in; both, when all factors
// were given.
enum class KnownSide { neither, users, items, both };

struct SavedModel {
  std::variant<FactorArrays<double>, FactorArrays<float>> factors;
  std::vector<RawId> user_ids;  // of each row of pu
  std::vector<RawId> item_ids;  // of each row of qi
  // The training ratings of each user, which their lists leave out. Python lists known items alone,
  // and has answers of its own for users without a rating, such as the most popular items.
  RatingArrays ratings;
  double lowest_rating = 1.0;  // to which Python's predict clips
  double highest_rating = 5.0;
  KnownSide known_side = KnownSide::neither;
};

// Throws std::invalid_argument, naming the file, for one that is no model, is damaged, has another
// format version, has an array that contradicts another or is not finite, holds a model that
// estimates in another way, or ids that are neither text nor integers of 64 bits;
// std::system_error for a file that cannot be read.
[[nodiscard]] SavedModel load_model(const std::filesystem::path& path);

// Writes a file that Python loads as `python_class`, a public name, whose other parameters get
// their defaults there. A file that exists is replaced at the end. Throws std::invalid_argument for
// a model whose parts contradict each other or are not finite, repeated ids, and text not in UTF-8;
// std::out_of_range for an item that does not exist; std::system_error when the file cannot be
// written.
void save_model(const SavedModel& model, const std::filesystem::path& path,
                std::string_view python_class = "astonish.SVD");

}  // namespace astonish
