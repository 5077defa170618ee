//go:build !noasm

#include "textflag.h"

DATA weights<>+0(SB)/8, $0x191a1b1c1d1e1f20
DATA weights<>+8(SB)/8, $0x1112131415161718
DATA weights<>+16(SB)/8, $0x090a0b0c0d0e0f10
DATA weights<>+24(SB)/8, $0x0102030405060708
GLOBL weights<>(SB), RODATA|NOPTR, $32

DATA ones<>+0(SB)/8, $0x0001000100010001
GLOBL ones<>(SB), RODATA|NOPTR, $8

// func adlerAVX2(p *byte, blocks int) (sum, weighted uint32)
//
// Y0 is the sum of the bytes, Y1 that of the sums before each block, and Y2 of the bytes weighted within their blocks.
TEXT ·adlerAVX2(SB), NOSPLIT, $0-24
	MOVQ         p+0(FP), SI
	MOVQ         blocks+8(FP), CX
	VPXOR        Y0, Y0, Y0
	VPXOR        Y1, Y1, Y1
	VPXOR        Y2, Y2, Y2
	VPXOR        Y3, Y3, Y3
	VMOVDQU      weights<>(SB), Y4
	VPBROADCASTQ ones<>(SB), Y5

block:
	VMOVDQU    (SI), Y6
	VPADDD     Y0, Y1, Y1
	VPSADBW    Y3, Y6, Y7
	VPMADDUBSW Y4, Y6, Y6
	VPADDD     Y7, Y0, Y0
	VPMADDWD   Y5, Y6, Y6
	VPADDD     Y6, Y2, Y2
	ADDQ       $32, SI
	DECQ       CX
	JNZ        block

	VPSLLD       $5, Y1, Y1
	VPADDD       Y1, Y2, Y2
	VPHADDD      Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VPHADDD      X0, X0, X0
	VMOVD        X0, AX
	VPEXTRD      $1, X0, BX
	MOVL         AX, sum+16(FP)
	MOVL         BX, weighted+20(FP)
	VZEROUPPER
	RET
