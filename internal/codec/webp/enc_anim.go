package webp

import (
	"context"
	"encoding/binary"
	"errors"
	"image"
	"io"
	"time"
)

// An AnimationEncoder compresses the frames of an animation one by one, and keeps the compressed frames.
//
// It writes only the rectangle of a frame that has changed. For each frame it tries to make unchanged pixels
// transparent, to dispose of the previous frame, and to compress with and without loss, and it keeps the smallest
// result. From time to time it writes a whole frame, so that a viewer can start in the middle of the animation.
type AnimationEncoder struct {
	ctx        context.Context
	options    EncodeOptions
	size       image.Point
	taken      int64        // bytes charged to the account for the image in last
	last       *image.NRGBA // the canvas after the last frame
	frames     []motion
	clock      time.Duration // the end of the last frame
	writtenEnd int64         // clock in milliseconds, as written
	sinceKey   int           // frames since the last whole frame
	trial      trial
}

// A motion is a frame of the file.
type motion struct {
	codedFrame
	at      image.Point
	ms      int64
	dispose bool // the rectangle is cleared before the next frame
	blend   bool // the frame is blended over the canvas; else it replaces the pixels
}

func (m *motion) rect() image.Rectangle { return image.Rectangle{m.at, m.at.Add(m.size)} }

// maxFrameTime is the longest duration of a frame, in milliseconds.
const maxFrameTime = 1<<24 - 1

// NewAnimation returns an encoder for frames of the given size in pixels. Memory is charged to the account of ctx
// until Close.
func NewAnimation(ctx context.Context, size image.Point, o EncodeOptions) (*AnimationEncoder, error) {
	if size.X < 1 || size.Y < 1 || size.X > maxSide || size.Y > maxSide {
		return nil, errSide
	}
	return &AnimationEncoder{ctx: ctx, options: o, size: size}, nil
}

// Close gives the memory back.
func (a *AnimationEncoder) Close() {
	for i := range a.frames {
		a.frames[i].release(a.ctx)
	}
	a.frames = nil
	giveAll(a.ctx, a.taken)
	a.taken = 0
}

var errFrameSize = errors.New("webp: frames of several sizes")

// Add adds a frame. The upper left corner of the frame is at (0,0). The caller must not change the frame afterwards.
func (a *AnimationEncoder) Add(img *image.NRGBA, delay time.Duration) error {
	if img.Rect != (image.Rectangle{Max: a.size}) {
		return errFrameSize
	}
	if err := a.ctx.Err(); err != nil {
		return err
	}
	if a.last == nil {
		n := 4 * area(a.size)
		if err := takeAll(a.ctx, n); err != nil {
			return err
		}
		a.taken = n
	}
	ms := a.milliseconds(delay)
	if a.joins(img, ms) {
		a.frames[len(a.frames)-1].ms += ms
		return nil
	}
	m, err := a.smallest(img)
	if err != nil {
		return err
	}
	m.ms = ms
	a.frames = append(a.frames, m)
	a.last = img
	return nil
}

// milliseconds converts a delay to whole milliseconds. Rounding errors do not add up. A delay that is not 0 becomes at
// least 1, because viewers replace a delay of 0 by their own.
func (a *AnimationEncoder) milliseconds(delay time.Duration) int64 {
	if delay <= 0 {
		return 0
	}
	a.clock += delay
	ms := min(max((a.clock+time.Millisecond/2).Milliseconds()-a.writtenEnd, 1), maxFrameTime)
	a.writtenEnd += ms
	return ms
}

// joins reports whether a frame that equals the last frame can be joined to it. Viewers replace delays of up to 10 ms
// by their own, so such frames stay separate.
func (a *AnimationEncoder) joins(img *image.NRGBA, ms int64) bool {
	const own = 10
	if a.last == nil {
		return false
	}
	before := a.frames[len(a.frames)-1].ms
	return ms > own && before > own && before+ms <= maxFrameTime && changed(a.last, img, image.Rectangle{}).Empty()
}

// Write writes the file. loop is as in image/gif: -1 plays the animation once, 0 forever, n plays it n+1 times. An
// animation of one frame becomes a still picture.
func (a *AnimationEncoder) Write(w io.Writer, loop int) error {
	if len(a.frames) == 0 {
		return errors.New("webp: an animation without frames")
	}
	if f := &a.frames[0]; len(a.frames) == 1 && f.size == a.size {
		return writeStill(w, &f.codedFrame, a.options.Profile)
	}
	c := chunkWriter{w: w}
	n := extendedBytes + chunkHead + animBytes
	flags := byte(flagAnimated)
	if a.options.Profile != nil {
		flags |= flagProfile
		n += chunkSize(a.options.Profile)
	}
	for i := range a.frames {
		f := &a.frames[i]
		n += chunkHead + frameHead + f.bytes()
		if f.hasAlpha() || f.size != a.size {
			flags |= flagAlpha
		}
	}
	c.riff(n)
	c.extended(flags, a.size)
	if a.options.Profile != nil {
		c.chunk("ICCP", a.options.Profile)
	}
	c.animation(loop)
	for i := range a.frames {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		c.motion(&a.frames[i])
	}
	return c.err
}

const (
	animBytes = 6
	frameHead = 16
)

// animation writes an "ANIM" chunk (RFC 9649, 2.7.1.1): a transparent background color, and the loop count. A loop
// count of 0 means forever.
func (c *chunkWriter) animation(loop int) {
	plays := uint16(min(max(loop+1, 1), 1<<16-1))
	if loop == 0 {
		plays = 0
	}
	c.chunk("ANIM", binary.LittleEndian.AppendUint16(make([]byte, 4, animBytes), plays))
}

// motion writes an "ANMF" chunk.
func (c *chunkWriter) motion(m *motion) {
	c.head("ANMF", frameHead+m.bytes())
	b := appendUint24(make([]byte, 0, frameHead), m.at.X/2)
	b = appendUint24(b, m.at.Y/2)
	b = appendUint24(b, m.size.X-1)
	b = appendUint24(b, m.size.Y-1)
	b = appendUint24(b, int(m.ms))
	flags := byte(0)
	if m.dispose {
		flags |= 1
	}
	if !m.blend {
		flags |= 2
	}
	c.write(append(b, flags))
	c.frame(&m.codedFrame)
}
