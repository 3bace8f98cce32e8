#!/usr/bin/env python3
"""Draw LAYERS as an SVG: one box a module, one row a depth, lines to what it may include directly.

usage: draw_layers.py [LAYERS_FILE [OUT.svg]]     (LAYERS, docs/layers.svg)

Only includes that no other allowed module already implies are drawn, so that the picture stays legible.
"""
import sys
from pathlib import Path
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).parent))
from check_layers import read_layers  # noqa: E402

SIMULATION = {"sky", "imagesim", "simulation"}
REDUCTION = {"detrend", "warp", "measure", "calibrate", "stack", "difference", "associate", "psf",
             "alerts", "database", "pipelines"}


def depths(layers):
    depth = {}
    for name, allowed in layers.items():
        depth[name] = 1 + max((depth[a] for a in allowed), default=-1)
    return depth


def direct(layers, name):
    implied = set().union(*(layers[a] for a in layers[name])) if layers[name] else set()
    return sorted(layers[name] - implied)


def colour(name):
    if name in SIMULATION:
        return "#e8b04b"
    if name in REDUCTION:
        return "#7fb7d9"
    return "#d9d9d9" if name != "demo" else "#9ccf8f"


def svg(layers):
    depth = depths(layers)
    rows = {}
    for name in layers:
        rows.setdefault(depth[name], []).append(name)
    width, box_w, box_h, step = 1120, 96, 30, 74
    height = step * (max(rows) + 1) + 50
    place = {}
    for d, names in rows.items():
        gap = width / (len(names) + 1)
        for i, name in enumerate(names):
            place[name] = (gap * (i + 1), height - 50 - step * d)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
           'font-family="sans-serif" font-size="13">',
           f'<rect width="{width}" height="{height}" fill="white"/>']
    for name in layers:
        x1, y1 = place[name]
        for below in direct(layers, name):
            x2, y2 = place[below]
            out.append(f'<path d="M{x1:.0f} {y1 + box_h / 2:.0f} C{x1:.0f} {y1 + 45:.0f} '
                       f'{x2:.0f} {y2 - 45:.0f} {x2:.0f} {y2 - box_h / 2:.0f}" fill="none" '
                       'stroke="#999" stroke-width="1"/>')
    for name, (x, y) in place.items():
        out.append(f'<rect x="{x - box_w / 2:.0f}" y="{y - box_h / 2:.0f}" width="{box_w}" '
                   f'height="{box_h}" rx="5" fill="{colour(name)}" stroke="#444"/>')
        out.append(f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">{escape(name)}</text>')
    out.append(f'<text x="20" y="{height - 12}" fill="#555">grey: foundations; orange: simulation; '
               'blue: reduction; green: where both meet. Lines: what LAYERS lets a module include.'
               '</text></svg>')
    return "\n".join(out) + "\n"


def main(arguments):
    source, target = (arguments + ["LAYERS", "docs/layers.svg"][len(arguments):])[:2]
    Path(target).write_text(svg(read_layers(source)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
