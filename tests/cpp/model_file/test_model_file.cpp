#include "astonish/model_file.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "helpers.hpp"
#include "model_file/json.hpp"
#include "model_file/npy.hpp"
#include "model_file/random_bytes.hpp"
#include "model_file/temporary_file.hpp"

using namespace astonish;
using namespace astonish::internal::model_file;
using astonish::testing::same_bits;
using astonish::testing::TemporaryFile;
using doctest::Contains;

namespace {

template <typename T>
FactorArrays<T> factors() {
  return {
      {1, 2, 3, T(0.1)}, {5, 6, 7, 8, T(-1e-30), 10}, {T(0.5), -1}, {0, T(0.25), 3}, 2, 3.7, true};
}

// Two users, three items, four ratings.
SavedModel small_model() {
  return {factors<double>(),
          {"ann", "é\n\"\\"},
          {std::int64_t{7}, "7", std::numeric_limits<std::int64_t>::min()},
          {{0, 1, 4}, {2, 0, 1, 2}, {4.0, 1.5, 0.1, 5.0}, 3},
          0.5,
          std::numeric_limits<double>::infinity()};
}

std::string saved(const SavedModel& model) {
  const TemporaryFile file("");
  save_model(model, file.path());
  return file.content();
}

SavedModel loaded(const std::string& content) {
  const TemporaryFile file(content);
  return load_model(file.path());
}

template <typename T>
void check_equal(const FactorArrays<T>& a, const FactorArrays<T>& b) {
  CHECK(same_bits<T>(a.pu, b.pu));
  CHECK(same_bits<T>(a.qi, b.qi));
  CHECK(same_bits<T>(a.bu, b.bu));
  CHECK(same_bits<T>(a.bi, b.bi));
  CHECK(a.n_factors == b.n_factors);
  CHECK(a.global_mean == b.global_mean);
  CHECK(a.biased == b.biased);
}

void check_equal(const SavedModel& a, const SavedModel& b) {
  REQUIRE(a.factors.index() == b.factors.index());
  std::visit(
      [&](const auto& each) {
        check_equal(each, std::get<std::decay_t<decltype(each)>>(b.factors));
      },
      a.factors);
  CHECK(a.user_ids == b.user_ids);
  CHECK(a.item_ids == b.item_ids);
  CHECK(a.ratings.offsets == b.ratings.offsets);
  CHECK(a.ratings.indices == b.ratings.indices);
  CHECK(a.ratings.values == b.ratings.values);
  CHECK(a.ratings.n_cols == b.ratings.n_cols);
  CHECK(a.lowest_rating == b.lowest_rating);
  CHECK(a.highest_rating == b.highest_rating);
  CHECK(a.known_side == b.known_side);
}

// The members of an archive by name, to be changed and written again with right checksums.
std::map<std::string, std::string> members_of(const std::string& content) {
  const TemporaryFile file(content);
  ZipReader archive(file.path());
  std::map<std::string, std::string> members;
  for (const char* name :
       {"header", "pu", "qi", "bu", "bi", "trainset.by_user.offsets", "trainset.by_user.indices",
        "trainset.by_user.values", "user_ids.bytes", "user_ids.offsets", "item_ids.tags",
        "item_ids.integer.values", "item_ids.text.bytes", "item_ids.text.offsets"}) {
    ZipMember member = archive.open(std::string(name) + ".npy");
    std::string& bytes = members[name];
    bytes.resize(member.remaining());
    member.read(std::as_writable_bytes(std::span(bytes)));
  }
  return members;
}

std::string archive_of(const std::map<std::string, std::string>& members) {
  std::ostringstream out;
  ZipWriter archive(out);
  for (const auto& [name, bytes] : members) {
    archive.add(name + ".npy", {std::as_bytes(std::span(bytes))});
  }
  archive.finish();
  return out.str();
}

std::string array_of(const std::string& text) {
  return npy_header({"|u1", false, {text.size()}}) + text;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != text.npos);
  text.replace(text.find(from), from.size(), to);
}

// A valid file whose header's text was changed.
std::string with_header(const std::function<void(std::string&)>& change) {
  auto members = members_of(saved(small_model()));
  std::string& array = members["header"];
  std::string text = array.substr(array.find('\n') + 1);
  change(text);
  array = array_of(text);
  return archive_of(members);
}

std::string with_header(const std::string& from, const std::string& to) {
  return with_header([&](std::string& text) { replace(text, from, to); });
}

const std::string kUserColumn =
    R"({"kind": "text", "bytes": "user_ids.bytes", "offsets": "user_ids.offsets"})";
