//go:build !noasm

#include "textflag.h"

// forwardAVX2 computes the forward DCT of 8×8 samples and quantizes the coefficients. The Go version is forwardGo in enc_forward.go. Both
// give the same bits: they compute the same sums in the same order, and fuse no sum with a product. BenchmarkForward compares them.
//
// A pass transforms eight vectors: Y0 to Y3 (or Y8 to Y11), and Y4 to Y7. The first pass transforms the columns of the picture; a lane is a
// column. After a transposition, the second pass transforms the rows; a lane is a vertical frequency.
//
//	DI  b        SI  row of samples    AX  nonzero     CX  weak
//	R8  stride   DX  q                 Y12–Y15  scratch

DATA halfRoot<>+0(SB)/4, $0.707106781
DATA halfRoot<>+4(SB)/4, $0.707106781
DATA halfRoot<>+8(SB)/4, $0.707106781
DATA halfRoot<>+12(SB)/4, $0.707106781
DATA halfRoot<>+16(SB)/4, $0.707106781
DATA halfRoot<>+20(SB)/4, $0.707106781
DATA halfRoot<>+24(SB)/4, $0.707106781
DATA halfRoot<>+28(SB)/4, $0.707106781
GLOBL halfRoot<>(SB), RODATA|NOPTR, $32

DATA sine6<>+0(SB)/4, $0.382683433
DATA sine6<>+4(SB)/4, $0.382683433
DATA sine6<>+8(SB)/4, $0.382683433
DATA sine6<>+12(SB)/4, $0.382683433
DATA sine6<>+16(SB)/4, $0.382683433
DATA sine6<>+20(SB)/4, $0.382683433
DATA sine6<>+24(SB)/4, $0.382683433
DATA sine6<>+28(SB)/4, $0.382683433
GLOBL sine6<>(SB), RODATA|NOPTR, $32

DATA diff26<>+0(SB)/4, $0.541196100
DATA diff26<>+4(SB)/4, $0.541196100
DATA diff26<>+8(SB)/4, $0.541196100
DATA diff26<>+12(SB)/4, $0.541196100
DATA diff26<>+16(SB)/4, $0.541196100
DATA diff26<>+20(SB)/4, $0.541196100
DATA diff26<>+24(SB)/4, $0.541196100
DATA diff26<>+28(SB)/4, $0.541196100
GLOBL diff26<>(SB), RODATA|NOPTR, $32

DATA sum26<>+0(SB)/4, $1.306562965
DATA sum26<>+4(SB)/4, $1.306562965
DATA sum26<>+8(SB)/4, $1.306562965
DATA sum26<>+12(SB)/4, $1.306562965
DATA sum26<>+16(SB)/4, $1.306562965
DATA sum26<>+20(SB)/4, $1.306562965
DATA sum26<>+24(SB)/4, $1.306562965
DATA sum26<>+28(SB)/4, $1.306562965
GLOBL sum26<>(SB), RODATA|NOPTR, $32

// levelShift, in the lane of DC
DATA shift<>+0(SB)/4, $8192.0
DATA shift<>+4(SB)/4, $0.0
DATA shift<>+8(SB)/8, $0
DATA shift<>+16(SB)/8, $0
DATA shift<>+24(SB)/8, $0
GLOBL shift<>(SB), RODATA|NOPTR, $32

// LOAD converts eight samples to floats.
#define LOAD(Y) \
	VPMOVZXBD (SI), Y \
	ADDQ R8, SI       \
	VCVTDQ2PS Y, Y

// TRANSFORM transforms the vectors D0 to D3, Y4 to Y7. The results are the frequencies D0, Y4, D2, Y6, D1, Y5, D3, Y7.
#define TRANSFORM(D0, D1, D2, D3, T0, T1, T2, T3) \
	VADDPS Y7, D0, T0 \
	VSUBPS Y7, D0, Y7 \
	VADDPS Y6, D1, T1 \
	VSUBPS Y6, D1, Y6 \
	VADDPS Y5, D2, T2 \
	VSUBPS Y5, D2, Y5 \
	VADDPS Y4, D3, T3 \
	VSUBPS Y4, D3, Y4 \
	VADDPS T3, T0, Y12 \
	VSUBPS T3, T0, T0 \
	VADDPS T2, T1, Y13 \
	VSUBPS T2, T1, T1 \
	VADDPS Y13, Y12, D0 \
	VSUBPS Y13, Y12, D1 \
	VADDPS T0, T1, T1 \
	VMULPS halfRoot<>(SB), T1, T1 \
	VADDPS T1, T0, D2 \
	VSUBPS T1, T0, D3 \
	VADDPS Y5, Y4, T0 \
	VADDPS Y6, Y5, T1 \
	VADDPS Y7, Y6, T2 \
	VSUBPS T2, T0, T3 \
	VMULPS sine6<>(SB), T3, T3 \
	VMULPS diff26<>(SB), T0, T0 \
	VADDPS T3, T0, T0 \
	VMULPS sum26<>(SB), T2, T2 \
	VADDPS T3, T2, T2 \
	VMULPS halfRoot<>(SB), T1, T1 \
	VADDPS T1, Y7, Y12 \
	VSUBPS T1, Y7, Y13 \
	VADDPS T0, Y13, Y5 \
	VSUBPS T0, Y13, Y6 \
	VADDPS T2, Y12, Y4 \
	VSUBPS T2, Y12, Y7

