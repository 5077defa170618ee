//go:build !noasm

#include "textflag.h"

// The filter Sub (9.2), undone for as many whole pixels as a vector has. The twin is unfilterSubGo, in unfilter.go;
// BenchmarkSubAgainstGo compares the two.
//
// Adding a vector to itself, moved by one pixel, makes sums of two pixels; moved by two, by four and by eight pixels,
// sums of all pixels up to each. The last pixel of the vector before is then added to each. Only this addition waits for
// the vector before. Vectors are moved by VPSHUFB, whose tables are those of subTables in sub_amd64.go.
//
// Read and written are (vectors-1)·bytes + 16 bytes. The last of the 16 bytes may be part of a pixel, and are written
// again with the next vector, or by the twin. The caller, unfilterSub in sub_amd64.go, makes sure that dst and src have
// these bytes, and that vectors is not 0.
//
//	DI  dst       BX  bytes of a vector that count   X0  the last pixel, again and again
//	SI  src       CX  vectors left                   X1  the vector, X2 the vector moved
//	X3 to X6  tables that move by 1, 2, 4 and 8 pixels; X7 the table that repeats the last pixel

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
