//go:build !noasm

#include "go_asm.h"
#include "textflag.h"

#define to DI
#define pitch BX
#define side CX
#define rows DX // remaining rows
#define above SI

// predictAVX2 predicts a whole macroblock (RFC 6386, 12.2). side is 16 for luma and 8 for chroma.

// STORE stores a row of the prediction and moves on to the next row.
#define STORE(x, narrow, stored) \
	CMPQ    side, $16 \
	JNE     narrow    \
	VMOVDQU x, (to)   \
	JMP     stored    \
narrow:               \
	VMOVQ   x, (to)   \
stored:               \
	ADDQ    pitch, to

// func predictAVX2(dst *byte, stride, size int, mode uint8)
TEXT ·predictAVX2(SB), NOSPLIT, $0-25
	MOVQ    dst+0(FP), to
	MOVQ    stride+8(FP), pitch
	MOVQ    size+16(FP), side
	MOVBLZX mode+24(FP), AX
	MOVQ    side, rows
	MOVQ    to, above
	SUBQ    pitch, above
	CMPL    AX, $const_modeTM
	JEQ     slope
	CMPL    AX, $const_modeHE
	JEQ     horizontal
	VMOVDQU (above), X0
	CMPL    AX, $const_modeVE
	JEQ     same

	// The mean of the row above and the column on the left.
	VPXOR   X1, X1, X1
	VPSADBW X1, X0, X0
	VMOVQ   X0, AX
	CMPQ    side, $16
	JNE     left
	VPEXTRQ $1, X0, R8
	ADDQ    R8, AX

left:
	MOVBLZX -1(to), R8
	ADDQ    R8, AX
	ADDQ    pitch, to
	DECQ    rows
	JNZ     left
	LEAQ    (above)(pitch*1), to
	MOVQ    side, rows
	ADDQ    side, AX
	SHRQ    $4, AX
	CMPQ    side, $16
	JNE     mean
	SHRQ    $1, AX

mean:
	VMOVD        AX, X0
	VPBROADCASTB X0, X0

same:
	STORE(X0, sameNarrow, sameStored)
	DECQ rows
	JNZ  same
	RET

horizontal:
	VPBROADCASTB -1(to), X0
	STORE(X0, horizontalNarrow, horizontalStored)
	DECQ rows
	JNZ  horizontal
	RET

slope:
	VPMOVZXBW    (above), Y0
	MOVBLZX      -1(above), AX
	VMOVD        AX, X1
	VPBROADCASTW X1, Y1
	VPSUBW       Y1, Y0, Y0

sum:
	MOVBLZX      -1(to), AX
	VMOVD        AX, X1
	VPBROADCASTW X1, Y1
	VPADDW       Y1, Y0, Y1
	VEXTRACTI128 $1, Y1, X2
	VPACKUSWB    X2, X1, X1
	STORE(X1, slopeNarrow, slopeStored)
	DECQ rows
	JNZ  sum
	VZEROUPPER
	RET