// QUANTIZE quantizes 16 coefficients, in A and B, and stores them at index N. EQ gets a mask of those that are 0, and A a mask of those
// that are weak.
#define QUANTIZE(N, A, B, EQ) \
	VMULPS (4*N)(DX), A, A          \
	VMULPS (4*N+32)(DX), B, B       \
	VANDPS Y15, A, Y0               \
	VANDPS Y15, B, Y1               \
	VCMPPS $17, (4*N+512)(DX), Y0, Y12 \
	VCMPPS $17, (4*N+544)(DX), Y1, Y13 \
	VCMPPS $13, (4*N+256)(DX), Y0, Y0 \
	VCMPPS $13, (4*N+288)(DX), Y1, Y1 \
	VANDPS Y0, A, A                 \
	VANDPS Y1, B, B                 \
	VCVTPS2DQ A, A                  \
	VCVTPS2DQ B, B                  \
	VPACKSSDW B, A, A               \
	VPERMQ $0xD8, A, A              \
	VMOVDQU A, (2*N)(DI)            \
	VPCMPEQW Y14, A, EQ             \
	VPACKSSDW Y13, Y12, A           \
	VPERMQ $0xD8, A, A

// MASK converts the words of A and B to 32 bits.
#define MASK(A, B, TO) \
	VPACKSSWB B, A, A  \
	VPERMQ $0xD8, A, A \
	VPMOVMSKB A, TO

// func forwardAVX2(b *codedBlock, src *byte, stride int, q *quantizer) (nonzero, weak uint64)
TEXT ·forwardAVX2(SB), NOSPLIT, $0-48
	MOVQ b+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ stride+16(FP), R8
	MOVQ q+24(FP), DX

	LOAD(Y0)
	LOAD(Y1)
	LOAD(Y2)
	LOAD(Y3)
	LOAD(Y4)
	LOAD(Y5)
	LOAD(Y6)
	VPMOVZXBD (SI), Y7
	VCVTDQ2PS Y7, Y7
	TRANSFORM(Y0, Y1, Y2, Y3, Y8, Y9, Y10, Y11)

	// Transpose.
	VUNPCKLPS Y4, Y0, Y8
	VUNPCKHPS Y4, Y0, Y9
	VUNPCKLPS Y6, Y2, Y10
	VUNPCKHPS Y6, Y2, Y11
	VUNPCKLPS Y5, Y1, Y12
	VUNPCKHPS Y5, Y1, Y13
	VUNPCKLPS Y7, Y3, Y14
	VUNPCKHPS Y7, Y3, Y15
	VSHUFPS $0x44, Y10, Y8, Y0
	VSHUFPS $0xEE, Y10, Y8, Y1
	VSHUFPS $0x44, Y11, Y9, Y2
	VSHUFPS $0xEE, Y11, Y9, Y3
	VSHUFPS $0x44, Y14, Y12, Y4
	VSHUFPS $0xEE, Y14, Y12, Y5
	VSHUFPS $0x44, Y15, Y13, Y6
	VSHUFPS $0xEE, Y15, Y13, Y7
	VPERM2F128 $0x20, Y4, Y0, Y8
	VPERM2F128 $0x31, Y4, Y0, Y4
	VPERM2F128 $0x20, Y5, Y1, Y9
	VPERM2F128 $0x31, Y5, Y1, Y5
	VPERM2F128 $0x20, Y6, Y2, Y10
	VPERM2F128 $0x31, Y6, Y2, Y6
	VPERM2F128 $0x20, Y7, Y3, Y11
	VPERM2F128 $0x31, Y7, Y3, Y7
	TRANSFORM(Y8, Y9, Y10, Y11, Y0, Y1, Y2, Y3)
	VSUBPS shift<>(SB), Y8, Y8

	VPXOR Y14, Y14, Y14
	VPCMPEQD Y15, Y15, Y15
	VPSRLD $1, Y15, Y15 // all bits but the sign
	QUANTIZE(0, Y8, Y4, Y2)
	QUANTIZE(16, Y10, Y6, Y3)
	MASK(Y2, Y3, AX)
	MASK(Y8, Y10, CX)
	QUANTIZE(32, Y9, Y5, Y2)
	QUANTIZE(48, Y11, Y7, Y3)
	MASK(Y2, Y3, BX)
	SHLQ $32, BX
	ORQ BX, AX
	NOTQ AX
	MOVQ AX, nonzero+32(FP)
	MASK(Y9, Y11, BX)
	SHLQ $32, BX
	ORQ BX, CX
	MOVQ CX, weak+40(FP)
	VZEROUPPER
	RET
