/// One HTML file that needs nothing else: text, tables, pictures and plots inside it.
///
///     Report report("A night");
///     report.section("Images");
///     report.paragraph("Two detectors.");
///     report.figures({{.content = inline_png(encode_png(raw)), .caption = "raw"},
///                     {.content = to_svg(plot), .caption = "light curve"}});
///     std::string html = report.html();
///
/// Text is escaped; only what is named html goes in as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skywright::draw {

/// &, <, > and both quotes as entities.
std::string escape_html(std::string_view text);
/// RFC 4648, section 4.
std::string base64(std::string_view bytes);

/// How a picture looks where it is enlarged: pixelated shows its pixels as squares.
enum class Smoothing { smooth, pixelated };
/// An <img> that carries its PNG.
std::string inline_png(std::string_view png, std::string_view alternative_text = {},
                       Smoothing smoothing = Smoothing::smooth);

struct Figure {
  std::string content;       ///< HTML: inline_png(...) or to_svg(...)
  std::string caption = {};  ///< text
};

enum class Align { left, right };

struct HtmlTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows = {};  ///< text
  std::vector<Align> align = {};                    ///< one a column; empty: numbers right
  std::string caption = {};
};
/// As an element of a page; cells are escaped.
std::string to_html(const HtmlTable& table);

/// A number with its name, drawn large: "98.2 %", "recovered", "at least 97 %".
struct KeyFigure {
  std::string value;
  std::string name;
  std::string note = {};
  enum class State { neutral, good, bad } state = State::neutral;
};

class Report {
 public:
  /// @param subtitle one line under the title
  explicit Report(std::string title, std::string subtitle = {});

  /// A section, listed in the contents.
  void section(std::string_view title);
  void subsection(std::string_view title);
  void paragraph(std::string_view text);
  void table(const HtmlTable& table);
  void figure(const Figure& figure) { figures({figure}); }
  /// Figures side by side, as many in a row as fit.
  void figures(const std::vector<Figure>& figures);
  /// Small figures in a tight grid: stamps of alerts.
  void stamps(const std::vector<Figure>& figures);
  void key_figures(const std::vector<KeyFigure>& figures);
  /// Text that opens at a click.
  void details(std::string_view summary, std::string_view inner_html);
  void preformatted(std::string_view text);
  void html_block(std::string_view html);

  [[nodiscard]] std::string html() const;

 private:
  struct Section {
    std::string id;
    std::string title;
  };
  std::string title_;
  std::string subtitle_;
  std::vector<Section> sections_;
  std::string body_;
};

}  // namespace skywright::draw
