//go:build !noasm

#include "textflag.h"

DATA low<>+0(SB)/8, $0x00ff00ff00ff00ff
DATA low<>+8(SB)/8, $0x00ff00ff00ff00ff
GLOBL low<>(SB), RODATA|NOPTR, $16

// func paethAVX(dst, src, above *byte, step, pixels int)
//
// Bytes are taken as words, eight at a time; those that are not of the pixel don't matter and are written again with
// the next one. X0 is what is to the left, X1 what is above that, X2 what is above.
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
	VPABSW    X4, X4         // the distance of what is left
	VPABSW    X5, X5         // of what is above
	VPABSW    X6, X6         // of what is above left
	VPCMPGTW  X5, X4, X7
	VPMINSW   X5, X4, X8
	VPBLENDVB X7, X2, X0, X0
	VPCMPGTW  X6, X8, X8
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
