//go:build !noasm

#include "go_asm.h"
#include "textflag.h"
#include "bool_amd64.h"

#define q R8 // the probabilities of the mode of a block
#define to R9 // the destination
#define mode R11 // the mode of the block on the left, until the mode of this block is known
#define upper R14 // the modes of the blocks above
#define x BP

// MODE decodes a node of the tree. If the bit is 0, the mode is n; otherwise MODE jumps to one.
#define MODE(node, n, one) \
	BIT(node(q), one) \
	MOVL $n, mode     \
	JMP  known

// func readBlockModesBMI(p *partition, above, left *[4]uint8, luma *[16]uint8)
TEXT ·readBlockModesBMI(SB), NOSPLIT, $16-32
	MOVQ p+0(FP), prob
	BEGIN(prob)
	MOVQ above+8(FP), upper
	MOVQ luma+24(FP), to
	MOVQ $0, y-8(SP)

row:
	MOVQ    left+16(FP), prob
	MOVQ    y-8(SP), prod
	MOVBLZX (prob)(prod*1), mode
	XORL    x, x

block:
	FILL(50, filled) // enough for 7 calls of BIT
	MOVBLZX (upper)(x*1), q
	LEAL    (q)(q*4), q
	LEAL    (mode)(q*2), q
	LEAL    (q)(q*8), q
	LEAQ    ·modeProbs(SB), prod
	ADDQ    prod, q // modeProbs[above][mode]
	MODE(0, const_modeDC, notDC)

notDC:
	ONE
	MODE(1, const_modeTM, notTM)

notTM:
	ONE
	MODE(2, const_modeVE, notVE)

notVE:
	ONE
	BIT(3(q), downOrHU)
	MODE(4, const_modeHE, notHE)

notHE:
	ONE
	MODE(5, const_modeRD, isVR)

isVR:
	ONE
	MOVL $const_modeVR, mode
	JMP  known

downOrHU:
	ONE
	MODE(6, const_modeLD, notLD)

notLD:
	ONE
	MODE(7, const_modeVL, notVL)

notVL:
	ONE
	MODE(8, const_modeHD, isHU)

isHU:
	ONE
	MOVL $const_modeHU, mode

known:
	MOVB mode, (to)
	MOVB mode, (upper)(x*1)
	INCQ to
	INCQ x
	CMPQ x, $4
	JNE  block
	MOVQ left+16(FP), prob
	MOVQ y-8(SP), prod
	MOVB mode, (prob)(prod*1)
	INCQ prod
	MOVQ prod, y-8(SP)
	CMPQ prod, $4
	JNE  row
	MOVQ p+0(FP), prob
	END(prob)
	RET
