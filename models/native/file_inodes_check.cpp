// What always holds of a file system's names and blocks, and its state as a number.
#include "models/base/check.hpp"
#include "models/native/file_inodes.hpp"

namespace ssi::native {

void Inodes::check_invariants() const {
  std::set<std::uint64_t> taken = unrecycled_;
  taken.insert(free_.begin(), free_.end());
  std::uint64_t counted = unrecycled_.size() + free_.size();
  std::map<FileId, std::uint32_t> links{{vnode::kRoot, 2}};
  for (const auto& [id, inode] : inodes_) {
    for (const auto& [name, child] : inode.entries) {
      const Inode* found = find(child);
      SSI_INVARIANT(found != nullptr, "entry " + name + " of directory " + std::to_string(id) + " names no file");
      SSI_INVARIANT(!found->directory || found->parent == id, "directory " + name + " has another parent");
      links[child] += found->directory ? 2 : 1;
      if (found->directory) ++links[id];
    }
    for (const auto& [index, block] : inode.blocks) taken.insert(block);
    counted += inode.blocks.size();
    const std::uint64_t room = (inode.size + kBlockBytes - 1) / kBlockBytes;
    SSI_INVARIANT(inode.blocks.empty() || inode.blocks.rbegin()->first < room, "a block behind the end of file " + std::to_string(id));
  }
  for (const auto& [id, inode] : inodes_) {
    SSI_INVARIANT(inode.links == links[id],
                  "file " + std::to_string(id) + " has " + std::to_string(links[id]) + " links, not " + std::to_string(inode.links));
    SSI_INVARIANT(inode.links > 0 || inode.holds > 0, "file " + std::to_string(id) + " is an orphan");
  }
  SSI_INVARIANT(counted == taken.size(), "a block is used twice");
  SSI_INVARIANT(counted == used_ && used_ <= capacity_, "a block is lost");
}

void Inodes::hash_into(StateHash& hash) const {
  hash.add(inodes_.size());
  for (const auto& [id, inode] : inodes_) {
    hash.add(id);
    hash.add(inode.size);
    hash.add(inode.contents);
    hash.add((std::uint64_t{inode.links} << 32) | inode.holds);
    for (const auto& [name, child] : inode.entries) {
      hash.add(std::string_view(name));
      hash.add(child);
    }
    for (const auto& [index, block] : inode.blocks) {
      hash.add(index);
      hash.add(block);
    }
  }
}

}   // namespace ssi::native
