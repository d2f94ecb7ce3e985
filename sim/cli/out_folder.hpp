// The folder that gets the results. They are put together in a staging folder and take their place at the end, so that
// an earlier result is replaced whole or stays; what is not ours is never removed.
#pragma once
#include <string>

namespace ssi::cli {

class OutFolder {
 public:
  // Refuses a folder that holds something else than an earlier result, and one that another ssisim is writing. Throws UserError.
  explicit OutFolder(const std::string& path);
  OutFolder(const OutFolder&) = delete;
  OutFolder& operator=(const OutFolder&) = delete;
  ~OutFolder();   // removes the staging folder

  const std::string& path() const { return path_; }
  const std::string& staging() const { return staging_; }
  // Makes a folder below the staging folder, and names it. Throws UserError.
  std::string make_folder(const std::string& relative);

  // The staging folder becomes the result. Throws UserError.
  void commit();

 private:
  void swap_in();
  void move_in();

  std::string path_, staging_;
  int lock_ = -1;
  bool inside_ = false;   // staging is below path_, since path_ itself cannot be renamed
};

// A name as one component of a path: '/', '%' and control characters become %XX, as does a leading dot.
std::string path_component(const std::string& name);

}   // namespace ssi::cli
