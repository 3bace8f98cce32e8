#!/usr/bin/env python3
"""Check that each file includes the standard headers of what it uses: itself, or through our headers that it includes.

Release builds precompile common headers, and with those a forgotten include goes unseen until a file is compiled
without them. This reads text alone and takes a second; it knows the names below and no others.

    tools/check_includes.py [ROOT]

Prints a line a fault and ends with 1 where there is one.
"""

import re
import sys
from functools import cache
from pathlib import Path

# Any one of the headers serves.
NEEDS = {
    "algorithm": r"std::(sort|stable_sort|min|max|clamp|copy|copy_n|fill|find|find_if|any_of|all_of|none_of|count|"
                 r"count_if|lower_bound|upper_bound|nth_element|reverse|transform|max_element|min_element)\b",
    "array": r"std::array\b",
    "atomic": r"std::atomic\b",
    "charconv": r"std::(from_chars|to_chars)\b",
    "cmath": r"std::(sqrt|exp|log|log10|pow|sin|cos|tan|atan2|asin|acos|hypot|floor|ceil|lround|isfinite|isnan)\b",
    "complex": r"std::complex\b",
    "cstdint": r"std::u?int(8|16|32|64)_t\b",
    "filesystem": r"std::filesystem\b",
    "fstream": r"std::[io]?fstream\b",
    "functional": r"std::function\b",
    "limits": r"std::numeric_limits\b",
    "map": r"std::(multi)?map\b",
    "memory": r"std::(unique_ptr|shared_ptr|make_unique|make_shared|weak_ptr)\b",
    "mutex": r"std::(mutex|scoped_lock|unique_lock|lock_guard|call_once)\b",
    "numbers": r"std::numbers\b",
    "numeric": r"std::(accumulate|iota|inner_product|partial_sum)\b",
    "optional": r"std::(optional|nullopt)\b",
    "set": r"std::(multi)?set\b",
    "span": r"std::span\b",
    "sstream": r"std::[io]?stringstream\b",
    "string": r"std::(string|to_string|stod|stoi|getline)\b",
    "string_view": r"std::string_view\b",
    "thread": r"std::(thread|jthread|this_thread)\b",
    "tuple": r"std::(tuple|tie)\b",
    "unordered_map": r"std::unordered_map\b",
    "variant": r"std::(variant|visit|get_if|holds_alternative)\b",
    "vector": r"std::vector\b",
    "fmt/format.h": r"fmt::format\b",
}
# Headers that by the standard bring what another declares.
BRINGS = {"string": {"string_view"}, "filesystem": {"string", "string_view"}, "fstream": {"string"},
          "sstream": {"string"}, "fmt/ranges.h": {"fmt/format.h"}, "complex": {"cmath"}}
PATTERNS = {header: re.compile(pattern) for header, pattern in NEEDS.items()}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', re.M)
NO_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"\w*\(.*?\)\w*"|"(?:\\.|[^"\\\n])*"', re.S)


class Tree:
    def __init__(self, root):
        self.root = root
        self.folders = [root / "src", root / "apps" / "skywright", root / "include"]

    def found(self, name, beside):
        for folder in [*self.folders, beside]:
            if (folder / name).is_file():
                return folder / name
        return None

    @cache
    def headers_of(self, path):
        """Standard headers that a file has by its own includes and those of our headers."""
        own = set()
        for system, ours in INCLUDE.findall(path.read_text()):
            if system:
                own |= {system} | BRINGS.get(system, set())
            elif (header := self.found(ours, path.parent)) is not None and header != path:
                own |= self.headers_of(header)
        return frozenset(own)

    def faults(self):
        files = [f for pattern in ("src/**/*.h", "src/**/*.cpp", "apps/**/*.h", "apps/**/*.cpp")
                 for f in sorted(self.root.glob(pattern))]
        for path in files:
            code = NO_CODE.sub('""', path.read_text())
            has = self.headers_of(path)
            for header, pattern in PATTERNS.items():
                if header not in has and (use := pattern.search(code)):
                    line = code.count("\n", 0, use.start()) + 1
                    yield f"{path.relative_to(self.root)}: uses {use.group()} but nothing there includes <{header}> (near line {line})"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
    faults = list(Tree(root).faults())
    print("\n".join(faults) if faults else "includes: all there")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
