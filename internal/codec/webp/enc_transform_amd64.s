//go:build !noasm

#include "textflag.h"
#include "idct_amd64.h"

// Factors of the forward transform, with 15 fractional bits: fractionCos and fullSin.
DATA fcos<>+0(SB)/8, $0x273d273d273d273d
DATA fcos<>+8(SB)/8, $0x273d273d273d273d
DATA fcos<>+16(SB)/8, $0x273d273d273d273d
DATA fcos<>+24(SB)/8, $0x273d273d273d273d
GLOBL fcos<>(SB), RODATA|NOPTR, $32
DATA fsin<>+0(SB)/8, $0x4546454645464546
DATA fsin<>+8(SB)/8, $0x4546454645464546
DATA fsin<>+16(SB)/8, $0x4546454645464546
DATA fsin<>+24(SB)/8, $0x4546454645464546
GLOBL fsin<>(SB), RODATA|NOPTR, $32
DATA eight<>+0(SB)/8, $0x0008000800080008
DATA eight<>+8(SB)/8, $0x0008000800080008
DATA eight<>+16(SB)/8, $0x0008000800080008
DATA eight<>+24(SB)/8, $0x0008000800080008
GLOBL eight<>(SB), RODATA|NOPTR, $32
DATA one<>+0(SB)/8, $0x0001000100010001
DATA one<>+8(SB)/8, $0x0001000100010001
DATA one<>+16(SB)/8, $0x0001000100010001
DATA one<>+24(SB)/8, $0x0001000100010001
GLOBL one<>(SB), RODATA|NOPTR, $32

// Shuffle masks for the zigzag order. order00 and order01 give the first eight levels of a block, from its two upper and its two lower
// rows. order10 and order11 give the last eight.
DATA order00<>+0(SB)/8, $0x8080090803020100
DATA order00<>+8(SB)/8, $0x0d0c070605040b0a
DATA order00<>+16(SB)/8, $0x8080090803020100
DATA order00<>+24(SB)/8, $0x0d0c070605040b0a
GLOBL order00<>(SB), RODATA|NOPTR, $32
DATA order01<>+0(SB)/8, $0x0100808080808080
DATA order01<>+8(SB)/8, $0x8080808080808080
DATA order01<>+16(SB)/8, $0x0100808080808080
DATA order01<>+24(SB)/8, $0x8080808080808080
GLOBL order01<>(SB), RODATA|NOPTR, $32
DATA order10<>+0(SB)/8, $0x8080808080808080
DATA order10<>+8(SB)/8, $0x8080808080800f0e
DATA order10<>+16(SB)/8, $0x8080808080808080
DATA order10<>+24(SB)/8, $0x8080808080800f0e
GLOBL order10<>(SB), RODATA|NOPTR, $32
DATA order11<>+0(SB)/8, $0x05040b0a09080302
DATA order11<>+8(SB)/8, $0x0f0e0d0c07068080
DATA order11<>+16(SB)/8, $0x05040b0a09080302
DATA order11<>+24(SB)/8, $0x0f0e0d0c07068080
GLOBL order11<>(SB), RODATA|NOPTR, $32

// DIFFERENCE computes the difference between row y of the source and of the prediction, times 8.
#define DIFFERENCE(y, to) \
	VPMOVZXBW (16*y)(SI), to \
	VPMOVZXBW (16*y)(DX), Y4 \
	VPSUBW    Y4, to, to     \
	VPSLLW    $3, to, to

// FPASS applies forward4 of enc_vp8_transform.go to the columns of Y0…Y3.
#define FPASS \
	VPADDW    Y3, Y0, Y4        \
	VPADDW    Y2, Y1, Y5        \
	VPSUBW    Y2, Y1, Y6        \
	VPSUBW    Y3, Y0, Y7        \
	VPADDW    Y5, Y4, Y0        \
	VPSUBW    Y5, Y4, Y2        \
	VPMULHRSW fcos<>(SB), Y7, Y4 \
	VPMULHRSW fsin<>(SB), Y6, Y5 \
	VPADDW    Y7, Y4, Y1        \
	VPADDW    Y5, Y1, Y1        \
	VPMULHRSW fsin<>(SB), Y7, Y4 \
	VPMULHRSW fcos<>(SB), Y6, Y5 \
	VPSUBW    Y6, Y4, Y3        \
	VPSUBW    Y5, Y3, Y3

#define ROUND(r) \
	VPADDW eight<>(SB), r, r \
	VPSRAW $4, r, r

