#include "commands/commands.h"
#include "skywright/io/fits_statistics.h"
#include "skywright/io/table_files.h"

namespace skywright::apps {

Command fits_list_command() {
  return {.name = "fits list",
          .summary = "the HDUs of a FITS file, with sums and means of their pixels and columns",
          .details =
              "Sizes are NAXIS1 x NAXIS2. Exit code 4 where an image or a table is damaged.\n\n"
              "  skywright fits list image.fits.fz",
          .arguments = {{"file", "FITS file, plain, compressed or gzipped"}},
          .run = [](const Arguments& arguments, const Session&) {
            const auto hdus = io::fits_statistics(arguments.text("file"));
            Outcome outcome{.code = ExitCode::complete,
                            .text = io::statistics_text(hdus),
                            .json = io::statistics_json(hdus)};
            for (const auto& hdu : hdus)
              if (!hdu.problem.empty()) outcome.code = ExitCode::bad_input;
            return outcome;
          }};
}

Command table_convert_command() {
  return {.name = "table convert",
          .summary = "a catalog into another format, told by the names: .fits, .parquet, .csv",
          .details = "  skywright table convert catalog.fits catalog.parquet",
          .arguments = {{"input", "catalog; file.fits[2] or file.fits[NAME] names an HDU"},
                        {"output", "catalog to write"}},
          .run = [](const Arguments& arguments, const Session&) {
            const auto table = io::read_table(arguments.text("input"));
            io::write_table(arguments.text("output"), table);
            return Outcome{.code = ExitCode::complete,
                           .text = std::to_string(table.rows()) + " rows, " +
                                   std::to_string(table.columns().size()) + " columns",
                           .json = "{\"rows\":" + std::to_string(table.rows()) +
                                   ",\"columns\":" + std::to_string(table.columns().size()) + "}"};
          }};
}

Command fits_convert_command() {
  return {.name = "fits convert",
          .summary = "one image of a FITS file into a file of its own, plain or tile-compressed",
          .details = "  skywright fits convert camera.fits[SCI] image.fits --compression gzip",
          .arguments = {{"input", "image; file.fits[2] or file.fits[NAME] names an HDU"},
                        {"output", "FITS file to write"}},
          .options = {{"--compression", "KIND",
                       "none, gzip (no loss), or rice (no loss for whole numbers; reals lose a "
                       "sixteenth of their noise)"}},
          .run = [](const Arguments& arguments, const Session&) {
            io::convert_image(io::parse_hdu_path(arguments.text("input")), arguments.text("output"),
                              arguments.text_or("--compression", "none"));
            return Outcome{};
          }};
}

}  // namespace skywright::apps
