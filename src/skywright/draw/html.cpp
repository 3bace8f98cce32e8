#include "skywright/draw/html.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include <fmt/format.h>

#include "skywright/draw/detail/page_style.h"

namespace skywright::draw {
namespace {

/// Whether a cell reads as a number: digits first, after a sign or not.
bool numeric(const std::string& cell) {
  if (cell.empty()) return true;
  std::size_t at = cell.find_first_not_of("+-<>~ ");
  return at != std::string::npos && std::isdigit(static_cast<unsigned char>(cell[at])) != 0;
}

bool column_is_numeric(const HtmlTable& table, std::size_t column) {
  return std::all_of(table.rows.begin(), table.rows.end(), [column](const auto& row) {
    return column >= row.size() || numeric(row[column]);
  });
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k)
      word = (word << 8U) | (k < left ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= left ? kDigits[(word >> (18U - 6U * k)) & 63U] : '=';
  }
  return out;
}

std::string inline_png(std::string_view png, std::string_view alternative_text,
                       Smoothing smoothing) {
  return fmt::format("<img{} alt=\"{}\" src=\"data:image/png;base64,{}\">",
                     smoothing == Smoothing::pixelated ? " class=\"pixelated\"" : "",
                     escape_html(alternative_text), base64(png));
}

std::string to_html(const HtmlTable& table) {
  std::string out = "<div class=\"wide\"><table>\n";
  if (!table.caption.empty())
    out += fmt::format("<caption>{}</caption>\n", escape_html(table.caption));
  std::vector<std::string> kind(table.head.size());
  for (std::size_t c = 0; c < table.head.size(); ++c) {
    const bool right = table.align.empty()
                           ? column_is_numeric(table, c)
                           : c < table.align.size() && table.align[c] == Align::right;
    kind[c] = right ? " class=\"n\"" : "";
  }
  out += "<thead><tr>";
  for (std::size_t c = 0; c < table.head.size(); ++c)
    out += fmt::format("<th{}>{}</th>", kind[c], escape_html(table.head[c]));
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c)
      out += fmt::format("<td{}>{}</td>", c < kind.size() ? kind[c] : "", escape_html(row[c]));
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

Report::Report(std::string title, std::string subtitle)
    : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

void Report::section(std::string_view title) {
  const std::string id = fmt::format("s{}", sections_.size() + 1);
  sections_.push_back({id, std::string(title)});
  body_ += fmt::format("<h2 id=\"{}\">{}</h2>\n", id, escape_html(title));
}

void Report::subsection(std::string_view title) {
  body_ += fmt::format("<h3>{}</h3>\n", escape_html(title));
}

void Report::paragraph(std::string_view text) {
  body_ += fmt::format("<p>{}</p>\n", escape_html(text));
}

void Report::table(const HtmlTable& table) { body_ += to_html(table); }

namespace {

std::string figure_grid(const std::vector<Figure>& figures, std::string_view kind) {
  std::string out = fmt::format("<div class=\"{}\">\n", kind);
  for (const Figure& figure : figures) {
    out += "<figure>" + figure.content;
    if (!figure.caption.empty())
      out += fmt::format("<figcaption>{}</figcaption>", escape_html(figure.caption));
    out += "</figure>\n";
  }
  return out + "</div>\n";
}

}  // namespace

void Report::figures(const std::vector<Figure>& figures) {
  body_ += figure_grid(figures, "figures");
}

void Report::stamps(const std::vector<Figure>& figures) { body_ += figure_grid(figures, "stamps"); }

void Report::key_figures(const std::vector<KeyFigure>& figures) {
  body_ += "<div class=\"keys\">\n";
  for (const KeyFigure& f : figures) {
    const char* state = f.state == KeyFigure::State::good  ? " good"
                        : f.state == KeyFigure::State::bad ? " bad"
                                                           : "";
    body_ += fmt::format("<div class=\"key{}\"><b>{}</b><span>{}</span>", state,
                         escape_html(f.value), escape_html(f.name));
    if (!f.note.empty()) body_ += fmt::format("<small>{}</small>", escape_html(f.note));
    body_ += "</div>\n";
  }
  body_ += "</div>\n";
}

void Report::details(std::string_view summary, std::string_view inner_html) {
  body_ += fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape_html(summary),
                       inner_html);
}

void Report::preformatted(std::string_view text) {
  body_ += fmt::format("<pre>{}</pre>\n", escape_html(text));
}

void Report::html_block(std::string_view html) { body_.append(html).append("\n"); }

std::string Report::html() const {
  std::string contents;
  for (const Section& s : sections_)
    contents += fmt::format("<a href=\"#{}\">{}</a>\n", s.id, escape_html(s.title));
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<header><h1>{0}</h1>\n"
      "<p class=\"subtitle\">{2}</p>\n<nav>\n{3}</nav></header>\n<main>\n{4}</main>\n"
      "</body>\n</html>\n",
      escape_html(title_), detail::kPageStyle, escape_html(subtitle_), contents, body_);
}

}  // namespace skywright::draw
