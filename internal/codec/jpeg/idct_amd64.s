//go:build !noasm

#include "textflag.h"

// idctAVX2 and idctSmallAVX2 compute the inverse DCT of the lowest n×n coefficients of a block. The result has n×n samples. The Go version
// is inverseGo in idct.go. Both give the same bits: they compute the same sums in the same order, and fuse no sum with a product.
// BenchmarkInverseDCT compares them.
//
// A pass computes n outputs from n inputs, in all lanes at once. The first pass transforms the rows of the picture; a lane is a vertical
// frequency. The second pass transforms the columns; a lane is a column. Outputs i and n-1-i have the same sum of even inputs, and opposite
// sums of odd inputs (see idct_generate.go). They are therefore computed together, from both ends to the middle. If n is odd, the middle is
// computed twice.
//
// The functions read all of b and of cosines for every n. The factors of inputs from n on are 0, so these inputs only have to be finite.
// The functions write n bytes at dst and n bytes at each of the n-1 strides after it. The caller, inverse in idct_amd64.go, checks that dst
// is long enough and that n fits the function.
//
//	SI   b                      Y8–Y15  the inputs of a pass: coefficients 0 to 7
//	DI   upper row of samples   Y0, Y1  the even and the odd sum
//	R11  lower row              Y2, Y3  the outputs i and n-1-i
//	R8   stride                 Y4–Y6   scratch
//	R9   n                      Y7      255 in all lanes (scratch in TRANSPOSE)
//	R12  factors of output i    R10     upper row of the first pass's outputs, on the stack
//	R13  n minus the number of bytes that one store writes; CX: 8 times that
//	AX, BX  the samples of the upper and of the lower row, the first one in the lowest byte

// OUTPUTS computes two outputs from the inputs F0 to F7, with the factors at OFF(R12).
#define OUTPUTS(OFF, F0, F1, F2, F3, F4, F5, F6, F7) \
	VMULPS (OFF+0)(R12), F0, Y0    \
	VMULPS (OFF+32)(R12), F1, Y1   \
	VMULPS (OFF+64)(R12), F2, Y4   \
	VADDPS Y4, Y0, Y0              \
	VMULPS (OFF+96)(R12), F3, Y5   \
	VADDPS Y5, Y1, Y1              \
	VMULPS (OFF+128)(R12), F4, Y2  \
	VADDPS Y2, Y0, Y0              \
	VMULPS (OFF+160)(R12), F5, Y3  \
	VADDPS Y3, Y1, Y1              \
	VMULPS (OFF+192)(R12), F6, Y4  \
	VADDPS Y4, Y0, Y0              \
	VMULPS (OFF+224)(R12), F7, Y5  \
	VADDPS Y5, Y1, Y1              \
	VADDPS Y1, Y0, Y2              \
	VSUBPS Y1, Y0, Y3

// TRANSPOSE transposes the 4×4 matrices in the lower and in the upper halves of A, B, C and D.
#define TRANSPOSE(A, B, C, D) \
	VUNPCKLPS B, A, Y4   \
	VUNPCKHPS B, A, Y5   \
	VUNPCKLPS D, C, Y6   \
	VUNPCKHPS D, C, Y7   \
	VSHUFPS $0x44, Y6, Y4, A \
	VSHUFPS $0xEE, Y6, Y4, B \
	VSHUFPS $0x44, Y7, Y5, C \
	VSHUFPS $0xEE, Y7, Y5, D

DATA most<>+0(SB)/4, $255.0
GLOBL most<>(SB), RODATA|NOPTR, $4

// idctAVX2 is for n from 5 to 8. The outputs of the first pass are rows of 8 lanes on the stack.
//
// func idctAVX2(b *block, dst *byte, stride, n int, cosines *[4][8][8]float32)
TEXT ·idctAVX2(SB), NOSPLIT, $256-40
	MOVQ b+0(FP), SI
	MOVQ dst+8(FP), DI
	MOVQ stride+16(FP), R8
	MOVQ n+24(FP), R9
	MOVQ cosines+32(FP), R12

	// The second pass also reads rows that the first pass does not write. They must be finite, and must not be subnormal numbers, which are
	// slow.
	VXORPS Y0, Y0, Y0
	VMOVUPS Y0, 160(SP)
	VMOVUPS Y0, 192(SP)
	VMOVUPS Y0, 224(SP)

	VMOVUPS (SI), Y8
	VMOVUPS 32(SI), Y9
	VMOVUPS 64(SI), Y10
	VMOVUPS 96(SI), Y11
	VMOVUPS 128(SI), Y12
	VMOVUPS 160(SI), Y13
	VMOVUPS 192(SI), Y14
	VMOVUPS 224(SI), Y15
	LEAQ 0(SP), R10
	LEAQ -1(R9), R11
	SHLQ $5, R11
	ADDQ R10, R11 // the last row

	MOVQ R12, R13

