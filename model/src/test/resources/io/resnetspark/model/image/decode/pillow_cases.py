"""Writes pillow_cases.json: small files of every kind that is read or named, with Pillow's own answer to each.

    python3 -m venv v && v/bin/pip install pillow==13.0.0 numpy && v/bin/python pillow_cases.py

A case is {"name", "file" (base64)} and either {"width", "height", "crc"}, the size and CRC-32 of
exif_transpose(open(file)).convert("RGB"), or {"width", "height", "pixels" (base64), "within"}, pixels that are nearly met,
or {"refused", "says"}, the reason and words of the message. "by" is "Pillow", or "formula" where Pillow refuses the file or
makes of it what nobody can want; the formula then stands here.
"""

import base64
import io
import json
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps

warnings.simplefilter("ignore")
random = np.random.default_rng(17)
cases = []


def add(name, file, formula=None):
    """A file that is read: to Pillow's pixels, or to those of a formula, [H, W, 3] bytes."""
    by = "Pillow" if formula is None else "formula"
    pixels = np.ascontiguousarray(by_pillow(file) if formula is None else formula, dtype=np.uint8)
    height, width, channels = pixels.shape
    assert channels == 3
    crc = f"{zlib.crc32(pixels.tobytes()):08x}"
    cases.append({"name": name, "by": by, "width": width, "height": height, "crc": crc, "file": b64(file)})


def add_near(name, file, within):
    """A file that is read to nearly Pillow's pixels: no sample is further off."""
    pixels = by_pillow(file)
    height, width, _ = pixels.shape
    near = {"within": within, "pixels": b64(pixels.tobytes())}
    cases.append({"name": name, "by": "Pillow", "width": width, "height": height, **near, "file": b64(file)})


def by_pillow(file):
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB"))


def add_tiff(name, samples, photometric, bits, order="<", **options):
    """Pillow knows no big-endian BigTIFF: for those, what it makes of the same image as a TIFF."""
    file = tiff(samples, photometric, bits, order, **options)
    if order == ">" and options.pop("big", False):
        add(name, file, by_pillow(tiff(samples, photometric, bits, order, **options)))
    else:
        add(name, file)


def refuse(name, file, says, reason="UNSUPPORTED"):
    cases.append({"name": name, "refused": reason, "says": says, "file": b64(file)})


def b64(file):
    return base64.b64encode(file).decode()


def encoded(pixels, format, **options):
    out = io.BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(out, format, **options)
    return out.getvalue()


def photo(height, width):
    y, x = np.mgrid[:height, :width]
    waves = 128 + 60 * np.sin(x / 7)[..., None] * [1, 0.7, 0.4] + 40 * np.cos(y / 5)[..., None] * [0.3, 1, 0.6]
    return np.clip(waves + random.normal(0, 4, (height, width, 3)), 0, 255).astype(np.uint8)


def noise(*shape, top=256, dtype=np.uint8):
    return random.integers(0, top, shape).astype(dtype)


# WebP -----------------------------------------------------------------------------------------------------------------


def chunk(tag, data):
    return tag + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(body):
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def u24(value):
    return struct.pack("<I", value)[:3]


