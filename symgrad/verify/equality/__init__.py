"""Whether two scalar expressions are equal, and where they are not."""

from symgrad.verify.equality.decide import Decision, decide
from symgrad.verify.equality.polynomials import Monomial, Polynomial, polynomial
from symgrad.verify.equality.sampler import Sampler, differs_quickly

__all__ = ["Decision", "Monomial", "Polynomial", "Sampler", "decide", "differs_quickly", "polynomial"]
