#!/usr/bin/python3
"""Fits the coefficients of models/sparsepixels/resource_bill.cpp and prints them with their errors.

    scripts/fit_sparsepixels_resources.py ../shared/published

The folder holds sparsepixels_designs.csv and sparsepixels_models.csv. Fitted on: small designs that keep 5 or 20
pixels, with kernels of 3, each less the design it extends; then the networks that keep 8. Judged on all others. Errors
are signed, of whole designs, and of the operators of networks; coefficients are rounded before they are judged.
What is not fitted stands here as in resource_bill.cpp, which names it and its basis.
"""
import csv
import math
import sys

import numpy as np

RESOURCES = ("lut", "ff", "dsp", "bram18")


def bits(values):
    return (values - 1).bit_length()


class Bill:
    """LUT, FF, DSP, BRAM18, each linear in the coefficients: {name: count}, the name "" for what needs none."""

    def __init__(self, **terms):
        self.terms = {r: dict(terms.get(r, {})) for r in RESOURCES}

    def __add__(self, other):
        both = Bill(**self.terms)
        for r in RESOURCES:
            for name, count in other.terms[r].items():
                both.terms[r][name] = both.terms[r].get(name, 0) + count
        return both

    def value(self, resource, coefficients):
        return sum(count * (coefficients[name] if name else 1) for name, count in self.terms[resource].items())


def reduce(pixels, width, signed, slots, position):
    levels = bits(pixels)
    level = 3 if levels > 2 and (levels - 2) % 3 == 0 else 2
    ff = pixels * width + slots * (width + position)
    for cut in range(level, levels, 3):
        ff += math.ceil(pixels / 2**cut) * (width + 1 + cut)
    gates = math.ceil(width / (2 if signed else 6)) + math.ceil(levels / 6)
    return Bill(lut={"reduce_lut": pixels * width, "": pixels * gates}, ff={"": ff})


def convolve(slots, kernel, channels, filters, width, position, saturates):
    pairs, product = slots * slots, 2 * width
    sums = pairs * filters
    products = sums * channels
    dsps = products if width >= 10 else 0 if saturates else products - sums
    index = bits(kernel * kernel)
    lut = {"": pairs * (position + 2 + 8) + products * width * (0.5 if index < 6 else 2 ** (index - 6)),
           "multiplier_lut": (products - dsps) * width * width}
    ff = slots * ((channels + filters) * width + position)
    if saturates:
        lut["saturation_lut"] = products
        lut[""] += products * product / 2
        ff += products * product
    else:
        lut[""] += sums * product / 2
        ff += sums * product / (4 if width >= 10 else 1)
    rom = {"rom_blocks": products} if kernel * kernel * channels * filters > 64 else {}
    return Bill(lut=lut, ff={"": ff}, dsp={"": dsps}, bram18=rom)


def pool(slots, channels, size, width, position):
    pairs, total = slots * (slots - 1) // 2, width + bits(size * size)
    shift = size * size & (size * size - 1) == 0
    return Bill(lut={"merge_lut": pairs * channels * total, "": pairs * (math.ceil(position / 3) + 2)},
                ff={"merge_ff": pairs * channels * total, "": slots * channels * width},
                dsp={"": 0 if shift else slots * channels * math.ceil(total / 17)})


def flatten(pixels, channels, width):
    return Bill(lut={"scatter_pixel_lut": pixels, "scatter_bit_lut": pixels * channels * width},
                ff={"": 2 * pixels * channels * width})


