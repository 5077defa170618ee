//go:build !noasm

#include "textflag.h"

// func toRGBAVX2(line, luma, cb, cr *byte, n int)
TEXT ·toRGBAVX2(SB), NOSPLIT, $0-40
	MOVQ line+0(FP), DI
	MOVQ luma+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX

#define BROADCAST(value, x, y) MOVL $value, AX; VMOVD AX, x; VPBROADCASTD x, y
	BROADCAST(0x10101, X8, Y8)
	BROADCAST(128, X9, Y9)
	BROADCAST(91881, X10, Y10)
	BROADCAST(22554, X11, Y11)
	BROADCAST(46802, X12, Y12)
	BROADCAST(116130, X13, Y13)
	BROADCAST(255, X14, Y14)
	VPXOR   Y15, Y15, Y15
	VPSLLD  $24, Y14, Y7          // alpha

loop:
	VPMOVZXBD (SI), Y0
	VPMOVZXBD (R8), Y1
	VPMOVZXBD (R9), Y2
	VPMULLD   Y8, Y0, Y0
	VPSUBD    Y9, Y1, Y1
	VPSUBD    Y9, Y2, Y2
	VPMULLD   Y10, Y2, Y3
	VPMULLD   Y11, Y1, Y4
	VPMULLD   Y12, Y2, Y5
	VPMULLD   Y13, Y1, Y6
	VPADDD    Y3, Y0, Y3          // red
	VPSUBD    Y4, Y0, Y4
	VPSUBD    Y5, Y4, Y4          // green
	VPADDD    Y6, Y0, Y6          // blue
	VPSRAD    $16, Y3, Y3
	VPSRAD    $16, Y4, Y4
	VPSRAD    $16, Y6, Y6
	VPMAXSD   Y15, Y3, Y3
	VPMAXSD   Y15, Y4, Y4
	VPMAXSD   Y15, Y6, Y6
	VPMINSD   Y14, Y3, Y3
	VPMINSD   Y14, Y4, Y4
	VPMINSD   Y14, Y6, Y6
	VPSLLD    $8, Y4, Y4
	VPSLLD    $16, Y6, Y6
	VPOR      Y7, Y3, Y3
	VPOR      Y4, Y3, Y3
	VPOR      Y6, Y3, Y3
	VMOVDQU   Y3, (DI)
	ADDQ      $8, SI
	ADDQ      $8, R8
	ADDQ      $8, R9
	ADDQ      $32, DI
	SUBQ      $8, CX
	JNZ       loop

	VZEROUPPER
	RET
