//go:build !noasm

#include "textflag.h"

// func convolveRowAVX2(dst, src *int16, start *int32, w *int16, n, stride int)
//
// Four samples at a time: each has an accumulator of eight 32-bit sums, and three horizontal additions
// fold the four accumulators into four sums.
TEXT ·convolveRowAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ start+16(FP), AX
	MOVQ w+24(FP), DX
	MOVQ n+32(FP), CX
	MOVQ stride+40(FP), BX
	SHLQ $1, BX               // bytes of weights per sample
	LEAQ (BX)(BX*2), R13      // and of three samples
	MOVL $8192, R14           // one/2
	MOVQ R14, X15
	VPBROADCASTD X15, X15

sample:
	MOVLQSX 0(AX), R8
	MOVLQSX 4(AX), R9
	MOVLQSX 8(AX), R10
	MOVLQSX 12(AX), R11
	LEAQ (SI)(R8*2), R8
	LEAQ (SI)(R9*2), R9
	LEAQ (SI)(R10*2), R10
	LEAQ (SI)(R11*2), R11
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	MOVQ BX, R12              // bytes of weights to go
	SUBQ $32, R12
	JLT  tail

tap:
	VMOVDQU (R8), Y4
	VMOVDQU (R9), Y5
	VMOVDQU (R10), Y6
	VMOVDQU (R11), Y7
	VPMADDWD (DX), Y4, Y4
	VPMADDWD (DX)(BX*1), Y5, Y5
	VPMADDWD (DX)(BX*2), Y6, Y6
	VPMADDWD (DX)(R13*1), Y7, Y7
	VPADDD Y4, Y0, Y0
	VPADDD Y5, Y1, Y1
	VPADDD Y6, Y2, Y2
	VPADDD Y7, Y3, Y3
	ADDQ $32, R8
	ADDQ $32, R9
	ADDQ $32, R10
	ADDQ $32, R11
	ADDQ $32, DX
	SUBQ $32, R12
	JGE  tap

tail:
	ADDQ $32, R12
	JEQ  fold
	VMOVDQU (R8), X4          // eight taps are left
	VMOVDQU (R9), X5
	VMOVDQU (R10), X6
	VMOVDQU (R11), X7
	VPMADDWD (DX), X4, X4
	VPMADDWD (DX)(BX*1), X5, X5
	VPMADDWD (DX)(BX*2), X6, X6
	VPMADDWD (DX)(R13*1), X7, X7
	VPADDD Y4, Y0, Y0
	VPADDD Y5, Y1, Y1
	VPADDD Y6, Y2, Y2
	VPADDD Y7, Y3, Y3
	ADDQ $16, DX

fold:
	VPHADDD Y1, Y0, Y0
	VPHADDD Y3, Y2, Y2
	VPHADDD Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VPADDD X15, X0, X0
	VPSRAD $14, X0, X0
	VPACKSSDW X0, X0, X0
	VMOVQ X0, (DI)
	ADDQ $8, DI
	ADDQ $16, AX
	ADDQ R13, DX              // the weights of the three other samples
	SUBQ $4, CX
	JGT  sample
	VZEROUPPER
	RET

// func convolveRowsAVX2(dst *byte, rows *[]int16, w *int16, taps, n int)
//
// 32 columns at a time, two rows at a time: the samples of both are interleaved, so that one
// VPMADDWD multiplies and adds them.
TEXT ·convolveRowsAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ w+16(FP), DX
	MOVQ taps+24(FP), CX
	MOVQ n+32(FP), R8
	XORQ R9, R9               // column, in bytes of a row
	MOVL $0x80000, R14        // 1 << (weightBits+sampleBits-1)
	MOVQ R14, X15
	VPBROADCASTD X15, Y15

column:
	VMOVDQA Y15, Y0
	VMOVDQA Y15, Y1
	VMOVDQA Y15, Y2
	VMOVDQA Y15, Y3
	MOVQ SI, R10              // slice header of the row
	XORQ R11, R11             // tap

