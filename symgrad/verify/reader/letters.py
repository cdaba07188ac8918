"""What the commands of TeX and the signs of Unicode stand for: tables, and nothing that reads."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> list[str]:
    return text.split()


_GREEK: Final = _words(
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta θ iota ι kappa κ "
    "varkappa κ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi π rho ρ varrho ρ sigma σ varsigma ς tau τ "
    "upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ "
    "Upsilon Υ Phi Φ Psi Ψ Omega Ω varGamma Γ varDelta Δ varTheta Θ varLambda Λ varSigma Σ varPhi Φ "
    "varPsi Ψ varOmega Ω"
)
GREEK: Final[dict[str, str]] = dict(zip(_GREEK[::2], _GREEK[1::2], strict=True))
"""The Greek letters by their English names."""

FUNCTIONS: Final = frozenset(
    _words(
        "log ln lg exp tanh sinh cosh coth sin cos tan arctan arcsin arccos sqrt max min relu ReLU sigmoid "
        "softmax Softmax Sigmoid logsumexp softplus sign sgn abs erf tr Tr trace diag vec det norm rank"
    )
)
"""The names that are functions wherever they stand before a bracket."""

ENDINGS: Final = (
    "logsumexp", "softmax", "sigmoid", "softplus", "tanh", "sinh", "cosh", "sqrt", "relu", "log", "exp",
    "sin", "cos", "max", "min", "ln",
)  # fmt: skip
"""The functions that end a run of letters before a bracket: ``yln(a)``."""

BARE: Final = frozenset(_words("log ln lg exp tanh sinh cosh sin cos"))
"""The functions that need no bracket even where their backslash is missing: ``ln x``."""

ACCENTS: Final[dict[str, str]] = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "dot": "dot", "ddot": "ddot", "check": "check", "breve": "breve", "acute": "acute", "grave": "grave",
    "mathring": "ring", "underline": "underline",
}  # fmt: skip
MARKS: Final[dict[str, str]] = {
    "\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot", "\u0308": "ddot",
    "\u030c": "check", "\u0306": "breve", "\u0301": "acute", "\u0300": "grave", "\u030a": "ring",
    "\u20d7": "vec",
}  # fmt: skip
"""Combining marks: the accent that each is."""

STYLES: Final[dict[str, str]] = {
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "pmb": "bold", "mathbfit": "bold", "textbf": "bold",
    "symbf": "bold", "bold": "bold", "vec": "bold", "overrightarrow": "bold", "mathcal": "cal",
    "mathscr": "cal", "mathbb": "bb", "Bbb": "bb", "mathsf": "sf", "mathtt": "tt", "texttt": "tt",
    "mathfrak": "frak", "mathnormal": "", "mathit": "", "textit": "", "mathrm": "word",
    "operatorname": "word",
    "operatorname*": "word", "mathop": "", "text": "word", "textrm": "word", "textnormal": "word",
    "textsf": "word", "mbox": "word", "hbox": "word", "textup": "word", "mathregular": "word",
}  # fmt: skip
TEXTS: Final = frozenset(_words("text textrm textnormal textsf mbox hbox textup textbf textit texttt"))
"""The commands whose argument is text, not mathematics."""
SWITCHES: Final[dict[str, str]] = {
    "bf": "bold", "rm": "word", "it": "", "cal": "cal", "sf": "sf", "tt": "tt", "bfseries": "bold",
    "boldmath": "bold",
}  # fmt: skip

RELATIONS: Final[dict[str, str]] = {
    "coloneqq": ":=", "coloneq": ":=", "triangleq": ":=", "defeq": ":=", "eqdef": ":=", "doteq": ":=",
    "leftarrow": "←", "gets": "←", "longleftarrow": "←", "Leftarrow": "←", "to": "→", "rightarrow": "→",
    "longrightarrow": "→", "mapsto": "→",
    "xrightarrow": "→", "xleftarrow": "←", "longmapsto": "→", "in": "∈", "approx": "≈", "simeq": "≈",
    "approxeq": "≈", "thickapprox": "≈", "cong": "≈", "propto": "∝", "equiv": "≡", "neq": "≠", "ne": "≠",
    "not=": "≠", "lt": "<", "gt": ">", "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥",
    "geqslant": "≥", "sim": "∼", "implies": "⇒", "Rightarrow": "⇒", "Longrightarrow": "⇒", "iff": "⇔",
    "Leftrightarrow": "⇔", "Longleftrightarrow": "⇔", "eq": "=",
}  # fmt: skip
OPERATORS: Final[dict[str, str]] = {
    "cdot": "·", "cdotp": "·", "bullet": "⊙", "ast": "∗", "times": "×", "odot": "⊙", "circ": "∘",
    "otimes": "⊗",
    "star": "⋆", "div": "/", "bigodot": "⊙", "bigotimes": "⊗", "circledast": "⋆", "slash": "/",
}  # fmt: skip
BRACKETS: Final[dict[str, tuple[str, str]]] = {
    "lbrace": ("open", "{"), "rbrace": ("close", "}"), "lbrack": ("open", "["), "rbrack": ("close", "]"),
    "lparen": ("open", "("), "rparen": ("close", ")"), "lvert": ("open", "|"), "rvert": ("close", "|"),
    "lVert": ("open", "‖"), "rVert": ("close", "‖"), "vert": ("bar", "|"), "mid": ("bar", "|"),
    "Vert": ("bar", "‖"), "langle": ("open", "<"), "rangle": ("close", ">"), "{": ("open", "{"),
    "}": ("close", "}"), "|": ("bar", "‖"),
}  # fmt: skip
SPACES: Final = frozenset(
    _words(
        ", ; : ! / space thinspace medspace thickspace enspace enskip negthinspace quad qquad displaystyle "
        "textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag big Big bigg Bigg bigl Bigl "
        "biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm noindent hfill allowbreak mathstrut strut "
        "relax centering small normalsize large hline allowdisplaybreaks"
    )
)
"""Commands that change only how a formula looks; ``\\quad`` among them is a gap all the same."""
SWALLOWED: Final[dict[str, int]] = {
    "hspace": 1, "hspace*": 1, "vspace": 1, "vspace*": 1, "kern": 0, "tag": 1, "tag*": 1, "label": 1,
    "color": 1, "phantom": 1, "hphantom": 1, "vphantom": 1, "mspace": 1,
}  # fmt: skip
"""Commands that go away together with so many arguments."""
TRANSPARENT: Final[dict[str, int]] = {
    "boxed": 0, "fbox": 0, "textcolor": 1, "colorbox": 1, "underbrace": 0, "overbrace": 0, "mathrel": 0,
    "mathbin": 0, "mathord": 0, "mathopen": 0, "mathclose": 0, "mathpunct": 0, "mathinner": 0, "smash": 0,
    "ensuremath": 0, "bbox": 0,
}  # fmt: skip
"""Commands that go away and leave their last argument; so many arguments before it go away too."""
ALIGNED: Final = frozenset(
    _words(
        "align aligned alignat alignedat split gather gathered equation eqnarray multline displaymath math "
        "flalign subequations"
    )
)
"""Environments whose rows are rows of the passage."""
MATRICES: Final = frozenset(_words("matrix pmatrix bmatrix Bmatrix smallmatrix array"))
CASES: Final = frozenset(_words("cases dcases rcases"))


def _commands() -> dict[str, tuple[str, str]]:
    table: dict[str, tuple[str, str]] = {name: ("name", letter) for name, letter in GREEK.items()}
    table.update((name, ("name", name)) for name in ("i", "j", "l", "o"))
    table.update(
        ell=("name", "ℓ"), imath=("name", "i"), jmath=("name", "j"), infty=("name", "∞"), hbar=("name", "ħ"),
        emptyset=("name", "∅"), R=("bb", "R"), reals=("bb", "R"), real=("bb", "R"), N=("bb", "N"),
        Z=("bb", "Z"),
        partial=("partial", "∂"), part=("partial", "∂"), nabla=("nabla", "∇"), frac=("frac", ""),
        dfrac=("frac", ""), tfrac=("frac", ""), cfrac=("frac", ""), sqrt=("sqrt", ""), over=("over", ""),
        sum=("big", "sum"), prod=("big", "prod"), max=("func", "max"), min=("func", "min"),
        top=("top", ""), intercal=("top", ""), prime=("prime", "'"), pm=("refused", ""), mp=("refused", ""),
        forall=("joint", ""), therefore=("joint", ""), because=("joint", ""), land=("joint", ""),
        wedge=("joint", ""), colon=("rel", ":"), dag=("refused", ""), dagger=("refused", ""),
        setminus=("refused", ""), cup=("refused", ""), cap=("refused", ""), int=("refused", ""),
        lim=("refused", ""), arg=("refused", ""), oplus=("refused", ""), leftrightarrow=("refused", ""),
        substack=("substack", "\\substack"), overset=("overset", "\\overset"),
        stackrel=("overset", "\\stackrel"),
        underset=("underset", "\\underset"), lbrace=("open", "{"), left=("left", ""), right=("right", ""),
        begin=("begin", ""), end=("end", ""), cr=("row", ""), newline=("row", ""), quad=("gap", ""),
        qquad=("gap", ""), middle=("space", ""),
    )  # fmt: skip
    for name in _words("log ln lg exp tanh sinh cosh coth sin cos tan arctan arcsin arccos det"):
        table[name] = ("func", name)
    for name in _words("relu ReLU sigmoid softmax softplus sign sgn erf tr Tr trace diag rank"):
        table[name] = ("func", name)
    for name in _words("dots ldots cdots vdots ddots dotsc dotsb dotsm dotsi dotso hdots"):
        table[name] = ("dots", name)
    for kind, names in (("rel", RELATIONS), ("op", OPERATORS), ("accent", ACCENTS), ("style", STYLES)):
        table.update((name, (kind, text)) for name, text in names.items())
    table.update((name, ("switch", style)) for name, style in SWITCHES.items())
    table.update(BRACKETS)
    table.update((name, ("space", "")) for name in SPACES if name not in table)
    table.update((name, ("swallowed", "")) for name in SWALLOWED)
    table.update((name, ("transparent", "")) for name in TRANSPARENT)
    return table


COMMANDS: Final[dict[str, tuple[str, str]]] = _commands()
"""Every command that is read: the kind of its token, and the token's text."""

