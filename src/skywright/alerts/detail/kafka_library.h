/// `libskywright_kafka.so`, loaded when it is first asked for.
#pragma once

#include "skywright/alerts/kafka/adapter.h"

namespace skywright::alerts::detail {

/// @throws ServiceError where it is missing, no adapter, or of another version
const skywright_kafka& kafka_library();

}  // namespace skywright::alerts::detail