row:
	MOVQ 0(R10), R12
	MOVQ 24(R10), R13
	VPBROADCASTD (DX)(R11*2), Y4
	VMOVDQU (R12)(R9*1), Y5
	VMOVDQU (R13)(R9*1), Y6
	VMOVDQU 32(R12)(R9*1), Y7
	VMOVDQU 32(R13)(R9*1), Y8
	VPUNPCKLWD Y6, Y5, Y9
	VPUNPCKHWD Y6, Y5, Y10
	VPUNPCKLWD Y8, Y7, Y11
	VPUNPCKHWD Y8, Y7, Y12
	VPMADDWD Y4, Y9, Y9
	VPMADDWD Y4, Y10, Y10
	VPMADDWD Y4, Y11, Y11
	VPMADDWD Y4, Y12, Y12
	VPADDD Y9, Y0, Y0
	VPADDD Y10, Y1, Y1
	VPADDD Y11, Y2, Y2
	VPADDD Y12, Y3, Y3
	ADDQ $48, R10
	ADDQ $2, R11
	CMPQ R11, CX
	JLT  row

	VPSRAD $20, Y0, Y0
	VPSRAD $20, Y1, Y1
	VPSRAD $20, Y2, Y2
	VPSRAD $20, Y3, Y3
	VPACKSSDW Y1, Y0, Y0      // columns 0-7 | 8-15
	VPACKSSDW Y3, Y2, Y2      // columns 16-23 | 24-31
	VPACKUSWB Y2, Y0, Y0      // 0-7, 16-23 | 8-15, 24-31
	VPERMQ $0xD8, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ $32, DI
	ADDQ $64, R9
	SUBQ $32, R8
	JGT  column
	VZEROUPPER
	RET

// func addRowAVX2(sum *uint16, row *byte, n int)
TEXT ·addRowAVX2(SB), NOSPLIT, $0-24
	MOVQ sum+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ n+16(FP), CX

add:
	VPMOVZXBW 0(SI), Y0
	VPMOVZXBW 16(SI), Y1
	VPADDW 0(DI), Y0, Y0
	VPADDW 32(DI), Y1, Y1
	VMOVDQU Y0, 0(DI)
	VMOVDQU Y1, 32(DI)
	ADDQ $32, SI
	ADDQ $64, DI
	SUBQ $32, CX
	JGT  add
	VZEROUPPER
	RET

// func widenAVX2(dst *int16, row *byte, n int)
TEXT ·widenAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ n+16(FP), CX

wide:
	VPMOVZXBW 0(SI), Y0
	VPMOVZXBW 16(SI), Y1
	VPSLLW $6, Y0, Y0
	VPSLLW $6, Y1, Y1
	VMOVDQU Y0, 0(DI)
	VMOVDQU Y1, 32(DI)
	ADDQ $32, SI
	ADDQ $64, DI
	SUBQ $32, CX
	JGT  wide
	VZEROUPPER
	RET

// PLANES takes 16 pixels of four bytes at SI apart: Y0, Y1, Y2, Y3 are the words of each byte, in the order of the
// pixels but for the two inner quarters (VPACKUSDW works within 128 bits). Y14 holds 255 in each dword.
#define PLANES \
	VMOVDQU 0(SI), Y8         \
	VMOVDQU 32(SI), Y9        \
	VPAND Y14, Y8, Y0         \
	VPAND Y14, Y9, Y4         \
	VPSRLD $8, Y8, Y1         \
	VPSRLD $8, Y9, Y5         \
	VPAND Y14, Y1, Y1         \
	VPAND Y14, Y5, Y5         \
	VPSRLD $16, Y8, Y2        \
	VPSRLD $16, Y9, Y6        \
	VPAND Y14, Y2, Y2         \
	VPAND Y14, Y6, Y6         \
	VPSRLD $24, Y8, Y3        \
	VPSRLD $24, Y9, Y7        \
	VPACKUSDW Y4, Y0, Y0      \
	VPACKUSDW Y5, Y1, Y1      \
	VPACKUSDW Y6, Y2, Y2      \
	VPACKUSDW Y7, Y3, Y3

