"""Formulas as MathML, which browsers draw themselves; by docutils' own translator of LaTeX."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)


def mathml(node, as_block):
    source = node.astext()
    try:
        return str(tex2mathml(source.strip(), as_block=as_block))
    except Exception as problem:  # docutils raises several kinds
        logger.warning("formula %r: %s", source, problem, location=node)
        return ""


def visit_math(self, node):
    self.body.append(mathml(node, as_block=False))
    raise nodes.SkipNode


def visit_display(self, node):
    self.body.append(f'<div class="math">{mathml(node, as_block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
