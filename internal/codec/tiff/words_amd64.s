//go:build !noasm

#include "textflag.h"

// wordsAVX undoes horizontal differencing of two pixels at a time, each of three or four samples of 16 bits. The Go version is
// accumulateWordsGo in predictor.go; BenchmarkWordsAgainstGo compares them.
//
// A vector of two pixels is added to itself shifted by one pixel, and the last pixel of the previous vector is added to both. Only
// this addition depends on the previous vector. VPSHUFB makes the samples little-endian for the additions and big-endian after
// them, and shifts them, by the tables of wordTable in words_amd64.go.
//
// The function reads and writes (vectors-1)·bytes + 16 bytes. The last of these bytes may be part of a pixel; the next vector
// or the caller overwrites them. The caller, accumulateWords, checks that dst and src have these bytes and that vectors is not 0.
//
//	DI  dst       BX  bytes of whole pixels per vector   X0  the last pixel, repeated
//	SI  src       CX  remaining vectors                  X1  the vector; X2  the shifted vector
//	X3  table of the vector; X4  table of the shifted vector; X5  table that repeats the last pixel; X6  table of the result

// func wordsAVX(dst, src *byte, tables *[4][16]byte, bytes, vectors int)
TEXT ·wordsAVX(SB), NOSPLIT, $0-40
	MOVQ    dst+0(FP), DI
	MOVQ    src+8(FP), SI
	MOVQ    tables+16(FP), DX
	MOVQ    bytes+24(FP), BX
	MOVQ    vectors+32(FP), CX
	VMOVDQU (DX), X3
	VMOVDQU 16(DX), X4
	VMOVDQU 32(DX), X5
	VMOVDQU 48(DX), X6
	VPXOR   X0, X0, X0

vector:
	VMOVDQU (SI), X1
	VPSHUFB X4, X1, X2
	VPSHUFB X3, X1, X1
	VPADDW  X2, X1, X1
	VPADDW  X0, X1, X1
	VPSHUFB X5, X1, X0
	VPSHUFB X6, X1, X1
	VMOVDQU X1, (DI)
	ADDQ    BX, DI
	ADDQ    BX, SI
	DECQ    CX
	JNZ     vector
	RET

// swapAVX reverses the two bytes of samples of 16 bits, eight samples at a time. The Go version is swapWordsGo in words.go;
// BenchmarkWordsAgainstGo compares them.
//
//	DI  dst       CX  remaining vectors
//	SI  src       X0, X1  the vector

// func swapAVX(dst, src *byte, vectors int)
TEXT ·swapAVX(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ vectors+16(FP), CX

vector:
	VMOVDQU (SI), X0
	VPSRLW  $8, X0, X1
	VPSLLW  $8, X0, X0
	VPOR    X1, X0, X0
	VMOVDQU X0, (DI)
	ADDQ    $16, DI
	ADDQ    $16, SI
	DECQ    CX
	JNZ     vector
	RET
