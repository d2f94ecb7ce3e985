// task_queue: threads take tasks from one queue under a mutex and compute them (TSP, Quicksort on IVY and TreadMarks). Each task is done
// once. Unit of work: a task.
#include "models/base/distributions.hpp"
#include "models/workload/team.hpp"

namespace ssi::workload {
namespace {

using config::Bound;
using config::Kind;

struct TaskQueueSettings : Demand {
  std::int64_t tasks{};
  std::uint32_t threads{};
  Duration compute;
};

const std::array kTaskQueueFields{
    Bound<TaskQueueSettings>{{"tasks", Kind::integer, std::int64_t{200}, 1, 1e8, {}, "in the queue, for all threads"},
                             &TaskQueueSettings::tasks},
    threads_field<TaskQueueSettings>(),
    compute_field<TaskQueueSettings>(1'000'000, "mean CPU time of a task (the grain), exponentially distributed"),
};

class TaskQueue final : public Team {
 public:
  TaskQueue(const WorkloadSetup& setup, const TaskQueueSettings& settings)
      : Team(setup, settings.threads), settings_(settings), tasks_(static_cast<std::uint64_t>(settings.tasks)) {}

 private:
  static constexpr std::uint64_t kResults = 4096;   // behind the page with the head of the queue

  Program work(std::uint32_t, Self& self) override {
    const Result got = co_await segment(kResults + tasks_ * 8);
    const std::uint64_t at = id(got);
    co_await Attach{at};
    co_await all();
    for (;;) {
      const Instant began = self.now;
      co_await lock(1);
      const Result head = co_await load(at, 0);
      if (head.good() && word(head) < tasks_) co_await store(at, 0, word(head) + 1);
      co_await unlock(1);
      if (!head.good() || word(head) >= tasks_) break;
      Stream draws = this->draws(1'000'000 + word(head));
      const Duration time = exponential(draws, static_cast<double>(settings_.compute.ns));
      co_await Compute{time};
      const Result before = co_await load(at, kResults + word(head) * 8);
      if (before.good()) verify(self, word(before), 0, "the result of a task that nobody else has taken");
      const Result stored = co_await store(at, kResults + word(head) * 8, word(head) + 1);
      if (stored.good()) self.done(began);
    }
    co_await all();
    const Result results = co_await load(at, kResults, tasks_ * 8);
    for (std::uint64_t task = 0; size_of(results.bytes()) == tasks_ * 8 && task < tasks_; ++task)
      verify(self, word_at(results.bytes(), task), task + 1, "the result of a task");
  }

  TaskQueueSettings settings_;
  std::uint64_t tasks_;
};

std::unique_ptr<Workload> make_task_queue(const WorkloadSetup& setup, const config::Values& params) {
  return std::make_unique<TaskQueue>(setup, config::bind<TaskQueueSettings>(kTaskQueueFields, params));
}

}   // namespace

WorkloadEntry task_queue_entry() {
  return {"task_queue", "threads take tasks from one queue under a mutex", "task", config::plain<TaskQueueSettings>(kTaskQueueFields),
          make_task_queue};
}

}   // namespace ssi::workload
