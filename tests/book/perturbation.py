"""Another processor, played on this one: floating-point functions whose results are off by one unit in the last place.

IEEE 754 fixes the results of ``+ − × /`` on every processor. It does not fix those of ``exp``, ``log`` or powers, nor the
order in which a sum is taken, nor what a linear-algebra kernel does: those depend on the processor's vector units, on
the C library, on Python's version (``sum`` compensates from 3.12 on) and on the number of threads. :func:`install`
makes them all differ, each result up, down or not at all by a random sign, before anything else is imported.
Equal keys that an unstable sort may leave in any order are shuffled.

Not reached from Python: ``array @ array`` and methods such as ``array.dot``. The test with other kernels and without the
vector units covers them.
"""

from __future__ import annotations

import builtins
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

UFUNCS = ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "power", "float_power", "sqrt", "cbrt", "sin", "cos", "tan", "tanh")
REDUCTIONS = (
    *("sum", "mean", "average", "std", "var", "median", "quantile", "percentile"),
    *("nansum", "nanmean", "nanstd", "nanmedian", "nanquantile", "nanpercentile"),
    *("cumsum", "cumprod", "dot", "matmul", "inner", "outer", "einsum", "vdot", "tensordot", "corrcoef", "cov", "interp", "trapezoid"),
)
LINEAR_ALGEBRA = ("solve", "inv", "pinv", "svd", "eigh", "eigvalsh", "eig", "eigvals", "lstsq", "det", "slogdet", "norm", "cholesky", "qr")
PLAIN = ("exp", "expm1", "log", "log2", "log10", "log1p", "pow", "sqrt", "sin", "cos", "tan", "tanh", "erf", "erfc", "gamma", "lgamma")
PLAIN_SUMS = ("hypot", "dist")
SPECIAL = (
    *("ndtr", "ndtri", "log_ndtr", "erf", "erfc", "erfinv", "erfcinv", "gamma", "gammaln", "loggamma", "beta", "betaln", "betainc"),
    *("betaincinv", "betaincc", "stdtr", "stdtrit", "chdtr", "chdtrc", "chdtri", "fdtr", "fdtrc", "fdtri", "bdtr", "bdtrc", "xlogy"),
    *("xlog1py", "logsumexp", "expit", "logit", "gammainc", "gammaincc", "gammaincinv", "gammainccinv", "btdtr", "btdtri", "owens_t"),
)


class Perturbed:
    """A function, or a ufunc with its methods, whose floating-point results are off by at most one unit in the last place."""

    def __init__(self, function: Any, noise: Callable[[Any], Any]):
        functools.update_wrapper(self, function)
        self._function, self._noise = function, noise

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self._noise(self._function(*arguments, **options))

    def reduce(self, *arguments: Any, **options: Any) -> Any:
        return self._noise(self._function.reduce(*arguments, **options))

    def accumulate(self, *arguments: Any, **options: Any) -> Any:
        return self._noise(self._function.accumulate(*arguments, **options))

    def __getattr__(self, name: str) -> Any:
        if name == "_function":  # Not there yet while a copy is made
            raise AttributeError(name)
        return getattr(self._function, name)


def noise_of(seed: int) -> Callable[[Any], Any]:
    """A function that moves floats by one unit in the last place: numbers, arrays, and tuples of them.

    Zeros, infinities and what is no float stay.
    """
    random = np.random.default_rng(seed)
    nextafter, where, isfinite = np.nextafter, np.where, np.isfinite

    def noise(found: Any) -> Any:
        if isinstance(found, tuple):
            moved = [noise(part) for part in found]
            return type(found)(*moved) if hasattr(found, "_fields") else tuple(moved)
        if isinstance(found, float) and not isinstance(found, np.floating):
            return float(nextafter(found, (found, math.inf, -math.inf)[random.integers(3)])) if found and math.isfinite(found) else found
        if not isinstance(found, (np.ndarray, np.floating)) or found.dtype.kind != "f" or found.dtype.itemsize not in (4, 8):
            return found
        # By bytes: other ways to draw call functions that are perturbed themselves
        drawn = np.frombuffer(random.bytes(found.size), dtype=np.uint8).reshape(found.shape) % 3
        directions = found.dtype.type([0, math.inf, -math.inf])[drawn]
        moves = isfinite(found) & (found != 0) & (directions != 0)
        moved = where(moves, nextafter(found, directions), found)
        if not isinstance(found, np.ndarray):
            return moved[()]
        if type(found) is not np.ndarray or not found.flags.writeable:
            return found if type(found) is not np.ndarray else moved
        found[...] = moved  # The same array, so that out= keeps its meaning
        return found

    return noise


def install(seed: int) -> None:
    """Perturb this process for good. Call it before scipy, pandas or a chapter is imported."""
    noise = noise_of(seed)
    _perturb_numpy(noise)
    _perturb_sorting(np.random.default_rng(seed + 1))
    for name in (*PLAIN, *PLAIN_SUMS):
        setattr(math, name, _plain(getattr(math, name), noise))
    builtins.sum = _plain(builtins.sum, lambda found: found if _is_exact(found) else noise(found))
    import scipy.special

    for name in SPECIAL:
        if hasattr(scipy.special, name):
            setattr(scipy.special, name, Perturbed(getattr(scipy.special, name), noise))


def _is_exact(total: Any) -> bool:
    """Whether a sum is whole or ends in a half: then its terms did too, as a rule, and it is the same in every order."""
    return isinstance(total, float) and (2 * total).is_integer()


def _perturb_numpy(noise: Callable[[Any], Any]) -> None:
    from numpy._core import _methods

    # What array.sum(), .mean() and .std() call
    _methods.umr_sum = _plain(_methods.umr_sum, noise)
    for name in (*UFUNCS, *REDUCTIONS):
        setattr(np, name, Perturbed(getattr(np, name), noise))
    for name in LINEAR_ALGEBRA:
        setattr(np.linalg, name, _plain(getattr(np.linalg, name), noise))


def _perturb_sorting(random: Any) -> None:
    argsort = np.argsort

    @functools.wraps(argsort)
    def shuffled(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
        values = np.asarray(a)
        if kind in ("stable", "mergesort") or stable or values.ndim != 1 or order is not None:
            return argsort(a, axis, kind, order, stable=stable)
        before = random.permutation(len(values))
        return before[argsort(values[before], kind="stable")]

    np.argsort = shuffled


def _plain(function: Any, noise: Callable[[Any], Any]) -> Any:
    @functools.wraps(function)
    def perturbed(*arguments: Any, **options: Any) -> Any:
        return noise(function(*arguments, **options))

    return perturbed
