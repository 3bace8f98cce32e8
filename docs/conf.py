"""The site's configuration: `tools/build_site.sh` builds it from this folder.

Pages stand here as Markdown. What the program can tell of itself (commands, settings, columns, the
Python, C and C++ interfaces) is asked for when the site is built; nothing of it is copied by hand.
"""

import os
import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "_ext"))

project = "Skywright"
author = "the Skywright developers"
copyright = "GPL-3.0-or-later"
version = release = re.search(r"project\(skywright VERSION ([\d.]+)", (DOCS.parent / "CMakeLists.txt").read_text())[1]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mathml", "reference"]
# Where tools/build_site.sh put what the tutorials made: files whose columns the reference lists.
skywright_products = os.environ.get("SKYWRIGHT_PRODUCTS", "")

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["requirements*.txt"]
root_doc = "index"
smartquotes = False  # options begin with two dashes
html_math_renderer = "mathml"  # drawn by the browser: no script, nothing from outside

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
napoleon_google_docstring = False
napoleon_use_rtype = False
python_maximum_signature_line_length = 90

html_theme = "furo"
html_title = "Skywright"
html_static_path = ["_static", "generated/pictures"]
html_css_files = ["skywright.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#2a4d8f", "color-brand-content": "#2a4d8f"},
    "dark_css_variables": {"color-brand-primary": "#8fb4ff", "color-brand-content": "#8fb4ff"},
}
pygments_style = "friendly"
pygments_dark_style = "monokai"
