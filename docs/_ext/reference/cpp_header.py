"""Public declarations of a C++ header, with the comments that stand at them.

A small reader of this house's headers, as clang-format leaves them; no compiler. `///` lines in front belong to the
declaration that follows and to those after it until an empty line, `///<` to the one that it stands behind.
"""

import re
from dataclasses import dataclass, field

PIECE = re.compile(
    r"(?P<after>///<[^\n]*(?:\n[ \t]*///<?[^\n]*)*)|(?P<doc>(?:///[^\n]*\n?[ \t]*)+)|(?P<remark>//[^\n]*|/\*.*?\*/)"
    r'|(?P<directive>^[ \t]*\#[^\n]*(?:\\\n[^\n]*)*)|(?P<gap>\n[ \t]*(?=\n))|(?P<text>R"(\w*)\(.*?\)\5"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\')'
    r"|(?P<open>\{)|(?P<close>\})|(?P<end>;)|(?P<code>[^{};\"'/#\n]+|\n|.)",
    re.S | re.M,
)
ACCESS = re.compile(r"^\s*(public|private|protected)\s*:(?!:)\s*")
DEFINED = re.compile(r"^(?:template\s*<.*>\s*)?(?:requires\b.*\s)?(struct|class|union|enum(?:\s+class)?)\s+(?:alignas\([^)]*\)\s*)?(\w+)(?:<[^>]*>)?[^()]*$", re.S)
SKIPPED = re.compile(r"^(?:friend\b|using [\w:]+$|static_assert\b|extern\s+template\b|NB_|(?:struct|class|enum class|enum)\s+\w+$)|=\s*(?:delete|default)$", re.S)


TYPES = ("struct", "class", "union", "enum")


@dataclass
class Declaration:
    kind: str  #: struct, class, union, enum, function, type or value
    name: str
    code: str
    text: str = ""
    members: list["Declaration"] = field(default_factory=list)


@dataclass
class Header:
    about: str  #: the comment at its top
    declarations: list[Declaration]


def words_of(comment):
    lines = [re.sub(r"^\s*///<? ?", "", line) for line in comment.strip().splitlines()]
    return "\n".join(line.rstrip() for line in lines).strip()


def squeezed(code):
    return re.sub(r"\s+", " ", code).strip()


def without_body(code):
    """A definition as a declaration: a constructor's list of members goes."""
    depth = 0
    for i, c in enumerate(code):
        depth += (c == "(") - (c == ")")
        if c == ":" and depth == 0 and code[i - 1 : i] != ":" and code[i + 1 : i + 2] != ":" and ")" in code[:i]:
            return code[:i].strip()
    return code.strip()


def named(code):
    """(kind, name) of what is no struct, class or enum."""
    plain = re.sub(r"^template\s*<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>\s*", "", code)
    plain = re.sub(r"\[\[[^\]]*\]\]\s*", "", plain)
    if plain.startswith("using "):
        return "type", re.split(r"\s*=", plain[6:])[0]
    found = re.search(r"(operator\s*(?:\(\)|\[\]|[^\s(]+|\s\w[^(]*)|~?\w+)\s*\((?!\*)", plain)
    head = plain.split("=", 1)[0]
    if found and (found.start() < len(head) or found[1].startswith("operator")):
        return "function", found[1]
    last = re.findall(r"\w+", re.sub(r"[\[{].*", "", head))
    return "value", last[-1] if last else plain


