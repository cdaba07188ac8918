"""The catalogue: declarations only, one forward equation for each layer, one step for each optimiser.

Floor 1. A new entry is one decorated equation (or one row, for an activation) in a module here and its
name in the table below; it arrives derived, printed, evaluated and tested.
"""

from symgrad.catalogue.activations import (
    activation,
    dropout,
    elu,
    gelu,
    hardsigmoid,
    hardtanh,
    leaky_relu,
    relu,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
    tanh,
)
from symgrad.catalogue.attention import multihead_attention, scaled_dot_product_attention
from symgrad.catalogue.convolution import conv1d, conv2d, conv3d
from symgrad.catalogue.declare import Layer
from symgrad.catalogue.joining import add, concat
from symgrad.catalogue.linear import bilinear, embedding, linear
from symgrad.catalogue.losses import (
    bce,
    bce_with_logits,
    cosine_embedding,
    hinge_embedding,
    huber,
    kl_div,
    l1,
    mse,
    smooth_l1,
)
from symgrad.catalogue.normalisation import batch_norm1d, batch_norm2d, group_norm, layer_norm, rms_norm
from symgrad.catalogue.optimisers import (
    Optimiser,
    adagrad,
    adam,
    adamw,
    momentum,
    nesterov,
    rmsprop,
    sgd,
)
from symgrad.catalogue.pooling import adaptive_avg_pool2d, avg_pool1d, avg_pool2d, max_pool1d, max_pool2d
from symgrad.catalogue.recurrent import gru, lstm, rnn
from symgrad.catalogue.reshape import flatten, unflatten
from symgrad.catalogue.softmax import cross_entropy, log_softmax, nll, softmax
from symgrad.catalogue.transposed import conv_transpose1d, conv_transpose2d

CATALOGUE: dict[str, Layer] = {
    entry.name: entry
    for entry in (
        *(linear, bilinear, embedding, conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d),
        *(avg_pool1d, avg_pool2d, max_pool1d, max_pool2d, adaptive_avg_pool2d),
        *(batch_norm1d, batch_norm2d, group_norm, layer_norm, rms_norm),
        *(scaled_dot_product_attention, multihead_attention),
        *(rnn, lstm, gru),
        *(flatten, unflatten),
        *(relu, leaky_relu, elu, selu, silu, softplus, softsign, sigmoid, tanh, hardsigmoid, hardtanh),
        *(gelu, activation, softmax, log_softmax, dropout),
        *(mse, l1, smooth_l1, huber, bce, bce_with_logits, hinge_embedding, cosine_embedding, kl_div),
        *(cross_entropy, nll),
    )
}

OPTIMISERS: dict[str, Optimiser] = {
    entry.name: entry for entry in (sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw)
}

JOINS: dict[str, Layer] = {entry.name: entry for entry in (add, concat)}
"""What takes several inputs, where branches of a network meet; the reader of descriptions gives them."""

__all__ = ["CATALOGUE", "JOINS", "OPTIMISERS", "Layer", "Optimiser"]
