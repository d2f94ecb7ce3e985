// A visitor of a variant made of lambdas, one for each alternative.
#pragma once

namespace ssi {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;   // clang++ 14, which has libFuzzer, does not deduce it

}   // namespace ssi