const std::string kItemColumn =
    R"({"kind": "mixed", "tags": "item_ids.tags", "columns": [)"
    R"({"kind": "integer", "values": "item_ids.integer.values"}, )"
    R"({"kind": "text", "bytes": "item_ids.text.bytes", "offsets": "item_ids.text.offsets"}]})";

// The small model as version 1 has it: with lists of ids in the header.
std::string version_1(const std::string& user_ids) {
  return with_header([&](std::string& text) {
    replace(text, "\"version\": 2, \"kind\": \"factors\"", "\"version\": 1");
    replace(text, kUserColumn, user_ids);
    replace(text, kItemColumn, "[7, \"7\", -9223372036854775808]");
  });
}

void check_refused(const std::string& content, const std::string& reason) {
  const TemporaryFile file(content);
  const std::string message =
      file.path().string() + " is not a model file that can be read: " + reason;
  CHECK_THROWS_WITH_AS((void)load_model(file.path()), message.c_str(), std::invalid_argument);
}

void check_unsavable(const std::function<void(SavedModel&)>& change, const char* reason) {
  SavedModel model = small_model();
  change(model);
  const TemporaryFile file("old");
  CHECK_THROWS_WITH_AS(save_model(model, file.path()), Contains(reason), std::logic_error);
  CHECK(file.content() == "old");
}

FactorArrays<double>& doubles(SavedModel& model) {
  return std::get<FactorArrays<double>>(model.factors);
}

}  // namespace

TEST_CASE("A model comes back to the last bit") {
  SavedModel model = small_model();
  check_equal(loaded(saved(model)), model);
  model.factors = factors<float>();
  model.known_side = KnownSide::users;
  check_equal(loaded(saved(model)), model);
  model.known_side = KnownSide::both;
  check_equal(loaded(saved(model)), model);
  model.known_side = KnownSide::items;
  std::get<FactorArrays<float>>(model.factors).biased = false;
  std::get<FactorArrays<float>>(model.factors).pu[0] = std::numeric_limits<float>::denorm_min();
  check_equal(loaded(saved(model)), model);
  model.factors = FactorArrays<double>{{}, {}, {1, 2}, {3, 4, 5}, 0, 0.0, true};
  check_equal(loaded(saved(model)), model);
}

TEST_CASE("Ids of one kind and of both come back in their order") {
  const auto check_ids = [](const std::vector<RawId>& users) {
    SavedModel model = small_model();
    model.user_ids = users;
    CHECK(loaded(saved(model)).user_ids == users);
  };
  check_ids({std::int64_t{5}, std::int64_t{-5}});
  check_ids({"", "a"});
  check_ids({"a", ""});
  check_ids({"5", std::int64_t{5}});
  check_ids({std::int64_t{5}, ""});
  const SavedModel nobody{FactorArrays<double>{{}, {}, {}, {}, 0, 0.0, true}, {}, {}, {}, 1, 5};
  check_equal(loaded(saved(nobody)), nobody);
}

TEST_CASE("Files of version 1 are read") {
  check_equal(loaded(version_1(R"(["ann", "\u00e9\n\"\\"])")), small_model());
}

TEST_CASE("The elements of every array begin at a multiple of 64 bytes in the file") {
  const std::string content = saved(small_model());
  std::size_t count = 0;
  for (std::size_t at = 0; (at = content.find("\x93NUMPY", at)) != content.npos; ++at) {
    const auto low = static_cast<unsigned char>(content[at + 8]);
    const auto high = static_cast<unsigned char>(content[at + 9]);
    CHECK(at % 64 == 0);
    CHECK((at + 10 + low + 256u * high) % 64 == 0);
    ++count;
  }
  CHECK(count == 17);
}

TEST_CASE("The same model is the same file, and the views show what it holds") {
  SavedModel model = small_model();
  CHECK(saved(model) == saved(model));
  const BiasedFactors<double> view = doubles(model).view();
  check_shapes(view);
  CHECK(view.pu.row(1)[1] == 0.1);
  CHECK(view.qi.rows == 3);
  view.bu[0] = 9;
  CHECK(std::as_const(doubles(model)).view().bu[0] == 9);
  CHECK(model.ratings.view().row_indices(1).size() == 3);
}

TEST_CASE("A file that exists is replaced, and nothing is left beside it") {
  const auto folder = std::filesystem::temp_directory_path() / TemporaryFile("").path().filename();
  std::filesystem::create_directory(folder);
  for (int k = 0; k < 2; ++k) save_model(small_model(), folder / "model.npz");
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);
  check_equal(load_model(folder / "model.npz"), small_model());
  CHECK_THROWS_AS(save_model(small_model(), folder / "no" / "model.npz"), std::system_error);
  CHECK_THROWS_AS((void)load_model(folder / "nothing.npz"), std::system_error);
  CHECK_THROWS_AS((void)load_model(folder), std::system_error);
  std::filesystem::create_directory(folder / "folder");
  CHECK_THROWS_AS(save_model(small_model(), folder / "folder"), std::system_error);
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 2);
  std::filesystem::remove_all(folder);
}