class Reader:
    def __init__(self, text):
        self.top = Declaration("namespace", "", "")
        self.scopes = [(self.top, "public")]  # what declarations go into, and who sees them
        self.statement, self.doc, self.last = "", "", []
        self.pieces = list(PIECE.finditer(text))

    def put(self, declaration, is_defined=False):
        scope, access = self.scopes[-1]
        self.last = []
        if access == "public" and (is_defined or not SKIPPED.search(declaration.code)):
            declaration.text = declaration.text or self.doc
            scope.members.append(declaration)
            self.last = [declaration]

    def finish(self, code):
        code = squeezed(code)
        if code and not (re.match(r"^using namespace\b", code) or code in ("}", ")")):
            self.put(Declaration(*named(code), code))
        self.statement = ""

    def enumerators(self, body):
        """Each with what stands behind it."""
        pattern = r"(?:^|,)((?:\s*//[^\n]*\n)*)\s*(\w+)(\s*=\s*[^,/]+)?\s*(?=,|$|//)(,?[ \t]*///<[^\n]*(?:\n\s*///[^\n]*)*)?"
        return [Declaration("value", m[2], m[2] + (squeezed(m[3]) and " " + squeezed(m[3]) if m[3] else ""),
                            words_of((m[4] or "").lstrip(", \t")) or words_of(m[1] or ""))
                for m in re.finditer(pattern, body, re.S)]  # fmt: skip

    def skip(self, i):
        """The piece behind the brace that closes the one at `i`, and the text between them."""
        depth, text = 0, ""
        while i < len(self.pieces):
            piece = self.pieces[i]
            depth += (piece.lastgroup == "open") - (piece.lastgroup == "close")
            text += piece[0]
            i += 1
            if depth == 0:
                break
        return i, text[1:-1]

    def open(self, i):
        code = squeezed(self.statement)
        space = re.match(r"^(?:inline )?namespace\s*([\w:]*)$", code)
        kind = DEFINED.match(code)
        if space or code.startswith('extern "C"'):
            self.scopes.append((self.top, "public" if code.startswith("extern") or (space and space[1]) and "detail" not in space[1] else "private"))
            self.statement, self.doc = "", ""
            return i + 1
        if kind and kind[1].startswith("enum"):
            i, body = self.skip(i)
            self.put(Declaration("enum", kind[2], code, members=self.enumerators(body)), is_defined=True)
            self.statement = ""
            return self.past_semicolon(i)
        if kind:
            made = Declaration(kind[1], kind[2], code)
            seen = self.scopes[-1][1]
            self.put(made, is_defined=True)
            self.scopes.append((made, "private" if kind[1] == "class" or seen != "public" else "public"))
            self.statement, self.doc = "", ""
            return i + 1
        i, _ = self.skip(i)
        initialises = code.count("(") > code.count(")") or (without_body(code) != code and re.search(r"[\w>]$", code))
        if initialises:  # an argument, or a member in a constructor's list
            self.statement += "{}"
            return i
        if "(" in code and not re.search(r"=\s*$", code):  # a function's body
            self.finish(without_body(code))
            return i
        self.statement += "{}"
        return i

    def past_semicolon(self, i):
        while i < len(self.pieces) and self.pieces[i].lastgroup == "code" and not self.pieces[i][0].strip():
            i += 1
        return i + 1 if i < len(self.pieces) and self.pieces[i].lastgroup == "end" else i

    def read(self):
        i = 0
        while i < len(self.pieces):
            piece = self.pieces[i]
            kind, text = piece.lastgroup, piece[0]
            i += 1
            if kind == "after":
                for declaration in self.last:
                    declaration.text = words_of(text)
                if self.statement.strip():
                    self.doc = words_of(text)
            elif kind == "doc":
                self.doc = words_of(text)
            elif kind == "gap":
                if not self.statement.strip():
                    self.doc, self.last = "", []
            elif kind == "open":
                i = self.open(i - 1)
            elif kind == "close":
                ended, _ = self.scopes.pop()
                # What follows a type without an empty line between belongs to it.
                self.statement, self.doc, self.last = "", ended.text, []
                i = self.past_semicolon(i)
            elif kind == "end":
                self.finish(self.statement)
            elif kind in ("code", "text"):
                self.statement += text
                access = ACCESS.match(self.statement)
                if access and len(self.scopes) > 1:
                    scope, seen = self.scopes[-1]
                    hidden = seen == "hidden"
                    self.scopes[-1] = (scope, "hidden" if hidden else access[1])
                    self.statement = self.statement[access.end() :]
        return self.top.members


def read(text):
    about, _, rest = text.partition("#pragma once")
    return Header(words_of("\n".join(line for line in about.splitlines() if line.startswith("///"))), Reader(rest).read())