def constants(products, width):
    """Over all numbers of width / 2 + 1 signed digits, no two neighbours non-zero."""
    digits = width // 2 + 1
    numbers = [math.comb(digits - k + 1, k) * 2**k for k in range((digits + 1) // 2 + 1)]
    narrow = width < 10
    dsps = 0 if narrow else sum(numbers[3:]) / sum(numbers)
    adders = sum((k - 1) * n for k, n in enumerate(numbers) if k > 1 and (narrow or k == 2)) / sum(numbers)
    return Bill(lut={"sum_lut": products * 2 * width, "adder_lut": products * adders * (width + 3)},
                ff={"sum_ff": products * 2 * width}, dsp={"": products * dsps})


def hand_off(words, width):
    return Bill(lut={"": words * (width + 9)}, ff={"": 2 * words * width})


def relu(values, width):
    return Bill(lut={"": values * width})


def positions(slots, extent):
    return hand_off(2 * slots, bits(extent))


NETWORKS = {  # side, kernel, channels behind each convolution, pool, dense layers, softmax
    "microboone": (63, 7, (1, 3), 7, ((243, 16), (16, 1)), False),
    "jet": (56, 9, (3, 1), 4, ((196, 20), (20, 5)), True),
}


def network(dataset, width, slots):
    side, kernel, (first, second), size, dense, softmax = NETWORKS[dataset]
    position, pooled = 2 * bits(side), side // size
    classes = dense[-1][1]
    outputs = sum(o for _, o in dense)
    bill = {
        "reduce": reduce(side * side, width, width == 16, slots, position),
        "conv": convolve(slots, kernel, 1, first, width, position, True) +
                convolve(slots, kernel, first, second, width, position, True),
        "avgpool": pool(slots, second, size, width, position),
        "flatten": flatten(pooled**2, second, width),
        "mlp": sum((constants(i * o, width) for i, o in dense), Bill()),
        # Values to: conv 1, relu 1, conv 2, relu 2, pool, flatten; dense 1, relu, dense 2, the last. Positions to four.
        "fifo": hand_off(slots * (1 + 2 * first + 3 * second) + pooled**2 * second + 2 * dense[0][1] + classes, width) +
                positions(3 * slots, side) + positions(slots, pooled) +
                relu(slots * (first + second) + outputs - classes, width) + Bill(ff={"": classes * width}),
    }
    bill["mlp"] += Bill(lut={"": 2 * classes * width}, dsp={"": classes},
                        bram18={"": math.ceil(classes / 2) + 1}) if softmax else Bill(bram18={"": 1})
    return bill


def small_design(row):
    """The bill of a design, and of that which it extends, as (key, bill)."""
    width, slots, op = int(row["bits"][:-1]), int(row["n_max_pixels"]), row["op"]
    pixels = int(row["h_w_pixels"])
    columns = 10 if pixels <= 100 else 50
    position = bits(pixels // columns) + bits(columns)
    kernel = int(row["kernel"] or 3)

    def leaves(channels):
        return Bill(ff={"": slots * (channels * width + position)})

    front = reduce(pixels, width, width == 16, slots, position)
    if op == "reduction":
        return front + leaves(1), None
    to_list = positions(slots, columns)

    def convolution(channels, filters):
        return hand_off(slots * channels, width) + to_list + convolve(slots, kernel, channels, filters, width, position, False)

    text = row["channels_or_filters"]
    if op == "conv":
        channels, filters = int(text[1]), int(text[3])
        if channels == 1:
            return front + convolution(1, filters) + leaves(filters), ("reduction", "")
        return front + convolution(1, channels) + convolution(channels, filters) + leaves(filters), ("conv", f"c1f{channels}")
    channels = int(text[1]) if op == "avgpool" else 1
    chain = front + convolution(1, channels)
    if op == "avgpool":
        return (chain + hand_off(slots * channels, width) + to_list + pool(slots, channels, 2, width, position) +
                leaves(channels), ("conv", f"c1f{channels}"))
    chain += hand_off(slots, width) + relu(slots, width)
    if op == "relu":
        return chain + leaves(1), ("conv", "c1f1")
    return (chain + hand_off(slots, width) + to_list + flatten(pixels, 1, width) + Bill(ff={"": pixels * width}), None)


def fit(rows, resource, names, known):
    """Least squares of logarithms, nearly: an error weighs by the mean of what is predicted and what was published."""
    matrix = np.array([[bill.terms[resource].get(n, 0) for n in names] for bill, _ in rows], float)
    others = np.array([sum(c * (known[k] if k else 1) for k, c in bill.terms[resource].items() if k not in names)
                       for bill, _ in rows])
    target = np.array([t for _, t in rows], float)
    weight = 1 / target
    for _ in range(50):
        found = np.linalg.lstsq(matrix * weight[:, None], (target - others) * weight, rcond=None)[0]
        weight = 2 / (target + np.maximum(matrix @ found + others, 0))
    return {n: float(f"{v:.2g}") for n, v in zip(names, found)}


def report(title, errors):
    if errors:
        e = 100 * np.array(errors)
        worst = max(e, key=abs)
        print(f"  {title:34} {len(e):4} {e.mean():+8.1f} {np.median(e):+8.1f} {np.percentile(abs(e), 90):8.1f} {worst:+8.1f}")


def main(folder):
    designs = list(csv.DictReader(open(f"{folder}/sparsepixels_designs.csv")))
    models = [r for r in csv.DictReader(open(f"{folder}/sparsepixels_models.csv")) if r["model"] != "standard"]
    column = {"lut": "viv_lut", "ff": "viv_ff", "dsp": "viv_dsp", "bram18": "viv_ramb18"}

    def key(row, op, text):
        kernel = row["kernel"] if row["op"] == "conv" else "3"
        return row["bits"], op, "" if op == "reduction" else kernel, text, row["n_max_pixels"], row["h_w_pixels"]

    by_key = {key(r, r["op"], r["channels_or_filters"]): r for r in designs if r["op"] in ("reduction", "conv")}
    fitted_on = lambda r: r["n_max_pixels"] in ("5", "20") and r["kernel"] in ("", "3")

    def increments(op, resource):
        """Bill and published count, each less that of the design extended."""
        for row in filter(fitted_on, designs):
            if row["op"] != op:
                continue
            bill, base = small_design(row)
            target = float(row[column[resource]])
            if base:
                extended = by_key[key(row, *base)]
                less = small_design(extended)[0]
                bill += Bill(**{r: {n: -c for n, c in less.terms[r].items()} for r in RESOURCES})
                target -= float(extended[column[resource]])
            yield bill, target

    def groups(resource, *names):
        for row in models:
            if row["n_max"] == "8":
                bill = network(row["dataset"], int(row["bits"]), 8)
                yield sum((bill[n] for n in names), Bill()), sum(float(row[f"{resource}_{n}"]) for n in names)

    c = {}
    c |= fit(list(groups("lut", "reduce")), "lut", ["reduce_lut"], c)
    c |= fit(list(increments("conv", "lut")), "lut", ["multiplier_lut"], c)
    c |= fit(list(increments("avgpool", "lut")), "lut", ["merge_lut"], c)
    c |= fit(list(increments("avgpool", "ff")), "ff", ["merge_ff"], c)
    # Logic of the narrow convolutions is counted with the FIFOs ahead of them.
    c |= fit(list(groups("lut", "conv", "fifo")), "lut", ["saturation_lut"], c)
    c |= fit(list(groups("lut", "mlp")), "lut", ["sum_lut", "adder_lut"], c)
    c |= fit(list(groups("ff", "mlp")), "ff", ["sum_ff"], c)
    c |= fit(list(groups("lut", "flatten")), "lut", ["scatter_pixel_lut", "scatter_bit_lut"], c)
    # Block RAMs come and go with the tool's mood: all of them over all products with such a table.
    roms = [(small_design(r)[0].terms["bram18"].get("rom_blocks", 0), float(r["viv_ramb18"])) for r in designs if fitted_on(r)]
    c["rom_blocks"] = float(f"{sum(b for _, b in roms) / sum(p for p, _ in roms):.1g}")
    print("coefficients")
    for name, value in c.items():
        print(f"  {name:34} {value:8.3g}")

    header = f"  {'signed errors, %':34} {'n':>4} {'mean':>8} {'median':>8} {'90 % of |e|':>8} {'worst':>8}"
    for title, chosen in (("small designs, fitted on", fitted_on), ("small designs, held out", lambda r: not fitted_on(r))):
        print(f"{title}\n{header}")
        for op in ("reduction", "conv", "relu", "avgpool", "flatten"):
            for width in ("8b", "16b"):
                rows = [r for r in designs if r["op"] == op and r["bits"] == width and chosen(r)]
                for resource in RESOURCES:
                    pairs = [(small_design(r)[0].value(resource, c), float(r[column[resource]])) for r in rows]
                    if resource == "bram18":
                        if any(t for _, t in pairs):
                            made, told = (sum(x) for x in zip(*pairs))
                            report(f"{op} {width} bram18, all together", [made / told - 1])
                        continue
                    report(f"{op} {width} {resource}", [p / t - 1 for p, t in pairs if t > 0])
    for title, chosen in (("networks of 8 slots, fitted on", lambda r: r["n_max"] == "8"),
                          ("networks of 12, 16 and 20 slots, held out", lambda r: r["n_max"] != "8")):
        print(f"{title}\n{header}")
        rows = [(r, network(r["dataset"], int(r["bits"]), int(r["n_max"]))) for r in models if chosen(r)]
        for resource in RESOURCES:
            for names in (("reduce",), ("conv", "fifo"), ("avgpool",), ("flatten",), ("mlp",)):
                pairs = [(sum(b[n].value(resource, c) for n in names), sum(float(r[f"{resource}_{n}"]) for n in names))
                         for r, b in rows]
                report(f"{' + '.join(names)} {resource}", [p / t - 1 for p, t in pairs if t > 0])
            report(f"whole {resource}", [sum(x.value(resource, c) for x in b.values()) / float(r[resource]) - 1 for r, b in rows])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
