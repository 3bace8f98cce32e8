/// One function a command, each in commands/<name>.cpp.
#pragma once

#include "command.h"

namespace skywright::apps {

Command demo_command();
Command night_command();
Command plan_command();
Command plan_run_command();
Command nightsky_command();
Command plan_weather_command();
Command alerts_filter_command();
Command alerts_replay_command();
Command alerts_convert_command();
Command alerts_show_command();
Command associate_command();
Command calib_command();
Command detect_command();
Command kernel_check_command();
Command detrend_command();
Command expose_command();
Command fits_convert_command();
Command fits_list_command();
Command almanac_command();
Command ephemeris_command();
Command plan_compare_command();
Command plan_ensemble_command();
Command plan_footprint_command();
Command plan_metrics_command();
Command sky_command();
Command solve_command();
Command table_convert_command();
Command instrument_check_command();
Command instrument_show_command();
Command instrument_slew_command();
Command stack_command();
Command subtract_command();
Command survey_capacity_command();
Command survey_ingest_command();
Command survey_init_command();
Command survey_orbits_command();
Command survey_rebuild_command();
Command survey_status_command();
Command survey_templates_command();
Command survey_verify_command();

}  // namespace skywright::apps
