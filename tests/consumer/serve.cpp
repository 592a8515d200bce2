// Prints the ten best items of some users, by a model that Python or C++ saved.
//
//   serve <model file> <user id>...
#include <exception>
#include <stdexcept>

#include "lists.hpp"

namespace {

std::int32_t find_user(const astonish::SavedModel& model, const std::string& wanted) {
  const auto place = std::find_if(model.user_ids.begin(), model.user_ids.end(),
                                  [&](const auto& id) { return text_of(id) == wanted; });
  if (place == model.user_ids.end()) throw std::runtime_error("the model has no user " + wanted);
  return static_cast<std::int32_t>(place - model.user_ids.begin());
}

void run(const char* path, std::span<char*> users) {
  const astonish::SavedModel model = astonish::load_model(path);
  for (const char* user : users) print_list(model, find_user(model, user));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: serve <model file> <user id>...\n");
    return 2;
  }
  try {
    run(argv[1], std::span(argv, static_cast<std::size_t>(argc)).subspan(2));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "serve: %s\n", error.what());
    return 1;
  }
}
