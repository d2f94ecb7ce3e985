#include "sim/cli/cli.hpp"

int main(int argc, char** argv) { return ssi::cli::main(argc, argv); }