// func forwardAVX2(src, pred *quad, out *group)
TEXT ·forwardAVX2(SB), NOSPLIT, $0-24
	MOVQ src+0(FP), SI
	MOVQ pred+8(FP), DX
	MOVQ out+16(FP), DI
	DIFFERENCE(0, Y0)
	DIFFERENCE(1, Y1)
	DIFFERENCE(2, Y2)
	DIFFERENCE(3, Y3)
	FPASS
	TURN
	JOIN
	FPASS
	ROUND(Y0)
	ROUND(Y1)
	ROUND(Y2)
	ROUND(Y3)
	TURN
	JOIN
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VMOVDQU Y2, 64(DI)
	VMOVDQU Y3, 96(DI)
	VZEROUPPER
	RET

// func inverseAVX2(c *group, pred, src, out *quad, errors *[4]int32) bool
TEXT ·inverseAVX2(SB), NOSPLIT, $0-41
	MOVQ    c+0(FP), AX
	MOVQ    pred+8(FP), DX
	MOVQ    src+16(FP), SI
	MOVQ    out+24(FP), DI
	MOVQ    errors+32(FP), BX
	VMOVDQU (AX), Y0
	VMOVDQU 32(AX), Y1
	VMOVDQU 64(AX), Y2
	VMOVDQU 96(AX), Y3
	VPABSW  Y0, Y4
	VPABSW  Y1, Y5
	VPABSW  Y2, Y6
	VPABSW  Y3, Y7
	VPOR    Y4, Y5, Y4
	VPOR    Y6, Y7, Y6
	VPOR    Y4, Y6, Y4
	VPTEST  large<>(SB), Y4
	JNZ     other
	IDCT
	JOIN
	VPXOR   Y15, Y15, Y15

// FINISH adds row y to the prediction, and adds the squared errors of the result to Y15.
#define FINISH(y, row, half) \
	VPMOVZXBW    (16*y)(DX), Y4 \
	VPADDW       Y4, row, Y4    \
	VEXTRACTI128 $1, Y4, X5     \
	VPACKUSWB    X5, X4, X4     \
	VMOVDQU      X4, (16*y)(DI) \
	VPMOVZXBW    X4, Y4         \
	VPMOVZXBW    (16*y)(SI), Y5 \
	VPSUBW       Y5, Y4, Y4     \
	VPMADDWD     Y4, Y4, Y4     \
	VPADDD       Y4, Y15, Y15

	FINISH(0, Y0, X0)
	FINISH(1, Y1, X1)
	FINISH(2, Y2, X2)
	FINISH(3, Y3, X3)
	VPHADDD      Y15, Y15, Y15
	VEXTRACTI128 $1, Y15, X4
	VMOVQ        X15, (BX)
	VMOVQ        X4, 8(BX)
	VZEROUPPER
	MOVB $1, ret+40(FP)
	RET

other:
	VZEROUPPER
	MOVB $0, ret+40(FP)
	RET

// LEVEL quantizes a row.
#define LEVEL(at, to) \
	VMOVDQU  at(AX), Y4          \
	VPABSW   Y4, Y5              \
	VPADDW   256+at(BX), Y5, Y5 \
	VPMULHUW 128+at(BX), Y5, Y5 \
	VPSIGNW  Y4, Y5, to          \
	VPMULLW  at(BX), to, Y4      \
	VMOVDQU  Y4, at(AX)

// ORDER brings the levels of blocks i and i+2 into zigzag order. up contains the two upper rows, low the two lower rows.
#define ORDER(up, low, i) \
	VPSHUFB      order00<>(SB), up, Y6  \
	VPSHUFB      order01<>(SB), low, Y7 \
	VPOR         Y7, Y6, Y6             \
	VPSHUFB      order10<>(SB), up, Y7  \
	VPSHUFB      order11<>(SB), low, Y8 \
	VPOR         Y8, Y7, Y7             \
	VMOVDQU      X6, (32*i)(DI)         \
	VMOVDQU      X7, (32*i+16)(DI)      \
	VEXTRACTI128 $1, Y6, 64+32*i(DI)  \
	VEXTRACTI128 $1, Y7, 80+32*i(DI)  \
	VPACKSSWB    Y7, Y6, Y6             \
	VPCMPEQB     Y9, Y6, Y6             \
	VPMOVMSKB    Y6, CX                 \
	NOTL         CX                     \
	MOVWLZX      CX, R8                 \
	SHRL         $16, CX                \
	LZCNTL       R8, R8                 \
	LZCNTL       CX, CX                 \
	NEGL         R8                     \
	NEGL         CX                     \
	ADDL         $32, R8                \
	ADDL         $32, CX                \
	MOVB         R8, (128+i)(DI)        \
	MOVB         CX, (130+i)(DI)

