//go:build !noasm

#include "textflag.h"

// paethAVX undoes the filter Paeth (9.4). It processes the bytes of a pixel at once, but pixel after pixel, because each needs the previous
// one. The Go version is unfilterPaethGo in unfilter.go; BenchmarkPaethAgainstGo compares them.
//
// It processes eight bytes as words. The first step bytes are the pixel's. The others are meaningless and are overwritten with the next
// pixel, or by unfilterPaethGo.
//
// It reads 8 bytes at each pixel of src and above, and writes 8 bytes at each pixel of dst: (pixels-1)·step + 8 bytes of each. The caller,
// unfilterPaeth in paeth_amd64.go, checks that these bytes exist and that pixels is not 0.
//
//	DI  dst      BX  step              X0  the pixel to the left, then this pixel
//	SI  src      CX  remaining pixels  X1  the pixel above left
//	DX  above                          X2  the pixel above
//	X3  the filtered pixel             X4, X5, X6  distances of the prediction from left, above and above left
//	X10 mask of the low byte of words  X7, X8, X9  scratch

DATA low<>+0(SB)/8, $0x00ff00ff00ff00ff
DATA low<>+8(SB)/8, $0x00ff00ff00ff00ff
GLOBL low<>(SB), RODATA|NOPTR, $16

// func paethAVX(dst, src, above *byte, step, pixels int)
TEXT ·paethAVX(SB), NOSPLIT, $0-40
	MOVQ  dst+0(FP), DI
	MOVQ  src+8(FP), SI
	MOVQ  above+16(FP), DX
	MOVQ  step+24(FP), BX
	MOVQ  pixels+32(FP), CX
	VPXOR X0, X0, X0
	VPXOR X1, X1, X1
	VMOVDQU low<>(SB), X10

pixel:
	VPMOVZXBW (DX), X2
	VPMOVZXBW (SI), X3
	VPSUBW    X1, X2, X4
	VPSUBW    X1, X0, X5
	VPADDW    X4, X5, X6
	VPABSW    X4, X4
	VPABSW    X5, X5
	VPABSW    X6, X6
	VPCMPGTW  X5, X4, X7     // above is nearer than left
	VPMINSW   X5, X4, X8
	VPBLENDVB X7, X2, X0, X0
	VPCMPGTW  X6, X8, X8     // above left is nearer than both
	VPBLENDVB X8, X1, X0, X0
	VPADDW    X3, X0, X0
	VPAND     X10, X0, X0
	VPACKUSWB X0, X0, X9
	VMOVQ     X9, (DI)
	VMOVDQA   X2, X1
	ADDQ      BX, DI
	ADDQ      BX, SI
	ADDQ      BX, DX
	DECQ      CX
	JNZ       pixel
	RET
