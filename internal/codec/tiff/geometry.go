package tiff

import "math"

func (l *layout) isFax() bool {
	return l.compression >= faxRLE && l.compression <= faxG4 || l.compression == faxRLEW
}

func (l *layout) isJPEG() bool { return l.compression == newJPEG || l.compression == oldJPEG }

// colors returns the number of color samples per pixel.
func (l *layout) colors() int {
	switch l.photometric {
	case rgb, yCbCr, cieLab, iccLab:
		return 3
	case separated:
		return 4
	}
	return 1
}

// check returns an error if the file can't be decoded.
func (l *layout) check() error {
	switch l.compression {
	case plain, faxRLE, faxG3, faxG4, faxRLEW, lzw, newJPEG, oldJPEG, deflate, deflateOld, packBits:
	default:
		return unsupported("compression %d", l.compression)
	}
	switch l.photometric {
	case whiteIsZero, blackIsZero, rgb, palette, transparencyMask, separated, yCbCr, cieLab, iccLab:
	default:
		return unsupported("photometric interpretation %d", l.photometric)
	}
	switch {
	case l.samples < l.colors() || l.samples > maxSamples:
		return unsupported("%d samples per pixel with photometric interpretation %d", l.samples, l.photometric)
	case l.offsets.count < 1 && l.old.stream.count < 1 && !(l.cut && l.compression == plain && l.standsBehindHeader()):
		return corrupt("no pixels")
	case l.isFax() && (l.bits != 1 || l.rowSamples() != 1):
		return unsupported("fax compression of %d bits per pixel", l.bits*l.rowSamples())
	case l.isJPEG() && l.bits != 8:
		return unsupported("JPEG compression of %d bits per sample", l.bits)
	case l.isJPEG() && l.rowSamples() != 1 && l.rowSamples() != 3 && l.rowSamples() != 4:
		return unsupported("JPEG compression of %d samples per pixel", l.rowSamples())
	case l.photometric == palette && (l.bits > 16 || l.format == float):
		return unsupported("palette indices of %d bits", l.bits)
	case float64(l.segW)*float64(l.bits)*float64(l.samples) > math.MaxInt32*8:
		return unsupported("rows of more than 2^31 bytes")
	}
	if err := l.checkSamples(); err != nil {
		return err
	}
	return l.checkColor()
}

// checkSamples returns an error for depths, formats and predictors that are not supported.
func (l *layout) checkSamples() error {
	switch l.format {
	case unsignedInt, signedInt, undefined:
		if l.bits < 1 || l.bits > 32 {
			return unsupported("integer samples of %d bits", l.bits)
		}
	case float:
		if l.bits != 16 && l.bits != 24 && l.bits != 32 && l.bits != 64 {
			return unsupported("floating-point samples of %d bits", l.bits)
		}
	default:
		return unsupported("sample format %d", l.format)
	}
	if !l.predicts() {
		return nil
	}
	switch {
	case l.predictor == 2 && (l.bits == 8 || l.bits == 16 || l.bits == 24 || l.bits == 32 || l.bits == 64):
	case l.predictor == 3 && l.format == float:
	default:
		return unsupported("predictor %d with samples of %d bits", l.predictor, l.bits)
	}
	return nil
}

// predicts reports whether samples are stored as differences. The Predictor field applies only to LZW and deflate.
func (l *layout) predicts() bool {
	return l.predictor > 1 && (l.compression == lzw || l.compression == deflate || l.compression == deflateOld)
}

// bytesDiffer reports whether samples are bytes that are stored as differences.
func (l *layout) bytesDiffer() bool { return l.bits == 8 && l.predictor == 2 && l.predicts() }

func (l *layout) checkColor() error {
	switch l.photometric {
	case yCbCr:
		return l.checkYCbCr()
	case cieLab, iccLab:
		if l.bits != 8 && l.bits != 16 || l.format == float || l.isJPEG() {
			return unsupported("CIE L*a*b* with samples of %d bits", l.bits)
		}
	}
	return nil
}

func (l *layout) checkYCbCr() error {
	for _, n := range [2]int{l.subX, l.subY} {
		if n != 1 && n != 2 && n != 4 {
			return unsupported("chroma subsampled by %d", n)
		}
	}
	switch {
	case l.isJPEG():
		if l.planar && (l.subX > 1 || l.subY > 1) {
			return unsupported("subsampled chroma in separate planes")
		}
	case l.bits != 8:
		return unsupported("Y'CbCr with samples of %d bits", l.bits)
	case l.subsampled() && (l.planar || l.predicts() || l.samples != 3):
		return unsupported("this layout of subsampled chroma")
	}
	return nil
}

// subsampled reports whether rows consist of blocks of several luma samples and one Cb and Cr (section 21).
func (l *layout) subsampled() bool {
	return l.photometric == yCbCr && !l.isJPEG() && (l.subX > 1 || l.subY > 1)
}

// planes returns the number of planes that have strips or tiles of their own.
func (l *layout) planes() int {
	if l.planar {
		return l.samples
	}
	return 1
}

// rowSamples returns the number of contiguous samples per pixel.
func (l *layout) rowSamples() int {
	if l.planar {
		return 1
	}
	return l.samples
}

// across and down return the number of columns and of rows of strips or tiles.
func (l *layout) across() int { return ceilDiv(l.width, l.segW) }
func (l *layout) down() int   { return ceilDiv(l.height, l.segH) }

// segRowBytes returns the length in bytes of a row of a strip or tile. If chroma is subsampled, it is the length of a
// row of blocks.
func (l *layout) segRowBytes() int {
	if l.subsampled() {
		return ceilDiv(l.segW, l.subX) * (l.subX*l.subY + 2)
	}
	return int((int64(l.segW)*int64(l.rowSamples())*int64(l.bits) + 7) / 8)
}

// segBytes returns the length in bytes of a strip or tile with the given number of rows, without compression.
func (l *layout) segBytes(rows int) int64 {
	if l.subsampled() {
		rows = ceilDiv(rows, l.subY)
	}
	return int64(rows) * int64(l.segRowBytes())
}

func ceilDiv(a, b int) int { return int((int64(a) + int64(b) - 1) / int64(b)) }

// segment returns the bytes of strip or tile i. Its length is the declared one, unless that is missing or too short.
// rows is the number of its rows within the picture.
func (l *layout) segment(data []byte, i int64, rows int) ([]byte, error) {
	at, ok := l.offsets.at(data, i)
	if !ok {
		at = -1
	}
	return l.segmentAt(data, i, at, rows)
}

// segmentAt is like segment, for a strip or tile with the given offset.
func (l *layout) segmentAt(data []byte, i, at int64, rows int) ([]byte, error) {
	if at >= int64(len(data)) || at < 0 {
		return nil, corrupt("strip or tile %d is not in the file", i)
	}
	rest := data[at:]
	end := int64(len(rest))
	if next, ok := l.offsets.at(data, i+1); ok && next > at {
		end = min(end, next-at)
	}
	n, ok := l.counts.at(data, i)
	want := l.segBytes(rows)
	switch {
	case !ok || n <= 0:
		n = end // no declared length
	case l.compression == plain && n < want && end >= want:
		n = want
	case l.compression == plain && n < want && l.offsets.count == 1:
		n = int64(len(rest))
	}
	return rest[:min(n, int64(len(rest)))], nil
}
