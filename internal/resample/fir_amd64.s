//go:build !noasm

#include "textflag.h"

// func convolveRowAVX2(dst *uint64, src *int16, start *int32, w *int16, n, stride int)
//
// It computes four samples at a time. Each has an accumulator of eight 32-bit sums. Three horizontal additions
// then add up each accumulator.
TEXT ·convolveRowAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ start+16(FP), AX
	MOVQ w+24(FP), DX
	MOVQ n+32(FP), CX
	MOVQ stride+40(FP), BX
	SHLQ $1, BX               // bytes of weights per sample
	LEAQ (BX)(BX*2), R13      // bytes of weights of three samples
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
	MOVQ BX, R12              // remaining bytes of weights
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
	VMOVDQU (R8), X4          // the last eight taps
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
	ADDQ R13, DX              // skip the weights of the three other samples
	SUBQ $4, CX
	JGT  sample
	VZEROUPPER
	RET

// ROWS computes the weighted sums of 32 columns, from byte R9 of the rows on, plus Y15. Y0 and Y1 get the sums of the first 16 columns in the
// order that VPACKSSDW needs, and Y2 and Y3 the sums of the last 16 columns. ROWS interleaves the samples of two rows, so that one VPMADDWD
// multiplies and adds them. R10 is the address of the slice header of a row, and R11 is its number.
#define ROWS(row) \
	VMOVDQA Y15, Y0                \
	VMOVDQA Y15, Y1                \
	VMOVDQA Y15, Y2                \
	VMOVDQA Y15, Y3                \
	MOVQ SI, R10                   \
	XORQ R11, R11                  \
row: \
	MOVQ 0(R10), R12               \
	MOVQ 24(R10), R13              \
	VPBROADCASTD (DX)(R11*2), Y4   \
	VMOVDQU (R12)(R9*1), Y5        \
	VMOVDQU (R13)(R9*1), Y6        \
	VMOVDQU 32(R12)(R9*1), Y7      \
	VMOVDQU 32(R13)(R9*1), Y8      \
	VPUNPCKLWD Y6, Y5, Y9          \
	VPUNPCKHWD Y6, Y5, Y10         \
	VPUNPCKLWD Y8, Y7, Y11         \
	VPUNPCKHWD Y8, Y7, Y12         \
	VPMADDWD Y4, Y9, Y9            \
	VPMADDWD Y4, Y10, Y10          \
	VPMADDWD Y4, Y11, Y11          \
	VPMADDWD Y4, Y12, Y12          \
	VPADDD Y9, Y0, Y0              \
	VPADDD Y10, Y1, Y1             \
	VPADDD Y11, Y2, Y2             \
	VPADDD Y12, Y3, Y3             \
	ADDQ $48, R10                  \
	ADDQ $2, R11                   \
	CMPQ R11, CX                   \
	JLT  row

// func convolveRowsAVX2(dst *byte, rows *[]uint64, w *int16, taps, n int)
TEXT ·convolveRowsAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ w+16(FP), DX
	MOVQ taps+24(FP), CX
	MOVQ n+32(FP), R8
	XORQ R9, R9
	MOVL $0x80000, R14        // 1 << (weightBits+sampleBits-1)
	MOVQ R14, X15
	VPBROADCASTD X15, Y15

bytes:
	ROWS(bytesrow)
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
	JGT  bytes
	VZEROUPPER
	RET

// func convolveRowsWideAVX2(dst *int16, rows *[]uint64, w *int16, taps, n int)
TEXT ·convolveRowsWideAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ w+16(FP), DX
	MOVQ taps+24(FP), CX
	MOVQ n+32(FP), R8
	XORQ R9, R9
	MOVL $8192, R14           // one/2
	MOVQ R14, X15
	VPBROADCASTD X15, Y15

words:
	ROWS(wordsrow)
	VPSRAD $14, Y0, Y0
	VPSRAD $14, Y1, Y1
	VPSRAD $14, Y2, Y2
	VPSRAD $14, Y3, Y3
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y3, Y2, Y2
	VMOVDQU Y0, (DI)
	VMOVDQU Y2, 32(DI)
	ADDQ $64, DI
	ADDQ $64, R9
	SUBQ $32, R8
	JGT  words
	VZEROUPPER
	RET