first:
	OUTPUTS(0, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15)
	VMOVUPS Y2, (R10)
	VMOVUPS Y3, (R11)
	ADDQ $256, R12
	ADDQ $32, R10
	SUBQ $32, R11
	CMPQ R10, R11
	JLE  first

	// Each register gets four lanes of one of the rows 0 to 3 in its lower half, and of one of the rows 4 to 7 in its upper half, for
	// TRANSPOSE.
	VMOVUPS 0(SP), X8
	VINSERTF128 $1, 128(SP), Y8, Y8
	VMOVUPS 32(SP), X9
	VINSERTF128 $1, 160(SP), Y9, Y9
	VMOVUPS 64(SP), X10
	VINSERTF128 $1, 192(SP), Y10, Y10
	VMOVUPS 96(SP), X11
	VINSERTF128 $1, 224(SP), Y11, Y11
	VMOVUPS 16(SP), X12
	VINSERTF128 $1, 144(SP), Y12, Y12
	VMOVUPS 48(SP), X13
	VINSERTF128 $1, 176(SP), Y13, Y13
	VMOVUPS 80(SP), X14
	VINSERTF128 $1, 208(SP), Y14, Y14
	VMOVUPS 112(SP), X15
	VINSERTF128 $1, 240(SP), Y15, Y15
	TRANSPOSE(Y8, Y9, Y10, Y11)
	TRANSPOSE(Y12, Y13, Y14, Y15)

	MOVQ R13, R12
	VBROADCASTSS most<>(SB), Y7
	LEAQ -1(R9), R11
	IMULQ R8, R11
	ADDQ DI, R11    // the last row
	LEAQ -4(R9), R13
	LEAQ (R13*8), CX

second:
	OUTPUTS(0, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15)
	VMINPS Y7, Y2, Y2
	VMINPS Y7, Y3, Y3
	VCVTTPS2DQ Y2, Y2
	VCVTTPS2DQ Y3, Y3
	VPACKSSDW Y3, Y2, Y2
	VPACKUSWB Y2, Y2, Y2
	VEXTRACTI128 $1, Y2, X3
	VPUNPCKLDQ X3, X2, X2
	VMOVQ X2, AX
	VPEXTRQ $1, X2, BX

	// Store n bytes of each row: the first four, and the last four, which may overlap.
	MOVL AX, (DI)
	MOVL BX, (R11)
	SHRQ CX, AX
	SHRQ CX, BX
	MOVL AX, (DI)(R13*1)
	MOVL BX, (R11)(R13*1)

	ADDQ $256, R12
	ADDQ R8, DI
	SUBQ R8, R11
	CMPQ DI, R11
	JLE  second
	VZEROUPPER
	RET

// SMALL is OUTPUTS for four inputs in four lanes.
#define SMALL(OFF, F0, F1, F2, F3) \
	VMULPS (OFF+0)(R12), F0, X0    \
	VMULPS (OFF+32)(R12), F1, X1   \
	VMULPS (OFF+64)(R12), F2, X4   \
	VADDPS X4, X0, X0              \
	VMULPS (OFF+96)(R12), F3, X5   \
	VADDPS X5, X1, X1              \
	VADDPS X1, X0, X2              \
	VSUBPS X1, X0, X3

// SMALLSTORE writes n bytes of the rows at DI and at R11: the first two, and the last two, which may overlap.
#define SMALLSTORE \
	VMINPS X7, X2, X2      \
	VMINPS X7, X3, X3      \
	VCVTTPS2DQ X2, X2      \
	VCVTTPS2DQ X3, X3      \
	VPACKSSDW X3, X2, X2   \
	VPACKUSWB X2, X2, X2   \
	VMOVQ X2, AX           \
	MOVQ AX, BX            \
	SHRQ $32, BX           \
	MOVW AX, (DI)          \
	MOVW BX, (R11)         \
	SHRQ CX, AX            \
	SHRQ CX, BX            \
	MOVW AX, (DI)(R13*1)   \
	MOVW BX, (R11)(R13*1)

// idctSmallAVX2 is for n of 3 and 4. The outputs of the first pass are rows of 4 lanes on the stack.
//
// func idctSmallAVX2(b *block, dst *byte, stride, n int, cosines *[4][8][8]float32)
TEXT ·idctSmallAVX2(SB), NOSPLIT, $64-40
	MOVQ b+0(FP), SI
	MOVQ dst+8(FP), DI
	MOVQ stride+16(FP), R8
	MOVQ n+24(FP), R9
	MOVQ cosines+32(FP), R12

	VXORPS X0, X0, X0
	VMOVUPS X0, 48(SP) // finite, as in idctAVX2
	VMOVUPS (SI), X8
	VMOVUPS 32(SI), X9
	VMOVUPS 64(SI), X10
	VMOVUPS 96(SI), X11
	LEAQ -1(R9), R11
	SHLQ $4, R11

	SMALL(0, X8, X9, X10, X11)
	VMOVUPS X2, 0(SP)
	VMOVUPS X3, 0(SP)(R11*1)
	SMALL(256, X8, X9, X10, X11)
	VMOVUPS X2, 16(SP)
	VMOVUPS X3, -16(SP)(R11*1)

	VMOVUPS 0(SP), X8
	VMOVUPS 16(SP), X9
	VMOVUPS 32(SP), X10
	VMOVUPS 48(SP), X11
	VUNPCKLPS X9, X8, X4
	VUNPCKHPS X9, X8, X5
	VUNPCKLPS X11, X10, X6
	VUNPCKHPS X11, X10, X7
	VSHUFPS $0x44, X6, X4, X8
	VSHUFPS $0xEE, X6, X4, X9
	VSHUFPS $0x44, X7, X5, X10
	VSHUFPS $0xEE, X7, X5, X11

	VBROADCASTSS most<>(SB), X7
	LEAQ -1(R9), R11
	IMULQ R8, R11
	ADDQ DI, R11
	LEAQ -2(R9), R13
	LEAQ (R13*8), CX
	SMALL(0, X8, X9, X10, X11)
	SMALLSTORE
	ADDQ R8, DI
	SUBQ R8, R11
	SMALL(256, X8, X9, X10, X11)
	SMALLSTORE
	RET
