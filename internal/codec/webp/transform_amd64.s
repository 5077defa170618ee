//go:build !noasm

#include "textflag.h"
#include "idct_amd64.h"

// func addGroupAVX2(dst *byte, stride, others int, c *group) bool
TEXT ·addGroupAVX2(SB), NOSPLIT, $0-33
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), BX
	MOVQ others+16(FP), DX
	MOVQ c+24(FP), SI
	LOAD(SI, tooLarge)
	IDCT
	JOIN
	LEAQ (DI)(BX*2), R8
	LEAQ (DI)(DX*1), R9
	LEAQ (R8)(DX*1), R10

	// The lower halves have the rows of blocks 0 and 1, the upper halves those of blocks 2 and 3.
	VMOVQ     (DI), X4
	VMOVHPS   (R9), X4, X4
	VMOVQ     (DI)(BX*1), X5
	VMOVHPS   (R9)(BX*1), X5, X5
	VMOVQ     (R8), X6
	VMOVHPS   (R10), X6, X6
	VMOVQ     (R8)(BX*1), X7
	VMOVHPS   (R10)(BX*1), X7, X7
	VPMOVZXBW X4, Y4
	VPMOVZXBW X5, Y5
	VPMOVZXBW X6, Y6
	VPMOVZXBW X7, Y7
	VPADDW    Y4, Y0, Y0
	VPADDW    Y5, Y1, Y1
	VPADDW    Y6, Y2, Y2
	VPADDW    Y7, Y3, Y3
	VPACKUSWB Y1, Y0, Y0
	VPACKUSWB Y3, Y2, Y2
	VMOVQ     X0, (DI)
	VMOVHPS   X0, (DI)(BX*1)
	VMOVQ     X2, (R8)
	VMOVHPS   X2, (R8)(BX*1)
	VEXTRACTI128 $1, Y0, X0
	VEXTRACTI128 $1, Y2, X2
	VMOVQ     X0, (R9)
	VMOVHPS   X0, (R9)(BX*1)
	VMOVQ     X2, (R10)
	VMOVHPS   X2, (R10)(BX*1)
	VZEROUPPER
	MOVB      $1, ret+32(FP)
	RET

tooLarge:
	VZEROUPPER
	MOVB $0, ret+32(FP)
	RET