def webp():
    picture = photo(23, 31)
    transparent = np.dstack([picture, noise(23, 31) // 128 * noise(23, 31)])
    for method, quality in enumerate([0, 30, 50, 75, 80, 90, 100]):
        add(f"webp/method-{method}", encoded(picture, "WEBP", lossless=True, method=method, quality=quality))
    for colours in (1, 2, 3, 5, 16, 17, 100):
        drawing = noise(colours, 3)[noise(19, 27, top=colours)]
        add(f"webp/colours-{colours}", encoded(drawing, "WEBP", lossless=True))
    add("webp/noise", encoded(noise(11, 13, 3), "WEBP", lossless=True))
    add("webp/one-pixel", encoded(picture[:1, :1].copy(), "WEBP", lossless=True))
    add("webp/row", encoded(picture[:1].copy(), "WEBP", lossless=True))
    add("webp/column", encoded(picture[:, :1].copy(), "WEBP", lossless=True))
    add("webp/grey", encoded(np.repeat(picture[..., :1], 3, 2), "WEBP", lossless=True))
    add("webp/blocks", encoded(np.kron(picture[:6, :7], np.ones((9, 9, 1), np.uint8)), "WEBP", lossless=True))
    add("webp/alpha", encoded(transparent, "WEBP", lossless=True))
    add("webp/alpha-exact", encoded(transparent, "WEBP", lossless=True, exact=True))
    add("webp/broken-profile", encoded(picture, "WEBP", lossless=True, icc_profile=b"no profile" * 9))
    turned = Image.Exif()
    turned[0x0112] = 6
    add("webp/turned", encoded(picture, "WEBP", lossless=True, exif=turned))
    frames = [Image.fromarray(np.roll(transparent, 3 * i, 1)) for i in range(2)]
    add("webp/animated", encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True, exact=True))
    smooth = Image.fromarray(photo(4, 5)).resize((31, 23))
    add_near("webp/lossy", encoded(smooth, "WEBP", quality=90), 6)
    add_near("webp/lossy-alpha", encoded(Image.fromarray(transparent), "WEBP", quality=90), 12)
    still = encoded(picture, "WEBP", lossless=True)[12:]
    frame = chunk(b"ANMF", u24(2) + u24(3) + u24(30) + u24(22) + u24(100) + b"\0" + still)
    canvas = chunk(b"VP8X", bytes([2, 0, 0, 0]) + u24(39) + u24(29))
    add("webp/small-frame", riff(canvas + chunk(b"ANIM", b"\x10\x20\x30\xff\0\0") + frame + frame))


# BMP ------------------------------------------------------------------------------------------------------------------


def bmp(values, bits, header=40, compression=0, masks=(), palette=None, top_down=False, runs=None):
    """values: [H, W] integers of so many bits; runs: compressed data instead of them."""
    height, width = values.shape
    if bits >= 8:
        rows = [b"".join(struct.pack("<I", int(v))[: bits // 8] for v in row) for row in values]
    else:
        padded = np.pad(values, ((0, 0), (0, -width % (8 // bits))))
        shifts = 8 - bits * (1 + np.arange(8 // bits))
        rows = [(row.reshape(-1, 8 // bits) << shifts).sum(1).astype(np.uint8).tobytes() for row in padded]
    data = runs or b"".join(row + b"\0" * (-len(row) % 4) for row in rows)
    if header == 12:
        head = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        size = (width, -height if top_down else height)
        head = struct.pack("<IiiHHIIiiII", header, *size, 1, bits, compression, len(data), 0, 0, 0, 0)
        head += b"".join(struct.pack("<I", mask) for mask in masks)
        head += b"\0" * (header - len(head))
    colours = b"" if palette is None else b"".join(bytes(c) + (b"" if header == 12 else b"\0") for c in palette[:, ::-1])
    offset = 14 + len(head) + len(colours)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + head + colours + data


def by_masks(values, masks):
    """What the masks say: samples of 8 bits or fewer are stretched, those of more keep their high bits. Bottom-up."""
    bands = []
    for mask in masks[:3]:
        low = (mask & -mask).bit_length() - 1
        bits = (mask >> low).bit_length()
        sample = (values & mask) >> low
        bands.append(sample >> bits - 8 if bits >= 8 else sample * 255 // ((1 << bits) - 1))
    return np.stack(bands, -1)[::-1]


def bmps():
    v16, v24, v32 = (random.integers(0, 1 << bits, (5, 7)) for bits in (16, 24, 32))
    v16[-1, :2] = v24[-1, :2] = v32[-1, :2] = (0, -1)
    v16, v24, v32 = v16 & 0xFFFF, v24 & 0xFFFFFF, v32 & 0xFFFFFFFF
    sixteen = {
        "565": (0xF800, 0x7E0, 0x1F),
        "555": (0x7C00, 0x3E0, 0x1F),
        "4444": (0xF00, 0xF0, 0xF, 0xF000),
        "664": (0xFC00, 0x3F0, 0xF),
        "bgr-556": (0x1F, 0x3E0, 0xFC00),
    }
    thirty_two = {
        "bgrx": (0xFF0000, 0xFF00, 0xFF),
        "bgra": (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        "xbgr": (0xFF000000, 0xFF0000, 0xFF00),
        "abgr": (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
        "bgxr": (0xFF000000, 0xFF00, 0xFF),
        "bgar": (0xFF000000, 0xFF00, 0xFF, 0xFF0000),
        "rgba": (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
        "rgbx": (0xFF, 0xFF00, 0xFF0000),
        "10-10-10-2": (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000),
        "12-12-8": (0xFFF, 0xFFF000, 0xFF000000),
        "zero": (0, 0, 0, 0),
    }
    for bits, values, layouts in ((16, v16, sixteen), (32, v32, thirty_two)):
        for name, masks in layouts.items():
            for header in (40, 52, 56, 108, 124):
                stored = masks[:3] if header <= 52 else masks
                file = bmp(values, bits, header, 3, stored)
                try:
                    by_pillow(file)
                    add(f"bmp/masks-{bits}-{name}-header-{header}", file)
                except OSError:
                    add(f"bmp/masks-{bits}-{name}-header-{header}", file, by_masks(values, masks))
    add("bmp/masks-16-565-top-down", bmp(v16, 16, 40, 3, sixteen["565"], top_down=True))
    add("bmp/masks-24", bmp(v24, 24, 40, 3, thirty_two["bgrx"]))
    add("bmp/masks-alpha", bmp(v32, 32, 56, 6, thirty_two["bgra"]), by_masks(v32, thirty_two["bgra"]))
    for bits, values in ((16, v16), (24, v24), (32, v32)):
        for header in (40, 108, 124):
            add(f"bmp/rgb-{bits}-header-{header}", bmp(values, bits, header))
        add(f"bmp/rgb-{bits}-top-down", bmp(values, bits, top_down=True))
    unplaced = bytearray(bmp(v24, 24))
    unplaced[10:14] = bytes(4)
    add("bmp/no-offset", bytes(unplaced))
    add("bmp/os2-24", bmp(v24, 24, 12))
    for bits in (1, 4, 8):
        palette = noise(1 << bits, 3)
        indices = noise(5, 7, top=1 << bits, dtype=np.int64)
        for header in (12, 40, 64, 124):
            add(f"bmp/palette-{bits}-header-{header}", bmp(indices, bits, header, palette=palette))
    indices = noise(5, 7, top=16, dtype=np.int64)
    runs = b"".join(bytes([7, int(row[0]), 0, 0]) for row in indices) + b"\0\1"
    add("bmp/runs", bmp(indices, 8, 40, 1, palette=noise(256, 3), runs=runs))
    refuse("bmp/2-bit", bmp(indices & 3, 2, palette=noise(4, 3)), "2-bit BMP")
    refuse("bmp/scattered-masks", bmp(v32, 32, 40, 3, (0xFF0F00, 0xF0, 0xF)), "bit masks")
    refuse("bmp/png-inside", bmp(v24, 24, 40, 5, runs=encoded(photo(5, 7), "PNG")), "PNG inside a BMP")
    refuse("bmp/jpeg-inside", bmp(v24, 24, 40, 4, runs=encoded(photo(5, 7), "JPEG")), "JPEG inside a BMP")


# TIFF -----------------------------------------------------------------------------------------------------------------


def lzw(data):
    """Literals between clear codes: no string table is needed, and every code has nine bits."""
    codes = [code for i, byte in enumerate(data) for code in ([256, byte] if i % 200 == 0 else [byte])] + [257]
    bits = "".join(f"{code:09b}" for code in codes)
    return int(bits + "0" * (-len(bits) % 8), 2).to_bytes((len(bits) + 7) // 8, "big")


def packbits(data):
    return b"".join(bytes([len(data[i : i + 99]) - 1]) + data[i : i + 99] for i in range(0, len(data), 99))


COMPRESSIONS = {1: bytes, 5: lzw, 8: zlib.compress, 32773: packbits}


def tiff(samples, photometric, bits, order="<", big=False, planar=False, compression=1, predictor=1, tile=0, rows=3,
         extra=(), format=1, tags=None, blocks=()):
    """samples: [H, W, S] integers, or floats of so many bits; blocks: the strips, where they are not those samples."""
    height, width, count = samples.shape
    kind = np.dtype(f"{order}{'f' if samples.dtype.kind == 'f' else 'u'}{max(8, bits) // 8}")

    def raw(part):
        if predictor == 2:
            part = np.concatenate([part[:, :1], part[:, 1:] - part[:, :-1]], 1) & ((1 << bits) - 1)
        if bits >= 8:
            return part.astype(kind).tobytes()
        flat = part.reshape(part.shape[0], -1)
        flat = np.pad(flat, ((0, 0), (0, -flat.shape[1] % (8 // bits)))).reshape(part.shape[0], -1, 8 // bits)
        return (flat << 8 - bits * (1 + np.arange(8 // bits))).sum(-1).astype(np.uint8).tobytes()

    blocks = list(blocks)
    for layer in () if blocks else [samples[..., c : c + 1] for c in range(count)] if planar else [samples]:
        if tile:
            padded = np.pad(layer, ((0, -height % tile), (0, -width % tile), (0, 0)))
            for y in range(0, height, tile):
                blocks += [raw(padded[y : y + tile, x : x + tile]) for x in range(0, width, tile)]
        else:
            blocks += [raw(layer[y : y + rows]) for y in range(0, height, rows)]
    blocks = [COMPRESSIONS.get(compression, bytes)(block) for block in blocks]
    start = 16 if big else 8
    places = [start + sum(map(len, blocks[:i])) for i in range(len(blocks))]
    entries = {
        256: [width], 257: [height], 258: [bits] * count, 259: [compression], 262: [photometric], 277: [count],
        284: [2 if planar else 1], 317: [predictor], 338: list(extra), 339: [format] * count,
    }
    sizes = [len(block) for block in blocks]
    entries |= {322: [tile], 323: [tile], 324: places, 325: sizes} if tile else {273: places, 278: [rows], 279: sizes}
    entries |= tags or {}
    entries = {tag: values for tag, values in sorted(entries.items()) if values}
    body = b"".join(blocks)
    body += b"\0" * (len(body) % 2)
    at = start + len(body)
    inline, offset = (8, "Q") if big else (4, "I")
    after = at + (8 if big else 2) + len(entries) * (20 if big else 12) + inline
    directory, values_after = struct.pack(order + ("Q" if big else "H"), len(entries)), b""
    for tag, values in entries.items():
        type, letter = (4, "I") if tag in (273, 279, 324, 325) else (3, "H")
        packed = b"".join(struct.pack(order + letter, value) for value in values)
        directory += struct.pack(f"{order}HH{offset}", tag, type, len(values))
        if len(packed) <= inline:
            directory += packed + b"\0" * (inline - len(packed))
        else:
            directory += struct.pack(order + offset, after + len(values_after))
            values_after += packed
    mark = b"II" if order == "<" else b"MM"
    head = struct.pack(order + "HHHQ", 43, 8, 0, at) if big else struct.pack(order + "HI", 42, at)
    return mark + head + body + directory + b"\0" * inline + values_after


def grey(samples):
    return np.repeat(samples, 3, 2)


def tiffs():
    v = {bits: random.integers(0, 1 << bits, (7, 11, 6)) for bits in (1, 2, 4, 8, 16)}
    v[8][..., 3][:, :3] = (0, 255, 128)
    v[16][..., 3][:, :3] = (0, 65535, 32768)
    orders = (("little", "<"), ("big", ">"))
    for name, order in orders:
        for kind, bits, photometric, count, extra in (
            ("grey-1", 1, 1, 1, ()),
            ("grey-1-inverted", 1, 0, 1, ()),
            ("grey-2", 2, 1, 1, ()),
            ("grey-4-inverted", 4, 0, 1, ()),
            ("grey-8", 8, 1, 1, ()),
            ("grey-8-inverted", 8, 0, 1, ()),
            ("grey-8-alpha", 8, 1, 2, (2,)),
            ("rgb-8", 8, 2, 3, ()),
            ("rgb-16", 16, 2, 3, ()),
            ("rgba-8", 8, 2, 4, (2,)),
            ("rgba-8-associated", 8, 2, 4, (1,)),
            ("rgb-8-padded", 8, 2, 4, (0,)),
            ("rgb-8-padded-thrice", 8, 2, 6, (0, 0, 0)),
            ("rgba-16", 16, 2, 4, (2,)),
            ("rgba-16-associated", 16, 2, 4, (1,)),
            ("cmyk-8", 8, 5, 4, ()),
            ("cmyk-8-padded", 8, 5, 5, (0,)),
            ("cmyk-16", 16, 5, 4, ()),
        ):
            samples = v[bits][..., :count]
            layouts = [("", {}), ("-lzw", {"compression": 5}), ("-bigtiff-deflate", {"big": True, "compression": 8})]
            if bits >= 8:
                layouts.append(("-tiles-predicted", {"tile": 16, "compression": 8, "predictor": 2}))
            for layout, options in layouts:
                add_tiff(f"tiff/{kind}-{name}{layout}", samples, photometric, bits, order, extra=extra, **options)
        for layout, options in (("", {}), ("-bigtiff", {"big": True}), ("-deflate", {"compression": 8})):
            for photometric, inverted in ((1, 0), (0, 255)):
                samples = v[16][..., :1]
                file = tiff(samples, photometric, 16, order, **options)
                kind = "grey-16-inverted" if inverted else "grey-16"
                add(f"tiff/{kind}-{name}{layout}", file, grey(samples >> 8 ^ inverted))
        for bits in (1, 2, 4, 8):
            colours = {320: [int(c) for c in noise(3 << bits, top=65536, dtype=np.int64)]}
            for layout, options in (("", {}), ("-bigtiff", {"big": True, "compression": 32773})):
                add_tiff(f"tiff/palette-{bits}-{name}{layout}", v[bits][..., :1], 3, bits, order, tags=colours, **options)
        # Pillow reads planes of 16 bits rightly only if they are compressed.
        for bits in (8, 16):
            for kind, photometric, count in (("rgb", 2, 3), ("cmyk", 5, 4)):
                file = tiff(v[bits][..., :count], photometric, bits, order, planar=True, compression=5)
                add(f"tiff/{kind}-{bits}-planes-{name}", file)
        refuse(f"tiff/half-{name}", tiff(v[8][..., :1] / 255, 1, 16, order, format=3), "half-float TIFF")
        refuse(f"tiff/float-{name}", tiff(v[8][..., :1] / 255, 1, 32, order, format=3), "32-bit floating-point TIFF")
        refuse(f"tiff/rgb-half-{name}", tiff(v[8][..., :3] / 255, 2, 16, order, format=3), "half-float TIFF")
        refuse(f"tiff/lab-8-{name}", tiff(v[8][..., :3], 8, 8, order), "CIELab TIFF")
        refuse(f"tiff/lab-16-{name}", tiff(v[16][..., :3], 8, 16, order), "CIELab TIFF")
    rgb, one = v[8][..., :3], v[8][..., :1]
    add("tiff/turned", tiff(rgb, 2, 8, tags={274: [6]}))
    add_tiff("tiff/turned-bigtiff", rgb, 2, 8, ">", big=True, tags={274: [8]})
    add("tiff/packed-bits", tiff(rgb, 2, 8, compression=32773))
    add("tiff/tiles", tiff(rgb, 2, 8, tile=16))
    for vertical, horizontal in ((1, 1), (1, 2), (2, 2), (2, 4), (4, 4)):
        units = noise(8 // vertical * 16 // horizontal, vertical * horizontal + 2).tobytes()
        file = {
            compression: tiff(np.zeros((8, 16, 3), int), 6, 8, rows=8, compression=compression,
                              tags={530: [horizontal, vertical]}, blocks=[units])
            for compression in (1, 5)
        }
        add(f"tiff/ycbcr-{vertical}-{horizontal}-lzw", file[5])
        # Uncompressed, Pillow takes no notice of subsampling and rounds otherwise.
        add(f"tiff/ycbcr-{vertical}-{horizontal}", file[1], by_pillow(file[5]))
    multiplied = tiff(v[8][..., :2], 1, 8, extra=(1,))
    multiples = np.minimum(255, v[8][..., :1] * 255 // np.maximum(1, v[8][..., 1:2]))
    add("tiff/grey-8-associated", multiplied, grey(np.where(v[8][..., 1:2] == 0, 0, multiples)))
    for coding in ("jpeg", "group3", "group4", "tiff_ccitt"):
        picture = Image.fromarray(photo(20, 27))
        add(f"tiff/{coding}", encoded(picture if coding == "jpeg" else picture.convert("1"), "TIFF", compression=coding))
    add("tiff/jpeg-grey", encoded(Image.fromarray(photo(20, 27)).convert("L"), "TIFF", compression="jpeg"))
    add("tiff/jpeg-cmyk", encoded(Image.fromarray(photo(20, 27)).convert("CMYK"), "TIFF", compression="jpeg"))
    for name, file, says in (
        ("icclab", tiff(rgb, 9, 8), "ICCLab"),
        ("logluv", tiff(rgb, 32845, 8), "LogLuv"),
        ("mask", tiff(v[1][..., :1], 4, 1), "transparency mask"),
        ("colour-filter-array", tiff(v[16][..., :1], 32803, 16), "raw photo"),
        ("double", tiff(one / 255, 1, 64, format=3), "64-bit floating-point TIFF"),
        ("signed", tiff(one, 1, 16, format=2), "signed"),
        ("32-bit", tiff(one, 1, 32), "32-bit"),
        ("other-inks", tiff(v[8][..., :4], 5, 8, tags={332: [2]}), "inks other than CMYK"),
        ("unequal-bits", tiff(rgb, 2, 8, tags={258: [8, 8, 16]}), "unequal bits"),
        ("zstandard", tiff(rgb, 2, 8, compression=50000), "Zstandard"),
        ("jpeg-2000", tiff(rgb, 2, 8, compression=34712), "JPEG 2000"),
    ):
        refuse(f"tiff/{name}", file, says)


# JPEG, PNG, GIF -------------------------------------------------------------------------------------------------------


def jpegs():
    picture = Image.fromarray(photo(20, 27))
    cmyk = encoded(picture.convert("CMYK"), "JPEG")
    adobe = cmyk.index(b"Adobe")
    add("jpeg/cmyk", cmyk)
    add("jpeg/cmyk-without-adobe", cmyk[: adobe - 4] + cmyk[adobe + 12 :])
    add("jpeg/ycck", cmyk[: adobe + 11] + b"\2" + cmyk[adobe + 12 :])
    add("jpeg/rgb", encoded(picture, "JPEG", keep_rgb=True))
    add("jpeg/grey", encoded(picture.convert("L"), "JPEG"))
    add("jpeg/progressive", encoded(picture, "JPEG", progressive=True))
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        add(f"jpeg/sampling-{sampling}", encoded(picture, "JPEG", subsampling=sampling))


def png(samples, colour, bits, *chunks):
    """samples: [H, W, S] integers of so many bits, one row after another."""
    height, width, count = samples.shape
    flat = samples.reshape(height, -1)
    if bits >= 8:
        rows = [row.astype(f">u{bits // 8}").tobytes() for row in flat]
    else:
        packed = np.pad(flat, ((0, 0), (0, -flat.shape[1] % (8 // bits)))).reshape(height, -1, 8 // bits)
        rows = [row.tobytes() for row in (packed << 8 - bits * (1 + np.arange(8 // bits))).sum(-1).astype(np.uint8)]
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data)) for tag, data in parts
    )


def pngs_and_gifs():
    for bits in (1, 2, 4, 8, 16):
        samples = random.integers(0, 1 << bits, (7, 11, 4))
        if bits == 16:
            add("png/grey-16", png(samples[..., :1], 0, 16), grey(samples[..., :1] >> 8))
        else:
            add(f"png/grey-{bits}", png(samples[..., :1], 0, bits))
            add(f"png/palette-{bits}", png(samples[..., :1], 3, bits, (b"PLTE", noise(3 << bits).tobytes())))
            clear = (b"tRNS", noise(1 << bits).tobytes())
            add(f"png/palette-{bits}-alpha", png(samples[..., :1], 3, bits, (b"PLTE", noise(3 << bits).tobytes()), clear))
        if bits >= 8:
            add(f"png/grey-alpha-{bits}", png(samples[..., :2], 4, bits))
            add(f"png/rgb-{bits}", png(samples[..., :3], 2, bits))
            add(f"png/rgba-{bits}", png(samples, 6, bits))
    picture = Image.fromarray(photo(20, 27))
    add("gif/colours", encoded(picture, "GIF"))
    add("gif/grey", encoded(picture.convert("L"), "GIF"))
    add("gif/animated", encoded(picture, "GIF", save_all=True, append_images=[picture.rotate(180)]))


# Formats that are named, not read -------------------------------------------------------------------------------------


def as_process(jpeg, marker, bits=8):
    """The file with another start-of-frame marker and precision."""
    at = jpeg.index(b"\xff\xc0")
    return jpeg[:at] + bytes([0xFF, marker]) + jpeg[at + 2 : at + 4] + bytes([bits]) + jpeg[at + 5 :]


def iso_base_media(major, *compatible):
    return chunk_be(b"ftyp", major + bytes(4) + b"".join(compatible)) + chunk_be(b"meta", bytes(20))


def chunk_be(tag, data):
    return struct.pack(">I", len(data) + 8) + tag + data


def foreign():
    small = photo(6, 8)
    jpeg = encoded(small, "JPEG")
    for name, marker, says in (
        ("lossless", 0xC3, "lossless JPEG"),
        ("hierarchical", 0xC5, "hierarchical JPEG"),
        ("arithmetic", 0xC9, "arithmetic-coded JPEG"),
        ("arithmetic-progressive", 0xCA, "arithmetic-coded JPEG"),
        ("lossless-arithmetic", 0xCB, "lossless JPEG"),
        ("ls", 0xF7, "JPEG-LS"),
    ):
        refuse(f"jpeg/{name}", as_process(jpeg, marker), says)
    refuse("jpeg/12-bit", as_process(jpeg, 0xC1, 12), "12-bit JPEG")
    frames = {"save_all": True, "append_images": [Image.fromarray(small[::-1])]}
    for name, file, says in (
        ("avif", encoded(small, "AVIF"), "AVIF image "),
        ("avif-sequence", encoded(small, "AVIF", **frames), "AVIF image sequence"),
        ("avif-by-compatible-brand", iso_base_media(b"mif1", b"miaf", b"avif"), "AVIF image "),
        ("heic", iso_base_media(b"heic", b"mif1", b"heic"), "HEIC"),
        ("heic-sequence", iso_base_media(b"msf1", b"hevc"), "HEIC image sequence"),
        ("heif", iso_base_media(b"mif1", b"miaf"), "HEIF"),
        ("canon-raw", iso_base_media(b"crx ", b"isom"), "CR3"),
        ("mp4", iso_base_media(b"isom", b"mp41"), "MP4"),
        ("jpeg-2000", encoded(small, "JPEG2000"), "JPEG 2000 image"),
        ("jpeg-2000-codestream", encoded(small, "JPEG2000", no_jp2=True), "JPEG 2000 codestream"),
        ("jpeg-xl", b"\0\0\0\x0cJXL \r\n\x87\n" + iso_base_media(b"jxl ", b"jxl "), "JPEG XL"),
        ("jpeg-xl-codestream", b"\xff\x0a" + bytes(20), "JPEG XL"),
        ("jpeg-xr", b"II\xbc\x01" + bytes(20), "JPEG XR"),
        ("tga", encoded(small, "TGA"), "TGA"),
        ("tga-without-footer", encoded(small, "TGA")[: 18 + small.size], "TGA"),
        ("ico", encoded(small, "ICO"), "ICO"),
        ("icns", encoded(small, "ICNS"), "ICNS"),
        ("ppm", encoded(small, "PPM"), "Netpbm"),
        ("pcx", encoded(small, "PCX"), "PCX"),
        ("sgi", encoded(small, "SGI"), "SGI"),
        ("dds", encoded(small, "DDS"), "DDS"),
        ("eps", encoded(small, "EPS"), "EPS"),
        ("pdf", b"%PDF-1.7\n", "PDF"),
        ("psd", b"8BPS\0\1" + bytes(20), "PSD"),
        ("svg", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    ):
        refuse(f"foreign/{name}", file, says)
    refuse("foreign/web-page", b"<!DOCTYPE html><html><svg/></html>", "first bytes", "NOT_AN_IMAGE")
    refuse("foreign/text", b"images of cats and dogs\n", "first bytes", "NOT_AN_IMAGE")


webp()
bmps()
tiffs()
jpegs()
pngs_and_gifs()
foreign()
with open("pillow_cases.json", "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
