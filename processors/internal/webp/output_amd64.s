//go:build !noasm

#include "textflag.h"

DATA ones<>+0(SB)/8, $0x0101010101010101
GLOBL ones<>(SB), RODATA|NOPTR, $8

// func sumLanesAVX2(sums *uint64, pix *byte, stride, rows, words int)
TEXT ·sumLanesAVX2(SB), NOSPLIT, $0-40
	MOVQ         sums+0(FP), DI
	MOVQ         pix+8(FP), SI
	MOVQ         stride+16(FP), BX
	MOVQ         words+32(FP), DX
	VPBROADCASTQ ones<>(SB), Y2

columns:
	MOVQ  SI, R8
	MOVQ  rows+24(FP), CX
	VPXOR Y0, Y0, Y0

row:
	VMOVDQU    (R8), Y1
	VPMADDUBSW Y2, Y1, Y1
	VPADDW     Y1, Y0, Y0
	ADDQ       BX, R8
	DECQ       CX
	JNZ        row
	VMOVDQU    Y0, (DI)
	ADDQ       $32, DI
	ADDQ       $32, SI
	SUBQ       $4, DX
	JNZ        columns
	VZEROUPPER
	RET
