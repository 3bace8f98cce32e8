#include "skywright/archive/detail/writer_lock.h"

#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"

namespace skywright::archive::detail {
namespace fs = std::filesystem;

WriterLock::WriterLock(const fs::path& survey) {
  const fs::path name = survey / ".writer.lock";
  file_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) throw StorageError(survey.string(), "cannot be written", "change its permissions");
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    ::close(file_);
    throw StorageError(survey.string(), "another process is writing this survey",
                       "wait for it to end");
  }
  // The file holds a mark while its writer lives. The mark's loss is no harm (a full disk, say): it
  // only tells the next writer to look for left-overs.
  char mark = 0;
  was_cut_off_ = ::pread(file_, &mark, 1, 0) == 1;
  [[maybe_unused]] const auto written = ::pwrite(file_, "w", 1, 0);
}

WriterLock::~WriterLock() {
  if (!leaves_mark_) {
    [[maybe_unused]] const int ignored = ::ftruncate(file_, 0);
  }
  ::close(file_);
}

void remove_temporaries(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return;
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && io::is_temporary(entry.path())) found.push_back(entry.path());
  }
  for (const fs::path& file : found) fs::remove(file, ignored);
}

}  // namespace skywright::archive::detail
