"""symgrad: exact gradient formulas of neural networks, derived, typeset, evaluated and checked.

The public names. Each is loaded when it is first asked for, so that ``import symgrad`` loads neither
SymPy nor NumPy.
"""

from symgrad._version import __version__

TYPE_CHECKING = False  # type checkers know the name; importing it from typing would cost 10 ms

__all__ = [
    "BCE",
    "ELU",
    "GELU",
    "GRU",
    "L1",
    "LSTM",
    "MSE",
    "NLL",
    "RNN",
    "SELU",
    "Activation",
    "AdaptiveAvgPool2d",
    "AlgebraError",
    "AvgPool1d",
    "AvgPool2d",
    "BCEWithLogits",
    "BatchNorm1d",
    "BatchNorm2d",
    "BudgetError",
    "CheckError",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "CrossEntropy",
    "DescriptionError",
    "Dropout",
    "Embedding",
    "Flatten",
    "GroupNorm",
    "Hardsigmoid",
    "Hardtanh",
    "HingeEmbedding",
    "Huber",
    "Input",
    "KLDiv",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MaxPool1d",
    "MaxPool2d",
    "NameUnknownError",
    "Network",
    "OutputError",
    "RMSNorm",
    "ReLU",
    "RenderError",
    "ShapeError",
    "SiLU",
    "Sigmoid",
    "SmoothL1",
    "Softmax",
    "Softplus",
    "Softsign",
    "SymgradError",
    "Tanh",
    "Unflatten",
    "ValuesError",
    "__version__",
    "activation",
    "derive",
    "evaluator",
    "gradient_check",
    "hessian",
    "hessian_vector",
    "layer",
    "loss",
    "verify",
]

if TYPE_CHECKING:
    from symgrad.api import (
        BCE,
        ELU,
        GELU,
        GRU,
        L1,
        LSTM,
        MSE,
        NLL,
        RNN,
        SELU,
        Activation,
        AdaptiveAvgPool2d,
        AvgPool1d,
        AvgPool2d,
        BatchNorm1d,
        BatchNorm2d,
        BCEWithLogits,
        Conv1d,
        Conv2d,
        Conv3d,
        ConvTranspose1d,
        ConvTranspose2d,
        CrossEntropy,
        Dropout,
        Embedding,
        Flatten,
        GroupNorm,
        Hardsigmoid,
        Hardtanh,
        HingeEmbedding,
        Huber,
        Input,
        KLDiv,
        LayerNorm,
        LeakyReLU,
        Linear,
        LogSoftmax,
        MaxPool1d,
        MaxPool2d,
        Network,
        ReLU,
        RMSNorm,
        Sigmoid,
        SiLU,
        SmoothL1,
        Softmax,
        Softplus,
        Softsign,
        Tanh,
        Unflatten,
        activation,
        derive,
        evaluator,
        gradient_check,
        hessian,
        hessian_vector,
        layer,
        loss,
    )
    from symgrad.errors import (
        AlgebraError,
        BudgetError,
        CheckError,
        DescriptionError,
        NameUnknownError,
        OutputError,
        RenderError,
        ShapeError,
        SymgradError,
        ValuesError,
    )
    from symgrad.verify.verification import verify
else:

    def __getattr__(name: str) -> object:
        """Load a public name from its home (PEP 562); the next use finds it here."""
        if name not in __all__:
            raise AttributeError(f"module 'symgrad' has no attribute {name!r}")
        from importlib import import_module

        if name == "verify":
            return import_module("symgrad.verify")  # which can be called, and is now found here
        home = import_module("symgrad.errors" if name.endswith("Error") else "symgrad.api")
        value = globals()[name] = getattr(home, name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
