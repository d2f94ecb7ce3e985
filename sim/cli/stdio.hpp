// Standard output is a result like any other: a full disk or a closed descriptor is noticed.
#pragma once
#include <string>
#include <string_view>

namespace ssi::cli {

// Closed standard descriptors are filled, in the wrong direction, so that no file of ours gets their number and using them still fails.
void guard_standard_descriptors();

// Throws UserError when it cannot be written. A reader that went away (`| head`) is no error.
void write_output(std::string_view text);

// One message for people, on standard error: "ssisim: TEXT".
void complain(std::string_view text);

bool error_is_terminal();

}   // namespace ssi::cli
