// What the trainers of embeddings have in common: a run over batches, and Adam's options.
#pragma once

#include <optional>
#include <utility>

#include "arrays.hpp"
#include "astonish/embedding_dot.hpp"
#include "interrupts.hpp"

namespace astonish::bindings {

template <typename T, typename Trainer>
void bind_run(Trainer& trainer, const Array<std::int32_t>& users, const Array<std::int32_t>& items,
              const Array<T>& ratings, const Array<std::int32_t>& samples, std::size_t batch_size,
              const Array<double>& lrs, const Array<double>& moms, Array<double> losses,
              int n_threads, const std::optional<py::function>& check) {
  const RatedPairs<T> pairs{read("users", users), read("items", items), read("ratings", ratings)};
  const SampleBatches batches{read("samples", samples), batch_size};
  const BatchRates rates{read("lrs", lrs), read("moms", moms)};
  const auto its_losses = write("losses", losses);
  const KeepGoing keep_going = until_interrupted(check);
  const py::gil_scoped_release release;
  trainer.run(pairs, batches, rates, its_losses, n_threads, keep_going);
}

template <typename T, typename Trainer>
void def_run(py::class_<Trainer>& trainer) {
  trainer.def("run", &bind_run<T, Trainer>, py::arg("users").noconvert(),
              py::arg("items").noconvert(), py::arg("ratings").noconvert(),
              py::arg("samples").noconvert(), py::arg("batch_size"), py::arg("lrs").noconvert(),
              py::arg("moms").noconvert(), py::arg("losses").noconvert(), py::arg("n_threads"),
              py::arg("check") = py::none(),
              "Train on batches in turn, and write the loss of each before its update; what "
              "`check`, called now and then, raises ends the run.");
}

// Options has `adam` and `y_range`.
template <typename Options>
void def_adam(py::class_<Options>& options) {
  const auto number = [&]<typename Number>(const char* name, Number AdamOptions::*field) {
    options.def_property(
        name, [field](const Options& self) { return self.adam.*field; },
        [field](Options& self, Number value) { self.adam.*field = value; });
  };
  number("sqr_mom", &AdamOptions::sqr_mom);
  number("eps", &AdamOptions::eps);
  number("wd", &AdamOptions::wd);
  number("first_step", &AdamOptions::first_step);
  using Pair = std::optional<std::pair<double, double>>;
  options.def_property(
      "y_range",
      [](const Options& self) {
        return self.y_range ? Pair({self.y_range->low, self.y_range->high}) : std::nullopt;
      },
      [](Options& self, const Pair& pair) {
        self.y_range = pair ? std::optional(YRange{pair->first, pair->second}) : std::nullopt;
      });
}

}  // namespace astonish::bindings
