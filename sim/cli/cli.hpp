// The program: from the command line to the exit code.
#pragma once

namespace ssi::cli {

int main(int argc, const char* const* argv);

}   // namespace ssi::cli
