r"""LaTeX as it can be read at a glance: ``\frac{\partial L}{\partial w_{1}}`` as ``∂L/∂w_1``.

For the eye only. What has no plain form stays LaTeX, so that nothing is shown that does not stand there.
"""

from __future__ import annotations

import re
from typing import Final

from symgrad.errors import printable

_GREEK = """
    alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ kappa κ lambda λ mu μ nu ν xi ξ
    pi π rho ρ sigma σ tau τ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π
    Sigma Σ Phi Φ Psi Ψ Omega Ω ell ℓ
"""
_SIGNS = """
    partial ∂ nabla ∇ cdot · odot ⊙ circ ∘ times × sum Σ prod ∏ top ⊤ leftarrow ← gets ← to → rightarrow →
    le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ approx ≈ in ∈ infty ∞ dots … ldots … cdots … prime ′ log log ln ln
    exp exp tanh tanh max max min min sin sin cos cos quad ␣ qquad ␣
"""
_BY_COMMAND: Final = dict(zip(*[iter((_GREEK + _SIGNS).split())] * 2, strict=True))
_CLINGING = ("∂", "∇")  # what follows belongs to them

# Possessive, so that what it takes can be split in one way only.
_INNER = r"[^{}\\]*+(?:(?:\\[A-Za-z]++|\{(?>(?:[^{}]|\{[^{}]*+\})*)\})[^{}\\]*+)*"
_D = r"(?:\\partial(?![A-Za-z])|\\mathrm\s*\{\s*d\s*\}|d(?=[A-Za-z\\}\s]))"
_DERIVATIVE = re.compile(
    rf"\\[dt]?frac\s*\{{\s*({_D})\s*({_INNER}?)\s*\}}\s*\{{\s*({_D})\s*({_INNER}?)\s*\}}"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)(\s*)")
_BARE = re.compile(r"(?<!\\)([_^])\{\s*(\w)\s*\}")
_STYLED = re.compile(
    r"\\(?:mathbf|boldsymbol|bm|mathrm|mathit|text|operatorname)\s*\{(\\?[A-Za-z]{1,20}|\w{1,20})\}"
)
_LAYOUT = re.compile(
    r"\\(?:left|right|[bB]igg?[lr]?|displaystyle|nonumber|notag)(?![A-Za-z])\.?|\\[,;:!> ]|(?<!\\)&|~"
)
_ROW = re.compile(r"\\\\(?:\s*\[[^\]\n]{0,20}\])?")
_LONGEST = 4_000


def readable(latex: str) -> str:
    """One line of ``latex`` in plain signs as far as they go."""
    text = latex[:_LONGEST]
    text = _ROW.sub(" ; ", text)
    text = _LAYOUT.sub(" ", text)
    text = _STYLED.sub(r"\1", text)
    text = _DERIVATIVE.sub(_slashed, text)
    text = _COMMAND.sub(_sign, text)
    text = _BARE.sub(r"\1\2", text)
    return one_line(text)


def one_line(text: str) -> str:
    """The text with every run of blanks as one space, and nothing that could steer a terminal."""
    return printable(" ".join(text.replace("␣", " ").split()))


def _slashed(found: re.Match[str]) -> str:
    above, below = ("∂" if d == "\\partial" else "d" for d in found.group(1, 3))
    of, by = (_unbraced(name.strip()) for name in found.group(2, 4))
    # A sum or a product on either side would be read as half of it.
    if above != below or not _NAME.fullmatch(by) or (of and not _NAME.fullmatch(of)):
        return str(found[0])
    return f"{above}{of}/{below}{by} "


def _unbraced(text: str) -> str:
    braced = _BRACED.fullmatch(text)
    return braced[1].strip() if braced else text


_BRACED = re.compile(r"\{([^{}]*+(?>(?:\{[^{}]*+\}[^{}]*+)*))\}")
_NAME = re.compile(
    r"(?:\\?[A-Za-z]+'*|\\(?:hat|bar|tilde|mathcal|vec)\s*\{[^{}]*\})(?:\s*[_^]\s*(?:\w|\\[A-Za-z]+|\{[^{}]*\}))*"
)


def _sign(found: re.Match[str]) -> str:
    sign = _BY_COMMAND.get(found[1])
    if sign is None:
        return str(found[0])
    return str(sign) if sign in _CLINGING else sign + str(found[2][:1])
