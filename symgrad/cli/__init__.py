"""The command line: read, one library call, print.

Floor 7, a file for each command. Everything but click is imported inside the commands, so that
``symgrad --help`` starts at once.
"""

from __future__ import annotations

import click

from symgrad._version import __version__
from symgrad.cli.derive import derive
from symgrad.cli.evaluate import evaluate
from symgrad.cli.gradcheck import gradcheck
from symgrad.cli.group import Commands
from symgrad.cli.layers import layers
from symgrad.cli.show import show
from symgrad.cli.verify import verify

_NETWORKS = """\
A network is one line: its input, then its layers in order, in PyTorch's words; sizes that follow from the
input are left out.

\b
    input(5x5) | conv2d(1, 3, stride=2, bias=false)
    input(1x28x28) | conv2d(4, 5) | relu | flatten | linear(10) | mse

\b
Layers:
  conv1d(out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
         bias=true)
  conv2d(out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
         bias=true)
  conv3d(out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
         bias=true)
  conv_transpose1d(out_channels, kernel_size, stride=1, padding=0,
         output_padding=0, groups=1, bias=true, dilation=1)
  conv_transpose2d                  with the same options
  linear(out_features, bias=true)   embedding(embedding_dim)
  bilinear(u, out_features, bias=true)   the other input is called u
  rnn(hidden_size, nonlinearity=tanh, bias=true)   over steps, T×C
  lstm(hidden_size, bias=true)   gru(hidden_size, bias=true)
  avg_pool1d(kernel_size, stride=none, padding=0, ceil_mode=false,
         count_include_pad=true)
  avg_pool2d(kernel_size, stride=none, padding=0, ceil_mode=false,
         count_include_pad=true)
  max_pool1d(kernel_size, stride=none, padding=0, dilation=1, ceil_mode=false)
  max_pool2d(kernel_size, stride=none, padding=0, dilation=1, ceil_mode=false)
  adaptive_avg_pool2d(output_size)
  flatten   unflatten(dim, unflattened_size)   dropout(p=0.5)
  relu   sigmoid   tanh   silu   selu   softsign   hardsigmoid
  leaky_relu(negative_slope=0.01)   elu(alpha=1)   softplus(beta=1)
  gelu(approximate=none)            or approximate=tanh
  hardtanh(min_val=-1, max_val=1)
  activation(f)                     f is a function not known further
  softmax   log_softmax             along the last axis
  layer_norm   rms_norm   batch_norm1d   batch_norm2d   group_norm(num_groups)
  multihead_attention(num_heads, bias=true, attn_mask=none, is_causal=false)
  scaled_dot_product_attention(attn_mask=none, is_causal=false, scale=none)
Losses, which end a network; reduction=mean, sum or none:
  mse(reduction=mean, half=false)   l1(reduction=mean)
  smooth_l1(reduction=mean, beta=1)   huber(reduction=mean, delta=1)
  bce(reduction=mean)   bce_with_logits(reduction=mean)
  hinge_embedding(margin=1, reduction=mean)
  cosine_embedding(u, margin=0, reduction=mean)   of two inputs
  kl_div(reduction=mean, log_target=false)   or reduction=batchmean
  cross_entropy   nll               y holds class probabilities

\b
Branches:
  residual(A)       adds its input to what A makes of it
  parallel(A, B)    puts what both make of one input one after the other
  … as u            names an output; add(u), concat(u) and u | … read it again
  multihead_attention(q, k, v, 2)    reads queries, keys and values by name
  linear(8) sharing u    has the parameters of the layer whose output is u

What PyTorch prints for a Sequential is read as well, with --input 1x28x28.

Without a loss at its end, L is an unknown function of the network's output, and the gradient by that
output stays a symbol.
"""

_EXAMPLES = """\
\b
Examples:
  symgrad derive "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
  symgrad derive "input(3x32x32) | conv2d(8, 3) | relu" --view index
  symgrad derive "input(5x5) | conv2d(1, 3)" --wrt w5 --to latex -o w5.tex
  symgrad evaluate "input(3) | linear(2) | tanh | mse" --values values.json
  symgrad gradcheck "input(3) | linear(2) | tanh | mse"
  symgrad show "input(1x28x28) | conv2d(4, 5) | relu | flatten | linear(10)"
  symgrad layers conv2d
  symgrad verify sheet.md

\b
Tab completion in bash (zsh_source and fish_source for the others):
  eval "$(_SYMGRAD_COMPLETE=bash_source symgrad)"

`symgrad derive --help` says more, and so do the others; docs/quickstart.md is a tour.
"""

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 88}


@click.group(
    "symgrad",
    cls=Commands,
    commands=[derive, evaluate, gradcheck, layers, show, verify],
    context_settings=_SETTINGS,
    help=f"Exact gradient formulas of neural networks: derived, typeset, evaluated, checked.\n\n{_NETWORKS}",
    epilog=_EXAMPLES,
)
@click.version_option(__version__, prog_name="symgrad")
def main() -> None:
    """The group of commands."""