// func quantizeAVX2(in *group, q *quantizer, c *coded)
TEXT ·quantizeAVX2(SB), NOSPLIT, $0-24
	MOVQ in+0(FP), AX
	MOVQ q+8(FP), BX
	MOVQ c+16(FP), DI
	LEVEL(0, Y0)
	LEVEL(32, Y1)
	LEVEL(64, Y2)
	LEVEL(96, Y3)
	VPXOR       Y9, Y9, Y9
	VPUNPCKLQDQ Y1, Y0, Y4
	VPUNPCKLQDQ Y3, Y2, Y5
	VPUNPCKHQDQ Y1, Y0, Y10
	VPUNPCKHQDQ Y3, Y2, Y11
	ORDER(Y4, Y5, 0)
	ORDER(Y10, Y11, 1)
	VZEROUPPER
	RET

// HADAMARD transforms the differences in Y0…Y3 and leaves the sum of the magnitudes of each block in X4. The last step uses |a+b| + |a-b| =
// 2·max(|a|, |b|).
#define HADAMARD \
	VPADDW Y2, Y0, Y4 \
	VPADDW Y3, Y1, Y5 \
	VPSUBW Y2, Y0, Y6 \
	VPSUBW Y3, Y1, Y7 \
	VPADDW Y5, Y4, Y0 \
	VPSUBW Y5, Y4, Y1 \
	VPADDW Y7, Y6, Y2 \
	VPSUBW Y7, Y6, Y3 \
	TURN              \
	JOIN              \
	VPADDW Y2, Y0, Y4 \
	VPADDW Y3, Y1, Y5 \
	VPSUBW Y2, Y0, Y6 \
	VPSUBW Y3, Y1, Y7 \
	VPABSW Y4, Y4     \
	VPABSW Y5, Y5     \
	VPABSW Y6, Y6     \
	VPABSW Y7, Y7     \
	VPMAXSW Y5, Y4, Y4 \
	VPMAXSW Y7, Y6, Y6 \
	VPADDW Y6, Y4, Y4 \
	VPADDW Y4, Y4, Y4 \
	VPMADDWD one<>(SB), Y4, Y4 \
	VPHADDD Y4, Y4, Y4 \
	VEXTRACTI128 $1, Y4, X5 \
	VPUNPCKLQDQ X5, X4, X4

// func hadamardAVX2(src, pred *quad, n int, sums *[4]int32)
TEXT ·hadamardAVX2(SB), NOSPLIT, $0-32
	MOVQ src+0(FP), SI
	MOVQ pred+8(FP), DX
	MOVQ n+16(FP), CX
	MOVQ sums+24(FP), DI

next:
	VPMOVZXBW (SI), Y0
	VPMOVZXBW 16(SI), Y1
	VPMOVZXBW 32(SI), Y2
	VPMOVZXBW 48(SI), Y3
	VPMOVZXBW (DX), Y4
	VPMOVZXBW 16(DX), Y5
	VPMOVZXBW 32(DX), Y6
	VPMOVZXBW 48(DX), Y7
	VPSUBW    Y4, Y0, Y0
	VPSUBW    Y5, Y1, Y1
	VPSUBW    Y6, Y2, Y2
	VPSUBW    Y7, Y3, Y3
	HADAMARD
	VMOVDQU   X4, (DI)
	ADDQ      $64, SI
	ADDQ      $64, DX
	ADDQ      $16, DI
	DECQ      CX
	JNZ       next
	VZEROUPPER
	RET

// func hadamardBlockAVX2(src *byte, preds *[3]quad, sums *[3][4]int32)
TEXT ·hadamardBlockAVX2(SB), NOSPLIT, $0-24
	MOVQ         src+0(FP), SI
	MOVQ         preds+8(FP), DX
	MOVQ         sums+16(FP), DI
	VPBROADCASTD (SI), X12
	VPBROADCASTD 16(SI), X13
	VPBROADCASTD 32(SI), X14
	VPBROADCASTD 48(SI), X15
	VPMOVZXBW    X12, Y12
	VPMOVZXBW    X13, Y13
	VPMOVZXBW    X14, Y14
	VPMOVZXBW    X15, Y15
	MOVL         $3, CX

next:
	VPMOVZXBW (DX), Y0
	VPMOVZXBW 16(DX), Y1
	VPMOVZXBW 32(DX), Y2
	VPMOVZXBW 48(DX), Y3
	VPSUBW    Y0, Y12, Y0
	VPSUBW    Y1, Y13, Y1
	VPSUBW    Y2, Y14, Y2
	VPSUBW    Y3, Y15, Y3
	HADAMARD
	VMOVDQU   X4, (DI)
	ADDQ      $64, DX
	ADDQ      $16, DI
	DECL      CX
	JNZ       next
	VZEROUPPER
	RET
