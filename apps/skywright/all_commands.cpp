#include "commands/commands.h"

namespace skywright::apps {

std::vector<Command> all_commands() {
  return {
      // One line a command, in the order that the help shows them.
      // clang-format off
      demo_command(),
      night_command(),
      almanac_command(),
      ephemeris_command(),
      plan_command(),
      plan_run_command(),
      plan_metrics_command(),
      plan_compare_command(),
      plan_ensemble_command(),
      plan_footprint_command(),
      sky_command(),
      nightsky_command(),
      plan_weather_command(),
      expose_command(),
      calib_command(),
      detrend_command(),
      solve_command(),
      associate_command(),
      alerts_show_command(),
      alerts_filter_command(),
      alerts_replay_command(),
      alerts_convert_command(),
      detect_command(),
      kernel_check_command(),
      fits_list_command(),
      fits_convert_command(),
      table_convert_command(),
      instrument_show_command(),
      instrument_check_command(),
      instrument_slew_command(),
      stack_command(),
      subtract_command(),
      // clang-format on
      survey_init_command(),
      survey_ingest_command(),
      survey_orbits_command(),
      survey_templates_command(),
      survey_status_command(),
      survey_verify_command(),
      survey_rebuild_command(),
      survey_capacity_command(),
  };
}

}  // namespace skywright::apps
