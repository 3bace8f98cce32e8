"""Settings as tables, from the tree that `skywright._core.settings_of` gives (python/bindings/field_tree.h)."""

from .words import cell, code, fault_of, table, unit_of

KINDS = {"number": "number", "whole": "whole number", "flag": "true or false", "text": "text",
         "numbers": "numbers", "texts": "texts", "choice": "choice"}  # fmt: skip
HEADINGS = ("key", "kind", "default", "unit", "range", "meaning")
MANY = 6  # longer lists are told by their length


def default_of(field):
    value = field["value"]
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, list) and len(value) > MANY:
        return f"{len(value)} values"
    if isinstance(value, list):
        return code("[" + ", ".join(f'"{v}"' if isinstance(v, str) else f"{v:g}" for v in value) + "]")
    if isinstance(value, str):
        return code(f'"{value}"')
    return code(f"{value:.10g}")


def row(field):
    meaning, unit = unit_of(field["doc"])
    allowed = field.get("range", "").removeprefix("must be ").replace("each must be", "each")
    if field["kind"] == "choice":
        allowed = ", ".join(field["names"])
    return (code(field["name"]), KINDS[field["kind"]], default_of(field), cell(unit), cell(allowed), cell(meaning))


def sections(fields, path, where, faults):
    """(heading, description, rows) of each table of the TOML file, outer ones first."""
    plain, inner = [], []
    for field in fields:
        fault = fault_of(f"{where}: {path}{field['name']}", field["doc"])
        if fault:
            faults.append(fault)
        name = f"{path}{field['name']}"
        if field["kind"] == "struct":
            inner.append((f"[{name}]", field["doc"], field["fields"], name + "."))
        elif field["kind"] == "list":
            *held, element = field["elements"]
            count = f"; {len(held)} by default" if held else ""
            inner.append((f"[[{name}]]", f"{field['doc']}{count}", element, name + "."))
        else:
            plain.append(row(field))
    out = [plain]
    for heading, doc, inside, below in inner:
        first, *rest = sections(inside, below, where, faults)
        out.append((heading, doc, first))
        out += rest
    return out


def markdown(fields, where, faults, level=3):
    plain, *rest = sections(fields, "", where, faults)
    parts = [table(HEADINGS, plain)] if plain else []
    for heading, doc, rows in rest:
        parts.append(f"{'#' * level} `{heading}`\n\n{cell(doc[:1].upper() + doc[1:])}.\n")
        if rows:
            parts.append(table(HEADINGS, rows))
    return "\n".join(parts)


def instrument_page(fields, faults):
    return (
        "# A telescope and its camera\n\n"
        "What a file for `--instrument` may say; [describing a camera](../../guides/your-camera.md) leads through it.\n"
        "Of `[[tables]]` there may be several.\n\n" + markdown(fields, "instrument", faults, level=2)
    )
