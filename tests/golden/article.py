"""The article's convolution, from the definition of the layer, typed by hand and checked by hand.

A 5×5 image a1 … a25, a 3×3 kernel w1 … w9, stride 2: four outputs z1 … z4. Never regenerated.
"""

NETWORK = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"

# z_k is the sum of these, the first times w1, the second times w2, … the last times w9.
FORWARD = {
    "z1": "a1 a2 a3 a6 a7 a8 a11 a12 a13",
    "z2": "a3 a4 a5 a8 a9 a10 a13 a14 a15",
    "z3": "a11 a12 a13 a16 a17 a18 a21 a22 a23",
    "z4": "a13 a14 a15 a18 a19 a20 a23 a24 a25",
}

# ∂L/∂w_k is the sum of these, the first times ∂L/∂z1, … the last times ∂L/∂z4.
WEIGHTS = {
    "w1": "a1 a3 a11 a13",
    "w2": "a2 a4 a12 a14",
    "w3": "a3 a5 a13 a15",
    "w4": "a6 a8 a16 a18",
    "w5": "a7 a9 a17 a19",
    "w6": "a8 a10 a18 a20",
    "w7": "a11 a13 a21 a23",
    "w8": "a12 a14 a22 a24",
    "w9": "a13 a15 a23 a25",
}

# ∂L/∂a_k is the sum of these products, in this order.
PIXELS = {
    "a1": "w1·z1",
    "a7": "w5·z1",
    "a13": "w9·z1 w7·z2 w3·z3 w1·z4",
}
