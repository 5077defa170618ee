//go:build !noasm

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

// WORDS sets a register to 16 times a word.
#define WORDS(word, general, x, y) \
	MOVL         $word, general \
	VMOVD        general, x     \
	VPBROADCASTW x, y

// The factors and offsets of rgb.go, as words.
#define lumaFactor Y15
#define crToRed Y14
#define cbToGreen Y13
#define crToGreen Y12
#define cbToBlue Y11
DATA offsets<>+0(SB)/4, $0x379a379a // 14234, of red
DATA offsets<>+4(SB)/4, $0x22042204 // 8708, of green
DATA offsets<>+8(SB)/4, $0x45154515 // 17685, of blue
DATA offsets<>+12(SB)/4, $0x00080008
DATA offsets<>+16(SB)/4, $0xff00ff00
GLOBL offsets<>(SB), RODATA|NOPTR, $20

// UPSAMPLE makes the chroma of 32 pixels of 16 samples at p: 256 times that of pixels 0 to 7 and 16 to 23 in low, that of the others in
// high. It needs Y10 and Y9 from offsets.
#define UPSAMPLE(p, low, high, a, b) \
	VMOVDQU    2(p), a        \
	VPADDW     a, a, b        \
	VPADDW     a, b, a        \
	VPADDW     Y10, a, a      \
	VPADDW     (p), a, b      \
	VPADDW     4(p), a, a     \
	VPSLLW     $4, a, a       \
	VPSLLW     $4, b, b       \
	VPAND      Y9, a, a       \
	VPAND      Y9, b, b       \
	VPUNPCKLWD a, b, low      \
	VPUNPCKHWD a, b, high

// CONVERT makes red, green and blue, as words, of 256 times y, u and v, which it overwrites.
#define CONVERT(y, u, v, r, g, b, t) \
	VPMULHUW lumaFactor, y, y     \
	VPMULHUW crToRed, v, r        \
	VPMULHUW crToGreen, v, v      \
	VPMULHUW cbToGreen, u, g      \
	VPMULHUW cbToBlue, u, b       \
	VPADDW   v, g, g              \
	VPBROADCASTD offsets<>+0(SB), t \
	VPSUBW   t, y, u              \
	VPADDW   u, r, r              \
	VPBROADCASTD offsets<>+4(SB), t \
	VPADDW   t, y, u              \
	VPSUBW   g, u, g              \
	VPBROADCASTD offsets<>+8(SB), t \
	VPADDUSW y, b, b              \
	VPSUBUSW t, b, b              \
	VPSRAW   $6, r, r             \
	VPSRAW   $6, g, g             \
	VPSRLW   $6, b, b

// func convertRowAVX2(dst, luma *byte, cb, cr *uint16, n int)
TEXT ·convertRowAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ luma+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	WORDS(19077, AX, X15, lumaFactor)
	WORDS(26149, AX, X14, crToRed)
	WORDS(6419, AX, X13, cbToGreen)
	WORDS(13320, AX, X12, crToGreen)
	WORDS(33050, AX, X11, cbToBlue)
	VPBROADCASTD offsets<>+12(SB), Y10
	VPBROADCASTD offsets<>+16(SB), Y9

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