TEST_CASE("A model whose parts contradict each other is not written") {
  check_unsavable([](SavedModel& model) { doubles(model).pu.pop_back(); }, "pu has 3 entries");
  check_unsavable([](SavedModel& model) { doubles(model).qi.push_back(1); }, "qi has 7 entries");
  check_unsavable([](SavedModel& model) { doubles(model).pu[2] = NAN; }, "pu[2] is nan");
  check_unsavable([](SavedModel& model) { doubles(model).bi[1] = INFINITY; }, "bi[1] is inf");
  check_unsavable([](SavedModel& model) { model.user_ids.pop_back(); }, "user_ids has 1 entries");
  check_unsavable([](SavedModel& model) { model.item_ids[1] = model.item_ids[0]; },
                  "item_ids holds an id twice");
  check_unsavable([](SavedModel& model) { model.user_ids[0] = "\xff"; }, "not UTF-8");
  check_unsavable([](SavedModel& model) { doubles(model).global_mean = NAN; }, "global_mean");
  check_unsavable([](SavedModel& model) { model.ratings.n_cols = 4; }, "ratings.n_cols");
  check_unsavable([](SavedModel& model) { model.ratings.indices[0] = 3; }, "indices");
  check_unsavable([](SavedModel& model) { model.ratings.values[0] = INFINITY; }, "not finite");
  check_unsavable([](SavedModel& model) { model.ratings.values.clear(); }, "ratings.values");
  check_unsavable([](SavedModel& model) { model.ratings.offsets = {0, 4}; }, "ratings.offsets");
  check_unsavable([](SavedModel& model) { model.lowest_rating = NAN; }, "rating scale");
}

TEST_CASE("Files of something else are refused") {
  check_refused("", "it is too short");
  check_refused(std::string(1000, 'x'), "it does not end as a zip archive does");
  check_refused(archive_of({}), "it holds no header.npy");
  check_refused(archive_of({{"header", array_of("{}")}}), "the header lacks \"format\"");
  check_refused(archive_of({{"header", array_of("[1")}}), "no JSON: expected , at byte 2");
  check_refused(with_header("astonish model", "other"), "its format has another name");
  for (const char* version : {"0", "3", "\"2\""}) {
    check_refused(with_header("\"version\": 2", std::string("\"version\": ") + version),
                  std::string("its model format has version ") + version +
                      ", this library reads versions 1 and 2");
  }
}

TEST_CASE("A header that says something else is refused") {
  check_refused(with_header("\"factors\": {", "\"factors\": null, \"f\": {"),
                "it holds a \"astonish.SVD\", whose estimates are not said to be biases "
                "and a product of factors");
  check_refused(version_1("[1.5]"), "user_ids[0] is 1.5, neither text nor an integer of 64 bits");
  check_refused(version_1("[\"ann\"]"), "user_ids has 1 entries, expected 2");
  check_refused(version_1("[\"ann\", \"ann\"]"), "user_ids holds an id twice");
  check_refused(version_1("3"), "user_ids is no list");
  check_refused(with_header("[0.5, Infinity]", "[6, 5]"), "the rating scale is empty");
  check_refused(with_header("\"known_side\": null", "\"known_side\": \"all\""),
                "known_side is all");
  check_refused(with_header("[0.5, Infinity]", "[5]"), "rating_scale has 1 entries, expected 2");
  check_refused(with_header([](std::string& text) {
                  const auto factors = text.find("\"factors\": {");
                  text.replace(text.find("\"pu\"}", factors), 5, "\"qi\"}");
                }),
                "bu has 2 entries, expected 3");
  check_refused(with_header([](std::string& text) {
                  const auto factors = text.find("\"factors\": {");
                  text.replace(text.find("\"pu\"}", factors), 5, "\"no\"}");
                }),
                "it holds no no.npy");
  check_refused(with_header([](std::string& text) { text = std::string(1'000'000, '['); }),
                "no JSON: expected at most 64 levels at byte 65");
}

