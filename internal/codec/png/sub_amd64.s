//go:build !noasm

#include "textflag.h"

// subAVX undoes the filter Sub (9.2) for all whole pixels of a vector at once. The Go version is unfilterSubGo in
// unfilter.go; BenchmarkSubAgainstGo compares them.
//
// It computes prefix sums of the pixels. A vector is added to itself shifted by one pixel, then by two, four and eight pixels.
// Each pixel is then the sum of all pixels up to it. The last pixel of the previous vector is added to all of them. Only this
// addition depends on the previous vector. VPSHUFB shifts the vectors by the tables of subTables in sub_amd64.go.
//
// The function reads and writes (vectors-1)·bytes + 16 bytes. The last of these bytes may be part of a pixel; the next vector
// or unfilterSubGo overwrites them. The caller, unfilterSub in sub_amd64.go, checks that dst and src have these bytes and
// that vectors is not 0.
//
//	DI  dst       BX  bytes of whole pixels per vector   X0  the last pixel, repeated
//	SI  src       CX  remaining vectors                  X1  the vector; X2  the shifted vector
//	X3 to X6  tables that shift by 1, 2, 4 and 8 pixels; X7  table that repeats the last pixel

// func subAVX(dst, src *byte, tables *[5][16]byte, bytes, vectors int)
TEXT ·subAVX(SB), NOSPLIT, $0-40
	MOVQ    dst+0(FP), DI
	MOVQ    src+8(FP), SI
	MOVQ    tables+16(FP), DX
	MOVQ    bytes+24(FP), BX
	MOVQ    vectors+32(FP), CX
	VMOVDQU (DX), X3
	VMOVDQU 16(DX), X4
	VMOVDQU 32(DX), X5
	VMOVDQU 48(DX), X6
	VMOVDQU 64(DX), X7
	VPXOR   X0, X0, X0

vector:
	VMOVDQU (SI), X1
	VPSHUFB X3, X1, X2
	VPADDB  X2, X1, X1
	VPSHUFB X4, X1, X2
	VPADDB  X2, X1, X1
	VPSHUFB X5, X1, X2
	VPADDB  X2, X1, X1
	VPSHUFB X6, X1, X2
	VPADDB  X2, X1, X1
	VPADDB  X0, X1, X1
	VMOVDQU X1, (DI)
	VPSHUFB X7, X1, X0
	ADDQ    BX, DI
	ADDQ    BX, SI
	DECQ    CX
	JNZ     vector
	RET