// STORE puts the quarters in order and stores the four planes.
#define STORE \
	VPERMQ $0xD8, Y0, Y0      \
	VPERMQ $0xD8, Y1, Y1      \
	VPERMQ $0xD8, Y2, Y2      \
	VPERMQ $0xD8, Y3, Y3      \
	VMOVDQU Y0, (DI)          \
	VMOVDQU Y1, (DI)(DX*1)    \
	VMOVDQU Y2, (DI)(DX*2)    \
	VMOVDQU Y3, (DI)(BX*1)

// func splitAVX2(dst *int16, row *byte, stride, n int)
TEXT ·splitAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ stride+16(FP), DX
	MOVQ n+24(FP), CX
	SHLQ $1, DX
	LEAQ (DX)(DX*2), BX
	VPCMPEQD Y14, Y14, Y14
	VPSRLD $24, Y14, Y14

pixels:
	PLANES
	VPSLLW $6, Y0, Y0
	VPSLLW $6, Y1, Y1
	VPSLLW $6, Y2, Y2
	VPSLLW $6, Y3, Y3
	STORE
	ADDQ $64, SI
	ADDQ $32, DI
	SUBQ $16, CX
	JGT  pixels
	VZEROUPPER
	RET

// func splitPremulAVX2(dst *int16, row *byte, stride, n int)
TEXT ·splitPremulAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ stride+16(FP), DX
	MOVQ n+24(FP), CX
	SHLQ $1, DX
	LEAQ (DX)(DX*2), BX
	VPCMPEQD Y14, Y14, Y14
	VPSRLD $24, Y14, Y14
	MOVL $16449, R14          // see premul8
	MOVQ R14, X15
	VPBROADCASTW X15, Y15

premul:
	PLANES
	VPMULLW Y3, Y0, Y0
	VPMULLW Y3, Y1, Y1
	VPMULLW Y3, Y2, Y2
	VPMULHUW Y15, Y0, Y0
	VPMULHUW Y15, Y1, Y1
	VPMULHUW Y15, Y2, Y2
	VPSLLW $6, Y3, Y3
	STORE
	ADDQ $64, SI
	ADDQ $32, DI
	SUBQ $16, CX
	JGT  premul
	VZEROUPPER
	RET

// The word of alpha, thrice, and one that becomes 255: alpha times 255 over 255 is alpha.
DATA spread<>+0(SB)/8, $0x8080070607060706
DATA spread<>+8(SB)/8, $0x80800F0E0F0E0F0E
GLOBL spread<>(SB), RODATA|NOPTR, $16
DATA keep<>+0(SB)/8, $0x00FF000000000000
GLOBL keep<>(SB), RODATA|NOPTR, $8

// func premultiplyAVX2(dst, row *byte, n int)
TEXT ·premultiplyAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ n+16(FP), CX
	VBROADCASTI128 spread<>(SB), Y15
	VPBROADCASTQ keep<>(SB), Y14
	VPCMPEQW Y13, Y13, Y13
	VPSRLW $15, Y13, Y13
	VPSLLW $7, Y13, Y13       // 128

eight:
	VPMOVZXBW 0(SI), Y0
	VPMOVZXBW 16(SI), Y1
	VPSHUFB Y15, Y0, Y2
	VPSHUFB Y15, Y1, Y3
	VPOR Y14, Y2, Y2
	VPOR Y14, Y3, Y3
	VPMULLW Y2, Y0, Y0
	VPMULLW Y3, Y1, Y1
	VPADDW Y13, Y0, Y0        // v+128
	VPADDW Y13, Y1, Y1
	VPSRLW $8, Y0, Y2
	VPSRLW $8, Y1, Y3
	VPADDW Y2, Y0, Y0
	VPADDW Y3, Y1, Y1
	VPSRLW $8, Y0, Y0
	VPSRLW $8, Y1, Y1
	VPACKUSWB Y1, Y0, Y0
	VPERMQ $0xD8, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $32, CX
	JGT  eight
	VZEROUPPER
	RET