TEST_CASE("Ids that this library has no type for are refused, as are columns that are damaged") {
  check_refused(with_header(R"({"kind": "text", "bytes": "user_ids.bytes")",
                            R"({"kind": "uuid", "bytes": "user_ids.bytes")"),
                "user_ids[0] is of the kind \"uuid\", neither text nor an integer of 64 bits");
  check_refused(with_header(R"({"kind": "text", "bytes": "item_ids.text.bytes")",
                            R"({"kind": "float", "bytes": "item_ids.text.bytes")"),
                "item_ids[1] is of the kind \"float\", neither text nor an integer of 64 bits");
  check_refused(with_header(kUserColumn, "{}"), "the header lacks \"kind\"");
  check_refused(with_header("\"bytes\": \"user_ids.bytes\"", "\"b\": 1"),
                "the header lacks \"bytes\"");
  check_refused(with_header("\"bytes\": \"user_ids.bytes\"", "\"bytes\": \"no\""),
                "it holds no no.npy");
  const auto with = [](const char* name, const std::string& array) {
    auto members = members_of(saved(small_model()));
    members[name] = array;
    return archive_of(members);
  };
  const auto offsets = [](std::vector<std::int64_t> values) {
    const auto bytes = std::as_bytes(std::span(values));
    return npy_header({"<i8", false, {values.size()}}) +
           std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  check_refused(with("user_ids.offsets", offsets({})),
                "user_ids has offsets that do not fit its bytes");
  check_refused(with("user_ids.offsets", offsets({0, 3, std::int64_t{1} << 60})),
                "user_ids has offsets that do not fit its bytes");
  check_refused(with("user_ids.offsets", offsets({0, 9, 8})),
                "user_ids has offsets that do not ascend");
  check_refused(with("user_ids.offsets", offsets({0, -1, 8})),
                "user_ids has offsets that do not ascend");
  check_refused(with("user_ids.offsets", offsets({0, 4, 8})), "text is not UTF-8 at byte 3");
  check_refused(with("user_ids.offsets", offsets({0, 8})), "user_ids has 1 entries, expected 2");
  check_refused(with("item_ids.tags", array_of({0, 1, 2})), "item_ids has a tag without a column");
  check_refused(with("item_ids.tags", array_of({0, 1, 1})),
                "item_ids has a column that is too short");
}

TEST_CASE("Arrays that contradict each other are refused") {
  const auto with_array = [](const char* name, const std::string& from) {
    auto members = members_of(saved(small_model()));
    members[name] = members.at(from);
    return archive_of(members);
  };
  const auto with_nan = [](const char* name) {
    auto members = members_of(saved(small_model()));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    std::string& bytes = members[name];
    std::memcpy(bytes.data() + bytes.size() - sizeof(nan), &nan, sizeof(nan));
    return archive_of(members);
  };
  check_refused(with_array("bu", "bi"), "bu has 3 entries, expected 2");
  check_refused(with_array("pu", "bi"), "pu has the shape (3,), expected 2 dimensions in C order");
  check_refused(with_array("trainset.by_user.values", "bi"), "values has 3 entries, expected 4");
  check_refused(with_nan("pu"), "pu[3] is nan, not finite");
  check_refused(with_nan("bi"), "bi[2] is nan, not finite");
  check_refused(with_nan("trainset.by_user.values"), "ratings.values[3] is nan, not finite");
  check_refused(with_array("trainset.by_user.offsets", "trainset.by_user.indices"),
                "trainset.by_user.offsets has elements of type <i4, expected <i8");
}

TEST_CASE("A truncated file is refused") {
  const std::string content = saved(small_model());
  for (std::size_t length = 0; length < content.size(); ++length) {
    const TemporaryFile file(content.substr(0, length));
    CHECK_THROWS_AS((void)load_model(file.path()), std::invalid_argument);
  }
}

TEST_CASE("A file with a changed byte is refused or says the same") {
  const std::string content = saved(small_model());
  const SavedModel model = small_model();
  for (std::size_t place = 0; place < content.size(); ++place) {
    std::string damaged = content;
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << (place % 8)));
    const TemporaryFile file(damaged);
    try {
      check_equal(load_model(file.path()), model);
    } catch (const std::invalid_argument&) {
      CHECK(true);
    }
  }
}

TEST_CASE("Members with right checksums and other bytes are refused or harmless") {
  const auto members = members_of(saved(small_model()));
  for (const auto& [name, bytes] : members) {
    testing::for_each_damage(bytes, 1'000, [&](const std::string& damaged) {
      auto changed = members;
      changed[name] = damaged;
      const TemporaryFile file(archive_of(changed));
      try {
        const SavedModel model = load_model(file.path());
        validate(model.ratings.view());
        CHECK(model.user_ids.size() + 1 == model.ratings.offsets.size());
      } catch (const std::invalid_argument&) {
        CHECK(true);
      }
    });
  }
}
