#include "models/protocol/nfs/server.hpp"

#include <type_traits>

#include "models/base/check.hpp"

namespace ssi::nfs {
namespace {

constexpr std::uint64_t kOwn = 1ULL << 63;   // tokens of requests from elsewhere; those of local calls are small

template <class T>
constexpr bool kChanges = std::is_same_v<T, SetattrCall> || std::is_same_v<T, WriteCall> || std::is_same_v<T, CreateCall> ||
                          std::is_same_v<T, RemoveCall> || std::is_same_v<T, RenameCall>;

// The operation that a procedure derives from.
vnode::Operation operation_of(const vnode::Lookup& call) { return call; }
vnode::Operation operation_of(const vnode::GetAttributes& call) { return call; }
vnode::Operation operation_of(const vnode::SetSize& call) { return call; }
vnode::Operation operation_of(const vnode::Read& call) { return call; }
vnode::Operation operation_of(const vnode::Write& call) { return call; }
vnode::Operation operation_of(const vnode::Create& call) { return call; }
vnode::Operation operation_of(const vnode::Remove& call) { return call; }
vnode::Operation operation_of(const vnode::Rename& call) { return call; }
vnode::Operation operation_of(const vnode::ReadDirectory& call) { return call; }

}   // namespace

void Server::begin(std::uint64_t token, const vnode::Operation& operation, CallId cause, vnode::Context& at) {
  SSI_CHECK((token & kOwn) == 0, "a local token that looks like a request from elsewhere");
  store_->begin(token, operation, cause, at);
  take_own(at);
}

bool Server::message(const ssi::Message& message, vnode::Context& at) {
  if (!message.body.is<Message>()) return false;
  const Header& header = message.header;
  std::visit(
      [&]<class T>(const T& call) {
        if constexpr (std::is_same_v<T, Answered>) SSI_CHECK(false, "the server gets an answer");
        else {
          const std::uint64_t token = kOwn | ++tokens_;
          serving_.emplace(token, Serving{header.from, header.txn, header.cause, stable_ && kChanges<T>});
          store_->begin(token, operation_of(call), header.cause, at);
        }
      },
      message.body.get<Message>());
  take_own(at);
  return true;
}

bool Server::timer(const TimerEvent& event, vnode::Context& at) {
  const bool taken = store_->timer(event, at);
  take_own(at);
  return taken;
}

void Server::disk_done(const DiskDone& done, vnode::Context& at) {
  store_->disk_done(done, at);
  take_own(at);
}

void Server::take_own(vnode::Context& at) {
  for (std::size_t i = 0; i < at.answers.size();) {
    if ((at.answers[i].token & kOwn) == 0) {
      ++i;
      continue;
    }
    const vnode::Answer answer = at.answers[i];
    at.answers.erase(at.answers.begin() + static_cast<std::ptrdiff_t>(i));
    Serving& serving = serving_.at(answer.token);
    auto result = serving.result ? serving.result : std::make_shared<const vnode::Reply>(answer.reply);
    if (serving.changes && !serving.result && answer.reply.good()) {
      serving.result = std::move(result);
      store_->begin(answer.token, vnode::Sync{serving.result->attributes.file}, serving.cause, at);
      continue;
    }
    if (!answer.reply.good()) result = std::make_shared<const vnode::Reply>(answer.reply);
    at.out.send(serving.client, serving.txn, Message(Answered{std::move(result)}), {.cause = serving.cause});
    serving_.erase(answer.token);
  }
}

void Server::hash_into(StateHash& hash) const {
  store_->hash_into(hash);
  hash.add(serving_.size());
}

}   // namespace ssi::nfs
