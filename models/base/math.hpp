// Logarithm and exponential that give the same bits on every machine: only + - * / in a written order and integer
// operations, where a library's may differ in the last place. Relative error below 1e-15 (tests/unit/base measures it).
#pragma once

namespace ssi {

double portable_log(double x);   // natural; x > 0 and finite
double portable_exp(double x);   // x <= 700; 0 below -700
double log1p_ratio(double x);    // log(1 + x) / x, which is 1 at 0; x > -1
double expm1_ratio(double x);    // (exp(x) - 1) / x, which is 1 at 0; x <= 700

}   // namespace ssi
