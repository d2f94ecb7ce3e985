// Each strategy against another, paired by seed: both met the same demand, so the ratio of a pair is free of it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/json.hpp"

namespace ssi::report {

struct Ratio {
  double ratio{}, low{}, high{};
  std::size_t pairs{};
};

// Geometric mean of the ratios with its 95 % interval (Student's t on their logarithms; one pair: low = high = ratio).
// Ratios are > 0, at least one. Rounded to nine significant digits, so that a library's last bit of log() does not show.
Ratio geometric_mean(const std::vector<double>& ratios);

// Two-sided 95 % quantile of Student's t.
double student_t95(std::size_t degrees_of_freedom);

// `metric` of `label` over that of `against`, over all seeds of `fidelity` where both runs finished and have a value above 0.
std::optional<Ratio> compare(const std::vector<Json>& runs, const std::string& fidelity, const std::string& label,
                             const std::string& against, std::string_view metric, std::string_view metric_of_against = {});

// "comparison" of results.json: every label against the first of its fidelity.
Json comparison_json(const std::vector<Json>& runs);

}   // namespace ssi::report
