// What the engine itself costs: see benchmarks/engine.py, which runs this.
//
//   skywright_engine graph DETECTORS VISITS STEPS     a night's graph: seconds to build, bytes
//   skywright_engine tasks COUNT MILLISECONDS JOBS    that many tasks of so much work each, by
//                                                     threads or, under a launcher, by ranks
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/resource.h>

#include "skywright/run/launch.h"
#include "skywright/run/serve.h"
#include "skywright/run/task_graph.h"

namespace {

using namespace skywright;

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

int graph(int detectors, int visits, int steps) {
  const run::Clock clock = run::steady_clock();
  const double begun = clock();
  run::TaskGraph graph;
  std::size_t done = 0;
  for (int visit = 0; visit < visits; ++visit)
    for (int detector = 0; detector < detectors; ++detector) {
      std::string before;
      for (int step = 0; step < steps; ++step) {
        std::string id = "step " + std::to_string(step) + " " +
                         std::to_string(2025051200000LL + visit) + " " + std::to_string(detector);
        std::vector<std::string> needs;
        if (step > 0) needs.push_back(before);
        before = id;
        graph.add({.id = std::move(id),
                   .needs = std::move(needs),
                   .order = [visit, detector] { return std::to_string(visit + detector); },
                   .settle = [&done](std::string_view) { ++done; }});
      }
    }
  const double built = clock() - begun;
  const long built_kib = peak_kib();
  const run::RunReport report =
      graph.run(Execution(), {.work = [](std::string_view, const Execution&) { return ""; }});
  const double all = clock() - begun;
  std::printf(
      R"({"tasks":%zu,"built_s":%.3f,"built_mib":%.1f,"run_s":%.3f,"peak_mib":%.1f,"done":%zu})"
      "\n",
      graph.size(), built, static_cast<double>(built_kib) / 1024.0, all - built,
      static_cast<double>(peak_kib()) / 1024.0, done);
  return report.code() == ExitCode::complete && done == graph.size() ? 0 : 1;
}

int tasks(int count, double milliseconds, int jobs) {
  const auto crew = run::join_launch();
  const run::Work work = [milliseconds](std::string_view order, const Execution&) {
    // Work of the processor that threads and ranks could steal from each other.
    const run::Clock clock = run::steady_clock();
    const double until = clock() + 1e-3 * milliseconds;
    while (clock() < until) {
    }
    return std::string(order);
  };
  const Execution execution(jobs);
  if (crew && !crew->leads()) {
    run::serve(*crew, work, execution);
    crew->end(0);
    return 0;
  }
  int answered = 0;
  run::TaskGraph graph;
  for (int i = 0; i < count; ++i)
    graph.add({.id = std::to_string(i),
               .needs = {},
               .order = [i] { return std::to_string(i); },
               .settle = [&answered](std::string_view) { ++answered; }});
  const run::RunOptions options{.work = work, .crew = crew.get()};
  // Once for the ranks to be there.
  run::TaskGraph first;
  first.add({.id = "first", .needs = {}, .order = [] { return std::string(); }});
  first.run(execution, options);
  const run::Clock clock = run::steady_clock();
  const double begun = clock();
  graph.run(execution, options);
  const double wall = clock() - begun;
  std::printf(R"({"tasks":%d,"wall_s":%.4f,"answered":%d})"
              "\n",
              count, wall, answered);
  std::fflush(stdout);
  if (crew) crew->end(0);
  return answered == count ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 5 ? argv[1] : "";
  if (what == "graph") return graph(std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]));
  if (what == "tasks") return tasks(std::atoi(argv[2]), std::atof(argv[3]), std::atoi(argv[4]));
  std::fprintf(stderr, "usage: skywright_engine graph D V S | tasks COUNT MILLISECONDS JOBS\n");
  return 2;
}
