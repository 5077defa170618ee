//go:build !noasm

#include "go_asm.h"
#include "textflag.h"

// func blendAVX2(dst *uint16, near, far *byte, n int)
TEXT ·blendAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ near+8(FP), SI
	MOVQ far+16(FP), DX
	MOVQ n+24(FP), CX

samples:
	VPMOVZXBW (SI), Y0
	VPMOVZXBW (DX), Y1
	VPADDW    Y0, Y1, Y1
	VPADDW    Y0, Y0, Y0
	VPADDW    Y1, Y0, Y0
	VMOVDQU   Y0, (DI)
	ADDQ      $16, SI
	ADDQ      $16, DX
	ADDQ      $32, DI
	SUBQ      $16, CX
	JGT       samples
	VZEROUPPER
	RET

// TWICE is a word, repeated twice.
#define TWICE(word) $(((word)&0xffff)*0x10001)

DATA words<>+0(SB)/4, TWICE(const_lumaFactor)
DATA words<>+4(SB)/4, TWICE(const_crToRed)
DATA words<>+8(SB)/4, TWICE(const_cbToGreen)
DATA words<>+12(SB)/4, TWICE(const_crToGreen)
DATA words<>+16(SB)/4, TWICE(const_cbToBlue)
DATA words<>+20(SB)/4, TWICE(const_redOffset)
DATA words<>+24(SB)/4, TWICE(const_greenOffset)
DATA words<>+28(SB)/4, TWICE(const_blueOffset)
DATA words<>+32(SB)/4, TWICE(8)
DATA words<>+36(SB)/4, TWICE(0xff00)
GLOBL words<>(SB), RODATA|NOPTR, $40

#define lumaFactor Y15
#define crToRed Y14
#define cbToGreen Y13
#define crToGreen Y12
#define cbToBlue Y11
#define eight Y10
#define whole Y9 // mask of the upper bytes of words

// UPSAMPLE computes the chroma of 32 pixels, times 256, from the output of blend at p. low gets the chroma of pixels 0 to 7 and 16 to 23, and
// high the chroma of the other pixels.
#define UPSAMPLE(p, low, high, a, b) \
	VMOVDQU    2(p), a     \
	VPADDW     a, a, b     \
	VPADDW     a, b, a     \
	VPADDW     eight, a, a \
	VPADDW     (p), a, b   \
	VPADDW     4(p), a, a  \
	VPSLLW     $4, a, a    \
	VPSLLW     $4, b, b    \
	VPAND      whole, a, a \
	VPAND      whole, b, b \
	VPUNPCKLWD a, b, low   \
	VPUNPCKHWD a, b, high

// CONVERT converts 16 pixels like convertRowGo. y, u and v are the components, times 256; CONVERT overwrites them. r, g and b get red,
// green and blue, as words that are not clamped yet.
#define CONVERT(y, u, v, r, g, b, t) \
	VPMULHUW lumaFactor, y, y      \
	VPMULHUW crToRed, v, r         \
	VPMULHUW crToGreen, v, v       \
	VPMULHUW cbToGreen, u, g       \
	VPMULHUW cbToBlue, u, b        \
	VPADDW   v, g, g               \
	VPBROADCASTD words<>+20(SB), t \
	VPSUBW   t, y, u               \
	VPADDW   u, r, r               \
	VPBROADCASTD words<>+24(SB), t \
	VPSUBW   t, y, u               \
	VPSUBW   g, u, g               \
	VPBROADCASTD words<>+28(SB), t \
	VPADDUSW y, b, b               \
	VPSUBUSW t, b, b               \
	VPSRAW   $6, r, r              \
	VPSRAW   $6, g, g              \
	VPSRLW   $6, b, b

// func convertRowAVX2(dst, luma *byte, cb, cr *uint16, n int)
TEXT ·convertRowAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ luma+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	VPBROADCASTD words<>+0(SB), lumaFactor
	VPBROADCASTD words<>+4(SB), crToRed
	VPBROADCASTD words<>+8(SB), cbToGreen
	VPBROADCASTD words<>+12(SB), crToGreen
	VPBROADCASTD words<>+16(SB), cbToBlue
	VPBROADCASTD words<>+32(SB), eight
	VPBROADCASTD words<>+36(SB), whole

pixels:
	UPSAMPLE(R8, Y0, Y1, Y6, Y7)
	UPSAMPLE(R9, Y2, Y3, Y6, Y7)
	VPXOR       Y8, Y8, Y8
	VMOVDQU     (SI), Y7
	VPUNPCKLBW  Y7, Y8, Y4
	VPUNPCKHBW  Y7, Y8, Y5
	CONVERT(Y4, Y0, Y2, Y6, Y7, Y8, Y2)    // red, green, blue
	CONVERT(Y5, Y1, Y3, Y0, Y2, Y4, Y3)
	VPACKUSWB   Y0, Y6, Y0
	VPACKUSWB   Y2, Y7, Y1
	VPACKUSWB   Y4, Y8, Y2
	VPCMPEQB    Y3, Y3, Y3
	VPUNPCKLBW  Y1, Y0, Y4                 // red and green, blue and alpha
	VPUNPCKHBW  Y1, Y0, Y5
	VPUNPCKLBW  Y3, Y2, Y6
	VPUNPCKHBW  Y3, Y2, Y7
	VPUNPCKLWD  Y6, Y4, Y0                 // pixels 0 to 3 and 16 to 19, and so on
	VPUNPCKHWD  Y6, Y4, Y1
	VPUNPCKLWD  Y7, Y5, Y2
	VPUNPCKHWD  Y7, Y5, Y3
	VPERM2I128  $0x20, Y1, Y0, Y4
	VPERM2I128  $0x20, Y3, Y2, Y5
	VPERM2I128  $0x31, Y1, Y0, Y6
	VPERM2I128  $0x31, Y3, Y2, Y7
	VMOVDQU     Y4, (DI)
	VMOVDQU     Y5, 32(DI)
	VMOVDQU     Y6, 64(DI)
	VMOVDQU     Y7, 96(DI)
	ADDQ        $32, SI
	ADDQ        $32, R8
	ADDQ        $32, R9
	ADDQ        $128, DI
	SUBQ        $32, CX
	JGT         pixels
	VZEROUPPER
	RET
