package gif

import (
	"encoding/binary"
	"errors"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A walker iterates over the blocks of a file. Header, colors, pixels, frames and stripping all read the file through a walker. Errors are
// those of its reader. io.ErrUnexpectedEOF means that the file ends inside a block.
type walker struct {
	r     *codec.Reader
	whole []byte // the whole file, of which frames are slices; nil if only the structure is needed

	screen    image.Point // enlarged to contain the first frame
	flags     byte
	palette   []byte // the global color table, three bytes per color
	loopCount int    // the last loop count read, or -1

	frames  int
	control imageFrame
	inData  bool // the data of the last frame have not been skipped yet
	profile *profile
}

// open reads the signature and the logical screen descriptor (GIF89a, section 18). whole may be nil.
func open(r *codec.Reader, whole []byte) (*walker, error) {
	w := &walker{r: r, whole: whole, loopCount: -1, control: imageFrame{transparent: -1}}
	b, err := r.Block(13)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errNoGIF
	case err != nil:
		return nil, err
	}
	w.screen, w.flags = pointAt(b[6:]), b[10]
	if w.palette, err = w.table(w.flags); errors.Is(err, io.ErrUnexpectedEOF) {
		err = errNoGIF
	}
	return w, err
}

func pointAt(b []byte) image.Point {
	return image.Pt(int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:])))
}

// next advances to the data of the next frame. The following call of next skips these data if they have not been read. ok is false at the
// end of the animation: at the trailer, at the end of the file between blocks, or before something that is not a block.
func (w *walker) next() (f imageFrame, ok bool, err error) {
	if w.inData {
		w.inData = false
		err := w.r.Skip(1)
		if err == nil {
			err = w.skip()
		}
		if err != nil {
			return f, false, err
		}
	}
	for {
		kind, err := w.r.Byte()
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return f, false, nil
		case err != nil:
			return f, false, err
		case kind == extension:
			err = w.extension()
		case kind == imageSeparator:
			f, err = w.image()
			return f, err == nil, err
		default:
			return f, false, nil
		}
		if err != nil {
			return f, false, err
		}
	}
}

// data reads the pixel data of f, the frame that next returned last.
func (w *walker) data(f *imageFrame) error {
	start := w.r.Pos()
	w.inData = false
	err := w.r.Skip(1)
	if err == nil {
		err = w.skip()
	}
	if f.cut = errors.Is(err, io.ErrUnexpectedEOF); f.cut {
		err = nil
	}
	size := int64(len(w.whole))
	f.data = w.whole[min(start, size):min(w.r.Pos(), size)]
	return err
}

// skip skips sub-blocks.
func (w *walker) skip() error {
	for {
		n, err := w.r.Byte()
		if err != nil || n == 0 {
			return err
		}
		if err := w.r.Skip(int64(n)); err != nil {
			return err
		}
	}
}

// block returns the next sub-block, valid until the next call. The result is empty at the end of a sequence of
// sub-blocks.
func (w *walker) block() ([]byte, error) {
	n, err := w.r.Byte()
	if err != nil {
		return nil, err
	}
	return w.r.Block(int64(n))
}

// extension reads an extension that concerns the next frame or the whole animation, and skips others.
func (w *walker) extension() error {
	label, err := w.r.Byte()
	if err != nil {
		return err
	}
	first, err := w.block()
	switch {
	case err != nil:
		return err
	case len(first) == 0:
		return nil
	case label == graphicControl && len(first) >= 4:
		w.graphicControl(first)
	case label == applicationData && (string(first) == "NETSCAPE2.0" || string(first) == "ANIMEXTS1.0"):
		return w.loops()
	case label == applicationData && string(first) == "ICCRGBG1012" && w.profile != nil && w.frames == 0:
		return w.profile.read(w)
	}
	return w.skip()
}

func (w *walker) graphicControl(b []byte) {
	w.control = imageFrame{Disposal: disposal(b[0] >> 2 & 7), Delay: int(binary.LittleEndian.Uint16(b[1:])), transparent: -1}
	if w.control.Disposal == 4 { // some old programs write 4; browsers treat it as 3
		w.control.Disposal = disposalPrevious
	}
	if b[0]&1 != 0 {
		w.control.transparent = int(b[3])
	}
}

func (w *walker) loops() error {
	for {
		b, err := w.block()
		if err != nil || len(b) == 0 {
			return err
		}
		if b[0] == 1 && len(b) >= 3 {
			w.loopCount = int(binary.LittleEndian.Uint16(b[1:]))
		}
	}
}

// image reads an image descriptor and the color table after it (section 20).
func (w *walker) image() (f imageFrame, err error) {
	f, w.control = w.control, imageFrame{transparent: -1}
	b, err := w.r.Block(9)
	if err != nil {
		return f, err
	}
	at := pointAt(b)
	f.Rect = image.Rectangle{Min: at, Max: at.Add(pointAt(b[4:]))}
	f.flags, f.global = b[8], w.palette
	if f.palette, err = w.table(f.flags); err != nil {
		return f, err
	}
	if w.frames == 0 {
		w.screen = screenOf(w.screen, f.Rect)
	}
	w.frames++
	w.inData = true
	return f, nil
}

// table reads a color table if flags announce one.
func (w *walker) table(flags byte) ([]byte, error) {
	if flags&hasTable == 0 {
		return nil, nil
	}
	n := int64(3 * (2 << (flags & tableBits)))
	if w.whole == nil {
		return nil, w.r.Skip(n)
	}
	return w.r.Block(n)
}
