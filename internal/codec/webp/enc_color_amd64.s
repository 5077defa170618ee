//go:build !noasm

#include "textflag.h"

// Factors of R, G, B and the unused fourth byte of two pixels: 8414, 16520, 3208 for Y'; -4857, -9535, 14392 for Cb; 14392, -12052, -2340 for
// Cr. The constants that follow the factors are added before the shift.
DATA toY<>+0(SB)/8, $0x00000c88408820de
DATA toY<>+8(SB)/8, $0x00000c88408820de
DATA toY<>+16(SB)/8, $0x00000c88408820de
DATA toY<>+24(SB)/8, $0x00000c88408820de
GLOBL toY<>(SB), RODATA|NOPTR, $32
DATA toCb<>+0(SB)/8, $0x00003838dac1ed07
DATA toCb<>+8(SB)/8, $0x00003838dac1ed07
DATA toCb<>+16(SB)/8, $0x00003838dac1ed07
DATA toCb<>+24(SB)/8, $0x00003838dac1ed07
GLOBL toCb<>(SB), RODATA|NOPTR, $32
DATA toCr<>+0(SB)/8, $0x0000f6dcd0ec3838
DATA toCr<>+8(SB)/8, $0x0000f6dcd0ec3838
DATA toCr<>+16(SB)/8, $0x0000f6dcd0ec3838
DATA toCr<>+24(SB)/8, $0x0000f6dcd0ec3838
GLOBL toCr<>(SB), RODATA|NOPTR, $32
DATA roundY<>+0(SB)/8, $0x0008400000084000
DATA roundY<>+8(SB)/8, $0x0008400000084000
DATA roundY<>+16(SB)/8, $0x0008400000084000
DATA roundY<>+24(SB)/8, $0x0008400000084000
GLOBL roundY<>(SB), RODATA|NOPTR, $32
DATA roundC<>+0(SB)/8, $0x0101000001010000
DATA roundC<>+8(SB)/8, $0x0101000001010000
DATA roundC<>+16(SB)/8, $0x0101000001010000
DATA roundC<>+24(SB)/8, $0x0101000001010000
GLOBL roundC<>(SB), RODATA|NOPTR, $32

// func convertQuadsAVX2(upper, lower, luma, next, cb, cr *byte, n int)
TEXT ·convertQuadsAVX2(SB), NOSPLIT, $0-56
	MOVQ    upper+0(FP), SI
	MOVQ    lower+8(FP), DX
	MOVQ    luma+16(FP), DI
	MOVQ    next+24(FP), R8
	MOVQ    cb+32(FP), R9
	MOVQ    cr+40(FP), R10
	MOVQ    n+48(FP), CX
	VMOVDQU toY<>(SB), Y11
	VMOVDQU toCb<>(SB), Y12
	VMOVDQU toCr<>(SB), Y13
	VMOVDQU roundY<>(SB), Y14
	VMOVDQU roundC<>(SB), Y15

next:
	VPMOVZXBW (SI), Y0
	VPMOVZXBW 16(SI), Y1
	VPMOVZXBW (DX), Y2
	VPMOVZXBW 16(DX), Y3

	// Y' of pixels 0, 1, 4, 5 and 2, 3, 6, 7, of the upper row and of the lower row.
	VPMADDWD     Y11, Y0, Y4
	VPMADDWD     Y11, Y1, Y5
	VPMADDWD     Y11, Y2, Y6
	VPMADDWD     Y11, Y3, Y7
	VPHADDD      Y5, Y4, Y4
	VPHADDD      Y7, Y6, Y6
	VPADDD       Y14, Y4, Y4
	VPADDD       Y14, Y6, Y6
	VPSRAD       $15, Y4, Y4
	VPSRAD       $15, Y6, Y6
	VPACKSSDW    Y6, Y4, Y4
	VPACKUSWB    Y4, Y4, Y4
	VEXTRACTI128 $1, Y4, X5
	VPUNPCKLWD   X5, X4, X4
	VMOVQ        X4, (DI)
	VPEXTRQ      $1, X4, (R8)

	// Cb and Cr of the sums of 2×2 pixels: columns 0 and 1, 4 and 5, 2 and 3, 6 and 7.
	VPADDW       Y2, Y0, Y0
	VPADDW       Y3, Y1, Y1
	VPUNPCKLQDQ  Y1, Y0, Y4
	VPUNPCKHQDQ  Y1, Y0, Y5
	VPADDW       Y5, Y4, Y4
	VPMADDWD     Y12, Y4, Y5
	VPMADDWD     Y13, Y4, Y6
	VPHADDD      Y6, Y5, Y5
	VPADDD       Y15, Y5, Y5
	VPSRAD       $17, Y5, Y5
	VPACKSSDW    Y5, Y5, Y5
	VPACKUSWB    Y5, Y5, Y5
	VEXTRACTI128 $1, Y5, X6
	VPUNPCKLBW   X6, X5, X5
	VMOVD        X5, (R9)
	VPEXTRD      $1, X5, (R10)

	ADDQ $32, SI
	ADDQ $32, DX
	ADDQ $8, DI
	ADDQ $8, R8
	ADDQ $4, R9
	ADDQ $4, R10
	SUBQ $8, CX
	JNZ  next
	VZEROUPPER
	RET
