#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "base/json.hpp"

namespace linchpin::log {
namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> made = [] {
    auto logger = std::make_shared<spdlog::logger>("linchpin", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%v");  // the line is JSON that we write ourselves, so that every text in it is escaped
    logger->flush_on(spdlog::level::info);
    return logger;
  }();
  return *made;
}

void write(spdlog::level::level_enum level, std::string_view name, std::string_view message, Fields fields) {
  if (!logger().should_log(level)) return;
  const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  const auto text = [](std::string_view t) { return canonical(Json(t)); };
  std::string line =
      "{\"at\":\"" + rfc3339(now) + "\",\"level\":\"" + std::string(name) + "\",\"message\":" + text(message);
  for (const Field& field : fields) {
    line += ',' + text(field.name) + ':';
    line += field.value.bare() ? std::string(field.value.text()) : text(field.value.text());
  }
  line += '}';
  logger().log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void info(std::string_view message, Fields fields) { write(spdlog::level::info, "info", message, fields); }
void warn(std::string_view message, Fields fields) { write(spdlog::level::warn, "warn", message, fields); }
void error(std::string_view message, Fields fields) { write(spdlog::level::err, "error", message, fields); }

void set_level(Level level) {
  switch (level) {
    case Level::Info:
      return logger().set_level(spdlog::level::info);
    case Level::Warn:
      return logger().set_level(spdlog::level::warn);
    case Level::Error:
      return logger().set_level(spdlog::level::err);
    case Level::Off:
      return logger().set_level(spdlog::level::off);
  }
}

}  // namespace linchpin::log
