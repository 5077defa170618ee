//go:build !noasm

#include "textflag.h"

// convertQuadsAVX2 converts RGB to Y'CbCr with chroma at half the width and height. The Go version is convertQuadsGo in enc_color.go; both
// give the same bits.
//
//	SI, DI  upper and lower row of pixels    R8, R9    their luma
//	CX      remaining pixels of a row        R10, R11  cb, cr

// The weights of R, G and B, as in packedRGB.
DATA lumaWeights<>+0(SB)/8, $0x000001D3096404C9 // 1225, 2404, 467
DATA lumaWeights<>+8(SB)/8, $0x000001D3096404C9
DATA lumaWeights<>+16(SB)/8, $0x000001D3096404C9
DATA lumaWeights<>+24(SB)/8, $0x000001D3096404C9
GLOBL lumaWeights<>(SB), RODATA|NOPTR, $32

DATA cbWeights<>+0(SB)/8, $0x00000800FAB3FD4D // -691, -1357, 2048
DATA cbWeights<>+8(SB)/8, $0x00000800FAB3FD4D
DATA cbWeights<>+16(SB)/8, $0x00000800FAB3FD4D
DATA cbWeights<>+24(SB)/8, $0x00000800FAB3FD4D
GLOBL cbWeights<>(SB), RODATA|NOPTR, $32

DATA crWeights<>+0(SB)/8, $0x0000FEB3F94D0800 // 2048, -1715, -333
DATA crWeights<>+8(SB)/8, $0x0000FEB3F94D0800
DATA crWeights<>+16(SB)/8, $0x0000FEB3F94D0800
DATA crWeights<>+24(SB)/8, $0x0000FEB3F94D0800
GLOBL crWeights<>(SB), RODATA|NOPTR, $32

DATA lumaRounding<>+0(SB)/4, $2048
GLOBL lumaRounding<>(SB), RODATA|NOPTR, $4

DATA chromaRounding<>+0(SB)/4, $2105340 // 4 × (128 × 4096 + 2047)
GLOBL chromaRounding<>(SB), RODATA|NOPTR, $4

// LUMA replaces A by the luma of 8 pixels, which are words in A and B. The order of the result is 0, 1, 4, 5, and 2, 3, 6, 7.
#define LUMA(A, B, TO, T) \
	VPMADDWD Y15, A, TO \
	VPMADDWD Y15, B, T  \
	VPHADDD T, TO, TO   \
	VPADDD Y12, TO, TO  \
	VPSRLD $12, TO, TO

// func convertQuadsAVX2(upper, lower, luma, next, cb, cr *byte, n int)
TEXT ·convertQuadsAVX2(SB), NOSPLIT, $0-56
	MOVQ upper+0(FP), SI
	MOVQ lower+8(FP), DI
	MOVQ luma+16(FP), R8
	MOVQ next+24(FP), R9
	MOVQ cb+32(FP), R10
	MOVQ cr+40(FP), R11
	MOVQ n+48(FP), CX
	VMOVDQU lumaWeights<>(SB), Y15
	VMOVDQU cbWeights<>(SB), Y14
	VMOVDQU crWeights<>(SB), Y13
	VPBROADCASTD lumaRounding<>(SB), Y12
	VPBROADCASTD chromaRounding<>(SB), Y11

loop:
	VPMOVZXBW (SI), Y0
	VPMOVZXBW 16(SI), Y1
	VPMOVZXBW (DI), Y2
	VPMOVZXBW 16(DI), Y3
	LUMA(Y0, Y1, Y4, Y5)
	LUMA(Y2, Y3, Y6, Y7)
	VPACKUSDW Y6, Y4, Y4
	VPACKUSWB Y4, Y4, Y4
	VEXTRACTI128 $1, Y4, X5
	VPUNPCKLWD X5, X4, X4
	VMOVQ X4, (R8)
	VPEXTRQ $1, X4, (R9)

	VPADDW Y2, Y0, Y0
	VPADDW Y3, Y1, Y1
	VPUNPCKLQDQ Y1, Y0, Y2 // pixels 0 and 4, 2 and 6
	VPUNPCKHQDQ Y1, Y0, Y3 // 1 and 5, 3 and 7
	VPADDW Y3, Y2, Y2
	VPMADDWD Y14, Y2, Y3
	VPMADDWD Y13, Y2, Y4
	VPHADDD Y4, Y3, Y3
	VPADDD Y11, Y3, Y3
	VPSRLD $14, Y3, Y3
	VPACKUSDW Y3, Y3, Y3
	VPACKUSWB Y3, Y3, Y3
	VEXTRACTI128 $1, Y3, X4
	VPUNPCKLBW X4, X3, X3
	VMOVD X3, (R10)
	VPEXTRD $1, X3, (R11)

	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $8, R8
	ADDQ $8, R9
	ADDQ $4, R10
	ADDQ $4, R11
	SUBQ $8, CX
	JNZ loop
	VZEROUPPER
	RET
