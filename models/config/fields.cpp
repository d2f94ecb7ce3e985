#include "models/config/fields.hpp"

namespace ssi::config {
namespace {

std::vector<std::string> split(std::string_view words) {
  std::vector<std::string> out;
  while (!words.empty()) {
    auto end = std::min(words.find(' '), words.size());
    if (end > 0) out.emplace_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

}   // namespace

Value default_of(const Field& field) {
  struct Visitor {
    const Field& field;
    Value operator()(std::monostate) const {   // required: the reader has refused its absence; a neutral value for binding
      switch (field.kind) {
        case Kind::boolean: return false;
        case Kind::ratio: return 0.0;
        case Kind::text:
        case Kind::choice: return std::string();
        case Kind::choice_set: return std::vector<std::string>();
        case Kind::integer:
        case Kind::duration:
        case Kind::bytes:
        case Kind::bandwidth: return std::int64_t{0};
      }
      return false;
    }
    Value operator()(bool b) const { return b; }
    Value operator()(std::int64_t n) const { return n; }
    Value operator()(double d) const { return d; }
    Value operator()(std::string_view s) const {
      if (field.kind == Kind::choice_set) return split(s);
      return std::string(s);
    }
  };
  return std::visit(Visitor{field}, field.fallback);
}

}   // namespace ssi::config