SIGNS: Final[dict[str, tuple[str, str]]] = {
    "+": ("sign", "+"), "-": ("sign", "-"), "−": ("sign", "-"), "–": ("sign", "-"), "﹣": ("sign", "-"),
    "*": ("op", "*"), "/": ("op", "/"), "·": ("op", "·"), "⋅": ("op", "·"), "∙": ("op", "·"),
    "•": ("op", "·"),
    "×": ("op", "×"), "⊙": ("op", "⊙"), "∘": ("op", "∘"), "⊗": ("op", "⊗"), "⋆": ("op", "⋆"),
    "∗": ("op", "∗"),
    "÷": ("op", "/"), "∕": ("op", "/"), "@": ("op", "·"), "⨀": ("op", "⊙"),
    "=": ("rel", "="), "<": ("rel", "<"), ">": ("rel", ">"), "≤": ("rel", "≤"), "≥": ("rel", "≥"),
    "≠": ("rel", "≠"), "≈": ("rel", "≈"), "∝": ("rel", "∝"), "≡": ("rel", "≡"), "∈": ("rel", "∈"),
    "←": ("rel", "←"), "→": ("rel", "→"), "↦": ("rel", "→"), "≜": ("rel", ":="), "≔": ("rel", ":="),
    "∼": ("rel", "∼"), "⇒": ("rel", "⇒"), "⇔": ("rel", "⇔"), "⟶": ("rel", "→"), "⟵": ("rel", "←"),
    "⩽": ("rel", "≤"), "⩾": ("rel", "≥"), ":": ("rel", ":"),
    ",": ("comma", ","), ";": ("semi", ";"), ".": ("stop", "."), "(": ("open", "("), "[": ("open", "["),
    ")": ("close", ")"), "]": ("close", "]"), "{": ("lbrace", "{"), "}": ("rbrace", "}"), "|": ("bar", "|"),
    "‖": ("bar", "‖"), "∥": ("bar", "‖"), "⟨": ("open", "<"), "⟩": ("close", ">"), "^": ("sup", "^"),
    "_": ("sub", "_"), "'": ("prime", "'"), "′": ("prime", "'"), "’": ("prime", "'"), "″": ("prime", "''"),
    "‴": ("prime", "'''"), "∂": ("partial", "∂"), "∇": ("nabla", "∇"), "∑": ("big", "sum"),
    "∏": ("big", "prod"),
    "√": ("sqrt", ""), "…": ("dots", "dots"), "⋯": ("dots", "cdots"), "⋮": ("dots", "vdots"),
    "⋱": ("dots", "ddots"), "⊤": ("top", ""), "&": ("amp", "&"), "∞": ("name", "∞"),
    "ℓ": ("name", "ℓ"), "ϵ": ("name", "ε"), "ϕ": ("name", "φ"), "∅": ("name", "∅"), "∀": ("joint", ""),
    "∆": ("name", "Δ"), "µ": ("name", "μ"), "ϑ": ("name", "θ"), "ℝ": ("bb", "R"), "ℕ": ("bb", "N"),
    "ℤ": ("bb", "Z"), "±": ("refused", "pm"), "∫": ("refused", "int"),
}  # fmt: skip
"""Every sign that is read, ASCII and Unicode: the kind of its token, and the token's text."""

SUPERSCRIPTS: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˡʲᵏᵐᵗˣᵀ", "0123456789+-=()niljkmtxT", strict=True))
SUBSCRIPTS: Final = dict(
    zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₖₗₘₙₚₜₓₐₑₒₕᵤᵥᵣₛ", "0123456789+-=()ijklmnptxaeohuvrs", strict=True)
)

LOOKALIKES: Final = dict(
    zip(
        "аеорсухіјѕһԁԛԝкАВЕКМНОРСТУХІЈЅ",
        "aeopcyxijshdqwkABEKMHOPCTYXIJS",
        strict=True,
    )
)
"""Cyrillic letters, and the Latin ones they are taken for."""

BLANKS: Final = (
    " \t\r\n\f\v~\u00a0\u2002\u2003\u2009\u200a\u200b\u200c\u200d\u202f\u2060\u2061\u2062\u2063\ufeff\u3000"
)
