"""Makes the thumbnails that proof_test.go compares with, by Pillow, lcms2 and NumPy.

Reads lines "path TAB width TAB height" and writes for each of them a line, "ok" or what went wrong, and after an "ok" width × height
pixels of RGB, sRGB, over white. It is upright, reduced by Lanczos-3, and then converted, or the other way round if its gamma is far
from sRGB's: order and intent (relative colorimetric, no black-point compensation) are those of the library.
"""

import functools
import io
import struct
import sys

import numpy as np
from PIL import Image, ImageCms, ImageFile

Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False
SRGB = ImageCms.createProfile("sRGB")
SRGB_TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def png_chunks(path):
    chunks = {}
    with open(path, "rb") as f:
        if f.read(8) != b"\x89PNG\r\n\x1a\n":
            return chunks
        while len(head := f.read(8)) == 8:
            n, name = struct.unpack(">I4s", head)
            if name == b"IDAT":
                break
            chunks[name] = f.read(n)
            f.read(4)
    return chunks


def primaries(x):
    """The matrix to XYZ of a cHRM chunk: white, red, green, blue."""
    xy = np.array(struct.unpack(">8I", x)).reshape(4, 2) / 1e5
    xyz = np.column_stack([xy[:, 0] / xy[:, 1], np.ones(4), (1 - xy[:, 0] - xy[:, 1]) / xy[:, 1]])
    rgb = xyz[1:].T
    return rgb * np.linalg.solve(rgb, xyz[0]), xyz[0]


def bradford(white):
    """Adapts XYZ from a white to that of sRGB."""
    m = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    return np.linalg.inv(m) @ np.diag((m @ SRGB_TO_XYZ.sum(1)) / (m @ white)) @ m


def linear(v):
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def encoded(v):
    v = np.clip(v, 0, 1)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def by_chunks(rgb, chunks):
    """Converts RGB of 0 to 1 as Chromium does with PNGs without a profile."""
    if b"sRGB" in chunks or not {b"gAMA", b"cHRM"} & chunks.keys():
        return rgb
    gamma = struct.unpack(">I", chunks[b"gAMA"])[0] / 1e5 if b"gAMA" in chunks else 1 / 2.2
    if b"cHRM" not in chunks:
        light = linear(rgb) if 0.434 <= gamma <= 0.476 else rgb ** (1 / gamma)
    else:
        matrix, white = primaries(chunks[b"cHRM"])
        light = rgb ** (1 / gamma) @ (np.linalg.inv(SRGB_TO_XYZ) @ bradford(white) @ matrix).T
    return encoded(light)


def converted(img, profile):
    """Applies an ICC profile, unless it is broken or of another kind than the picture."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if space != {"RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK", "L": "GRAY"}.get(img.mode):
            return img
        mode = "RGBA" if img.mode == "RGBA" else "RGB"
        transform = ImageCms.buildTransform(source, SRGB, img.mode, mode, renderingIntent=1, flags=0)
    except (ImageCms.PyCMSError, OSError):
        return img
    out = ImageCms.applyTransform(img, transform)
    if mode == "RGBA":
        out.putalpha(img.getchannel("A"))
    return out


def exif_orientation(data):
    """Not img.getexif(), which takes an orientation from XMP too. A broken one is ignored."""
    exif = Image.Exif()
    try:
        exif.load(data or b"")
        return exif.get(0x0112, 1)
    except Exception:
        return 1


@functools.lru_cache(maxsize=1)
def upright(path):
    """The whole picture, and its ICC profile."""
    img = Image.open(path)
    chunks = png_chunks(path)
    profile = img.info.get("icc_profile")
    orientation = exif_orientation(img.info.get("exif"))
    if img.mode in ("I", "I;16", "I;16B"):  # 16 bits of gray
        deep = np.asarray(img).astype(np.float32)
        opaque = np.ones(deep.shape, np.float32)
        if b"tRNS" in chunks:
            opaque[deep == struct.unpack(">H", chunks[b"tRNS"])[0]] = 0
        return Deep(np.stack([deep / 65535] * 3, -1), opaque, chunks), profile
    if img.mode == "L" and "transparency" in img.info:  # which Pillow leaves as it is in a file of fewer bits
        img.info["transparency"] *= 255 // (2 ** min(chunks[b"IHDR"][8], 8) - 1)
    if img.mode in ("1", "P", "PA", "LA", "RGBX") or "transparency" in img.info:
        img = img.convert("L" if img.mode == "1" and "transparency" not in img.info else "RGBA")
    img.load()
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}.get(orientation)
    img = img if turn is None else img.transpose(turn)
    if chunks and not profile:
        values = np.asarray(img.convert("RGBA"), np.float32) / 255
        img = Deep(values[..., :3], values[..., 3], chunks)
    return img, profile


class Deep:
    """A PNG without a profile, in floating-point numbers: some gammas make much of less than a level of 8 bits.

    With such a gamma, colors are converted before the picture is reduced, as Chromium does, else afterwards.
    """

    def __init__(self, rgb, alpha, chunks):
        before = b"gAMA" in chunks and not 37000 <= struct.unpack(">I", chunks[b"gAMA"])[0] <= 57000
        self.chunks = {} if before else chunks
        rgb = by_chunks(rgb, chunks) if before else rgb
        planes = [rgb[..., i] * alpha for i in range(3)] + [alpha]
        self.planes = [Image.fromarray(np.ascontiguousarray(p, np.float32)) for p in planes]
        self.size = self.planes[0].size

    def resized(self, size):
        """RGB and alpha of 0 to 1."""
        out = [np.asarray(p if p.size == size else p.resize(size, Image.Resampling.LANCZOS), np.float64) for p in self.planes]
        alpha = np.clip(out[3], 0, 1)[..., None]
        return by_chunks(np.clip(np.stack(out[:3], -1) / np.maximum(alpha, 1e-6), 0, 1), self.chunks), alpha


def thumbnail(path, size):
    img, profile = upright(path)
    if isinstance(img, Deep):
        rgb, alpha = img.resized(size)
    else:
        if img.size != size:
            img = img.resize(size, Image.Resampling.LANCZOS)
        if profile:
            img = converted(img, profile)
        alpha = np.asarray(img.getchannel("A"), np.float64)[..., None] / 255 if img.mode == "RGBA" else 1.0
        rgb = np.asarray(img.convert("RGB"), np.float64) / 255
    return np.rint((rgb * alpha + 1 - alpha) * 255).astype(np.uint8).tobytes()


for line in sys.stdin.buffer:
    path, width, height = line.rstrip(b"\n").rsplit(b"\t", 2)
    try:
        pixels = thumbnail(path.decode(), (int(width), int(height)))
        sys.stdout.buffer.write(b"ok\n" + pixels)
    except Exception as e:  # whatever it is, the test tells it
        sys.stdout.buffer.write(repr(e).replace("\n", " ").encode() + b"\n")
