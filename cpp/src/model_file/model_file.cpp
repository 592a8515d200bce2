#include "astonish/model_file.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "id_columns.hpp"
#include "json.hpp"
#include "npy.hpp"
#include "refuse.hpp"
#include "replaced_file.hpp"
#include "support/check.hpp"
#include "zip.hpp"

namespace astonish {

using internal::support::check_has_values;
using internal::support::check_length;
using namespace internal::model_file;

namespace {

constexpr const char* kFormat = "astonish model";
constexpr std::int64_t kVersion = 2;
constexpr std::int64_t kOldestVersion = 1;  // arrays at any place, ids in the header

// What both directions check.

void check_ids(const std::string& name, const std::vector<RawId>& ids, std::size_t expected) {
  check_length(name.c_str(), ids.size(), expected);
  std::unordered_set<RawId> seen;
  for (const RawId& id : ids) {
    if (!seen.insert(id).second) refuse(name + " holds an id twice");
  }
}

template <typename T>
void check_finite(const std::string& name, const std::vector<T>& values) {
  const auto is_finite = [](T value) { return std::isfinite(value); };
  const auto wrong = std::find_if_not(values.begin(), values.end(), is_finite);
  if (wrong == values.end()) return;
  refuse(name + "[" + std::to_string(wrong - values.begin()) + "] is " + std::to_string(*wrong) +
         ", not finite");
}

void check_model(const SavedModel& model) {
  std::visit(
      [&](const auto& factors) {
        check_length("pu", factors.pu.size(), factors.bu.size() * factors.n_factors);
        check_length("qi", factors.qi.size(), factors.bi.size() * factors.n_factors);
        check_ids("user_ids", model.user_ids, factors.bu.size());
        check_ids("item_ids", model.item_ids, factors.bi.size());
        check_finite("pu", factors.pu);
        check_finite("qi", factors.qi);
        check_finite("bu", factors.bu);
        check_finite("bi", factors.bi);
        if (!std::isfinite(factors.global_mean)) refuse("global_mean is not finite");
      },
      model.factors);
  const auto ratings = model.ratings.view();
  validate(ratings);
  check_has_values("ratings", ratings);
  check_length("ratings.offsets", ratings.offsets.size(), model.user_ids.size() + 1);
  if (ratings.n_cols != model.item_ids.size()) {
    refuse("ratings.n_cols is " + std::to_string(ratings.n_cols) + ", there are " +
           std::to_string(model.item_ids.size()) + " items");
  }
  check_finite("ratings.values", model.ratings.values);
  if (!(model.lowest_rating <= model.highest_rating)) refuse("the rating scale is empty");
}

// Reading.

Json read_header(ZipReader& archive) {
  const auto text = read_npy<char>(archive, "header", 1).values;
  return parse_json({text.data(), text.size()});
}

void check_format(const Json& header) {
  if (header.at("format").as_text("format") != kFormat) refuse("its format has another name");
  const auto* version = std::get_if<std::int64_t>(&header.at("version").value);
  if (version == nullptr || *version < kOldestVersion || *version > kVersion) {
    refuse("its model format has version " + to_text(header.at("version")) +
           ", this library reads versions " + std::to_string(kOldestVersion) + " and " +
           std::to_string(kVersion));
  }
}

const Json& factors_of(const Json& header) {
  const Json* factors = header.find("factors");
  if (factors != nullptr && std::holds_alternative<JsonObject>(factors->value)) return *factors;
  refuse("it holds a " + to_text(header.at("class")) +
         ", whose estimates are not said to be biases and a product of factors");
}

const std::string& array_name(const Json& factors, std::string_view which) {
  return factors.at(which).at("$array").as_text(std::string(which));
}

bool is_float32(ZipReader& archive, const std::string& name) {
  ZipMember member = archive.open(name + ".npy");
  return read_npy_header(member).type == npy_type<float>;
}

template <typename T>
FactorArrays<T> read_factors(ZipReader& archive, const Json& header) {
  auto pu = read_npy<T>(archive, array_name(header, "pu"), 2);
  auto qi = read_npy<T>(archive, array_name(header, "qi"), 2);
  if (pu.shape[1] != qi.shape[1]) refuse("pu and qi have different numbers of factors");
  auto bu = read_npy<T>(archive, array_name(header, "bu"), 1);
  auto bi = read_npy<T>(archive, array_name(header, "bi"), 1);
  check_length("bu", bu.values.size(), pu.shape[0]);
  check_length("bi", bi.values.size(), qi.shape[0]);
  return {std::move(pu.values),
          std::move(qi.values),
          std::move(bu.values),
          std::move(bi.values),
          pu.shape[1],
          header.at("global_mean").as_number("global_mean"),
          header.at("biased").as_bool("biased")};
}

// Ids as version 1 has them: a list in the header.
std::vector<RawId> ids_of_list(const Json& list, const std::string& name) {
  std::vector<RawId> ids;
  for (const Json& id : list.as_array(name)) {
    if (const auto* whole = std::get_if<std::int64_t>(&id.value)) {
      ids.emplace_back(*whole);
    } else if (const auto* text = std::get_if<std::string>(&id.value)) {
      ids.emplace_back(*text);
    } else {
      refuse(name + "[" + std::to_string(ids.size()) + "] is " + to_text(id) +
             ", neither text nor an integer of 64 bits");
    }
  }
  return ids;
}

std::vector<RawId> read_ids_of(ZipReader& archive, const Json& trainset, const std::string& name) {
  const Json& ids = trainset.at(name);
  const bool is_column = std::holds_alternative<JsonObject>(ids.value);
  return is_column ? read_ids(archive, ids, name) : ids_of_list(ids, name);
}

RatingArrays read_ratings(ZipReader& archive, std::size_t n_items) {
  const std::string side = "trainset.by_user.";
  return {read_npy<std::int64_t>(archive, side + "offsets", 1).values,
          read_npy<std::int32_t>(archive, side + "indices", 1).values,
          read_npy<double>(archive, side + "values", 1).values, n_items};
}

KnownSide read_known_side(const Json& trainset) {
  const Json* side = trainset.find("known_side");
  if (side == nullptr || std::holds_alternative<std::nullptr_t>(side->value)) {
    return KnownSide::neither;
  }
  const std::string& name = side->as_text("known_side");
  if (name == "users") return KnownSide::users;
  if (name == "items") return KnownSide::items;
  if (name != "both") refuse("known_side is " + name);
  return KnownSide::both;
}

SavedModel read_model(ZipReader& archive) {
  const Json header = read_header(archive);
  check_format(header);
  const Json& factors = factors_of(header);
  const Json& trainset = header.at("trainset");
  const JsonArray& scale = trainset.at("rating_scale").at("$tuple").as_array("rating_scale");
  check_length("rating_scale", scale.size(), 2);

  SavedModel model;
  if (is_float32(archive, array_name(factors, "pu"))) {
    model.factors = read_factors<float>(archive, factors);
  } else {
    model.factors = read_factors<double>(archive, factors);
  }
  model.user_ids = read_ids_of(archive, trainset, "user_ids");
  model.item_ids = read_ids_of(archive, trainset, "item_ids");
  model.ratings = read_ratings(archive, model.item_ids.size());
  model.lowest_rating = scale[0].as_number("rating_scale[0]");
  model.highest_rating = scale[1].as_number("rating_scale[1]");
  model.known_side = read_known_side(trainset);
  check_model(model);
  return model;
}

// Writing.

Json array_reference(const char* name) { return {JsonObject{{"$array", {name}}}}; }

Json known_side_json(KnownSide side) {
  if (side == KnownSide::neither) return {nullptr};
  if (side == KnownSide::both) return {"both"};
  return {side == KnownSide::users ? "users" : "items"};
}

Json header_of(const SavedModel& model, std::string_view python_class, const Json& user_ids,
               const Json& item_ids) {
  const auto [n_factors, global_mean, biased] = std::visit(
      [](const auto& each) { return std::tuple(each.n_factors, each.global_mean, each.biased); },
      model.factors);
  JsonObject factors, attributes;
  for (const char* name : {"pu", "qi", "bu", "bi"}) {
    factors.push_back({name, array_reference(name)});
    attributes.push_back({name, array_reference(name)});
  }
  factors.push_back({"global_mean", {global_mean}});
  factors.push_back({"biased", {biased}});
  attributes.push_back({"n_factors", {static_cast<std::int64_t>(n_factors)}});
  attributes.push_back({"biased", {biased}});
  const JsonArray scale{{model.lowest_rating}, {model.highest_rating}};
  const JsonObject trainset{{"rating_scale", {JsonObject{{"$tuple", {scale}}}}},
                            {"known_side", known_side_json(model.known_side)},
                            {"global_mean", {global_mean}},
                            {"user_ids", user_ids},
                            {"item_ids", item_ids}};
  return {JsonObject{{"format", {kFormat}},
                     {"version", {kVersion}},
                     {"kind", {"factors"}},
                     {"class", {std::string(python_class)}},
                     {"defaults", {true}},  // for the attributes that this program does not know
                     {"trainset", {trainset}},
                     {"attributes", {attributes}},
                     {"factors", {factors}}}};
}

template <typename T>
void write_factors(ZipWriter& archive, const FactorArrays<T>& factors) {
  const std::size_t n_users = factors.bu.size(), n_items = factors.bi.size();
  write_npy<T>(archive, "pu", {n_users, factors.n_factors}, factors.pu);
  write_npy<T>(archive, "qi", {n_items, factors.n_factors}, factors.qi);
  write_npy<T>(archive, "bu", {n_users}, factors.bu);
  write_npy<T>(archive, "bi", {n_items}, factors.bi);
}

void write_side(ZipWriter& archive, const std::string& side, const RatingArrays& ratings) {
  const std::size_t n = ratings.indices.size();
  write_npy<std::int64_t>(archive, side + "offsets", {ratings.offsets.size()}, ratings.offsets);
  write_npy<std::int32_t>(archive, side + "indices", {n}, ratings.indices);
  write_npy<double>(archive, side + "values", {n}, ratings.values);
}

RatingArrays transposed(const RatingArrays& ratings) {
  const std::size_t n_rows = ratings.offsets.size() - 1, n = ratings.indices.size();
  std::vector<std::int32_t> rows;
  rows.reserve(n);
  for (std::size_t row = 0; row < n_rows; ++row) {
    rows.insert(rows.end(), ratings.view().row_indices(row).size(), static_cast<std::int32_t>(row));
  }
  RatingArrays result{std::vector<std::int64_t>(ratings.n_cols + 1), std::vector<std::int32_t>(n),
                      std::vector<double>(n), n_rows};
  build_csr<std::int64_t>(ratings.indices, rows, ratings.values, n_rows,
                          {result.offsets, result.indices, result.values});
  return result;
}

void write_model(std::ostream& out, const SavedModel& model, std::string_view python_class) {
  const IdColumn user_ids("user_ids", model.user_ids), item_ids("item_ids", model.item_ids);
  const std::string header =
      to_text(header_of(model, python_class, user_ids.header(), item_ids.header()));
  ZipWriter archive(out);
  write_npy<char>(archive, "header", {header.size()}, header);
  std::visit([&](const auto& factors) { write_factors(archive, factors); }, model.factors);
  write_side(archive, "trainset.by_user.", model.ratings);
  write_side(archive, "trainset.by_item.", transposed(model.ratings));
  user_ids.write(archive);
  item_ids.write(archive);
  archive.finish();
}

}  // namespace

SavedModel load_model(const std::filesystem::path& path) {
  try {
    ZipReader archive(path);
    return read_model(archive);
  } catch (const std::logic_error& error) {
    refuse(path.string() + " is not a model file that can be read: " + error.what());
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), path.string());
  }
}

void save_model(const SavedModel& model, const std::filesystem::path& path,
                std::string_view python_class) {
  check_model(model);
  ReplacedFile file(path);
  write_model(file.stream(), model, python_class);
  file.finish();
}

}  // namespace astonish
