// The evaluation of an expression's tree. Inner to the files expression*.cpp.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "mapping/expression_node.hpp"

namespace linchpin::mapping {

// Where outputs go; false stops the evaluation. Borrows the callable: never outlives the call that it is given to.
class Sink {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Sink>)
  Sink(F&& call)  // NOLINT: a lambda is a sink wherever one is due
      : target_(const_cast<void*>(static_cast<const void*>(std::addressof(call)))),
        invoke_([](void* target, Json value) -> bool {
          return (*static_cast<std::remove_reference_t<F>*>(target))(std::move(value));
        }) {}
  bool operator()(Json value) const { return invoke_(target_, std::move(value)); }

 private:
  void* target_;
  bool (*invoke_)(void*, Json);
};

class Run {
 public:
  // Gives every output of `node` on `input` to `out`, in jq's order. False when stopped: by `out`, or with an error.
  bool each(const Node& node, const Json& input, const Sink& out);
  // Of the first output: neither false nor null; no output is nothing.
  std::optional<bool> truth(const Node& node, const Json& input);

  bool stop(const Node& node, std::string what, std::string fix = {});  // a failure that ? and // catch; returns false
  bool charge(const Node& node, std::size_t size);                      // counts what is made; false beyond the bound
  const std::optional<Error>& error() const { return error_; }

 private:
  bool step(const Node& node);
  bool exhausted(const Node& node);
  const Json* peek(const Node& node, const Json& input) const;
  std::optional<bool> quick_truth(const Node& node, const Json& input) const;
  template <class Combine>
  bool pairs(const Node& node, const Json& input, const Sink& out, Combine combine);
  bool arithmetic(const Node& node, const Json& a, const Json& b, const Sink& out);
  bool object(const Node& node, std::size_t kid, const Json& input, const Json::Object& made, const Sink& out);
  bool interpolate(const Node& node, std::size_t kid, const Json& input, const std::string& made, const Sink& out);
  bool caught(bool went_on, bool stopped_below);

  std::size_t steps_ = 0, made_ = 0;
  bool fatal_ = false;
  std::optional<Error> error_;
};

inline bool is_true(const Json& value) { return !value.is_null() && !(value.is_boolean() && !value.boolean()); }
std::string_view kind_name(const Json&);  // "a text", for errors
bool call_function(Run&, const Node& call, const Json& input, const Sink& out);
// a + b as jq has it; nothing when the kinds do not go together or the result is too large.
std::optional<Json> added(const Json& a, const Json& b);

}  // namespace linchpin::mapping