// func meanAVX2(dst *int16, sum *uint16, n int, shift uint, factor uint16)
TEXT ·meanAVX2(SB), NOSPLIT, $0-34
	MOVQ dst+0(FP), DI
	MOVQ sum+8(FP), SI
	MOVQ n+16(FP), CX
	VMOVQ shift+24(FP), X14
	VPBROADCASTW factor+32(FP), Y15

sums:
	VMOVDQU (SI), Y0
	VPSLLW X14, Y0, Y0
	VPMULHUW Y15, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $16, CX
	JGT  sums
	VZEROUPPER
	RET

// Words of two pixels side by side: 0 4, 1 5, 2 6, 3 7.
DATA pairs<>+0(SB)/8, $0x0B0A030209080100
DATA pairs<>+8(SB)/8, $0x0F0E07060D0C0504
GLOBL pairs<>(SB), RODATA|NOPTR, $16
DATA order<>+0(SB)/8, $0x0000000400000000
DATA order<>+8(SB)/8, $0x0000000500000001
DATA order<>+16(SB)/8, $0x0000000600000002
DATA order<>+24(SB)/8, $0x0000000700000003
GLOBL order<>(SB), RODATA|NOPTR, $32

// func meanSplitAVX2(dst *int16, sum *uint16, stride, n int, shift uint, factor uint16)
//
// Sixteen pixels of four words in four registers, by 32-bit units that hold one component of two pixels: pixels
// 0-3, 4-7, 8-11, 12-15, each with two pixels in each half.
TEXT ·meanSplitAVX2(SB), NOSPLIT, $0-42
	MOVQ dst+0(FP), DI
	MOVQ sum+8(FP), SI
	MOVQ stride+16(FP), DX
	MOVQ n+24(FP), CX
	VMOVQ shift+32(FP), X14
	VPBROADCASTW factor+40(FP), Y15
	VBROADCASTI128 pairs<>(SB), Y13
	VMOVDQU order<>(SB), Y12
	SHLQ $1, DX
	LEAQ (DX)(DX*2), BX

sixteen:
	VMOVDQU 0(SI), Y0
	VMOVDQU 32(SI), Y1
	VMOVDQU 64(SI), Y2
	VMOVDQU 96(SI), Y3
	VPSHUFB Y13, Y0, Y0       // r01 g01 b01 a01 | r23 g23 b23 a23
	VPSHUFB Y13, Y1, Y1
	VPSHUFB Y13, Y2, Y2
	VPSHUFB Y13, Y3, Y3
	VPUNPCKLDQ Y1, Y0, Y4     // r01 r45 g01 g45 | r23 r67 g23 g67
	VPUNPCKHDQ Y1, Y0, Y5     // b and a alike
	VPUNPCKLDQ Y3, Y2, Y6     // r89 ...
	VPUNPCKHDQ Y3, Y2, Y7
	VPUNPCKLQDQ Y6, Y4, Y0    // r01 r45 r89 rcd | r23 r67 rab ref
	VPUNPCKHQDQ Y6, Y4, Y1
	VPUNPCKLQDQ Y7, Y5, Y2
	VPUNPCKHQDQ Y7, Y5, Y3
	VPERMD Y0, Y12, Y0
	VPERMD Y1, Y12, Y1
	VPERMD Y2, Y12, Y2
	VPERMD Y3, Y12, Y3
	VPSLLW X14, Y0, Y0
	VPSLLW X14, Y1, Y1
	VPSLLW X14, Y2, Y2
	VPSLLW X14, Y3, Y3
	VPMULHUW Y15, Y0, Y0
	VPMULHUW Y15, Y1, Y1
	VPMULHUW Y15, Y2, Y2
	VPMULHUW Y15, Y3, Y3
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, (DI)(DX*1)
	VMOVDQU Y2, (DI)(DX*2)
	VMOVDQU Y3, (DI)(BX*1)
	ADDQ $128, SI
	ADDQ $32, DI
	SUBQ $16, CX
	JGT  sixteen
	VZEROUPPER
	RET
