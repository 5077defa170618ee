//go:build !noasm

#include "go_asm.h"
#include "textflag.h"
#include "bool_amd64.h"

#define q R8 // probabilities
#define mb R9 // the macroblock
#define mode R14
#define upper R11 // the modes above
#define x BP

// fixed are probabilities that no header can change (RFC 6386, 11.2): of whole macroblocks, and of the nodes of the two trees of their modes.
DATA fixed<>+0(SB)/8, $0x00b7728e80a39c91
GLOBL fixed<>(SB), RODATA|NOPTR, $8

// func readModesBMI(d *decoder, m *macroblock, above, left *[4]uint8)
TEXT ·readModesBMI(SB), NOSPLIT, $8-32
	MOVQ d+0(FP), R8
	LEAQ decoder_modes(R8), prob
	BEGIN(prob)
	MOVQ m+8(FP), mb
	FILL(50, filled) // for six of BIT
	CMPB decoder_segmented(R8), $0
	JEQ  skipping
	BIT((decoder_treeProbs+0)(R8), segment23)
	BIT((decoder_treeProbs+1)(R8), segment1)
	MOVB $0, macroblock_segment(mb)
	JMP  skipping

segment1:
	ONE
	MOVB $1, macroblock_segment(mb)
	JMP  skipping

segment23:
	ONE
	BIT((decoder_treeProbs+2)(R8), segment3)
	MOVB $2, macroblock_segment(mb)
	JMP  skipping

segment3:
	ONE
	MOVB $3, macroblock_segment(mb)

skipping:
	MOVB $0, macroblock_skip(mb)
	CMPB decoder_mayskip(R8), $0
	JEQ  size
	BIT(decoder_skipProb(R8), skipped)
	JMP  size

skipped:
	ONE
	MOVB $1, macroblock_skip(mb)

size:
	BIT(fixed<>+0(SB), whole)
	MOVB $0, macroblock_whole(mb)
	MOVQ above+16(FP), upper

blockRow:
	MOVQ    left+24(FP), prob
	MOVBLZX (prob), mode
	XORL    x, x

block:
	FILL(50, blockFilled) // for seven of BIT
	MOVBLZX (upper)(x*1), prob
	LEAL    (prob)(prob*4), prob
	LEAL    (mode)(prob*2), prob
	LEAL    (prob)(prob*8), prob // modeProbs[above][left] begins here
	LEAQ    ·modeProbs(SB), q
	ADDQ    prob, q
	BIT(0(q), notDC)
	MOVL    $const_modeDC, mode
	JMP     blockKnown

notDC:
	ONE
	BIT(1(q), notTM)
	MOVL $const_modeTM, mode
	JMP  blockKnown

notTM:
	ONE
	BIT(2(q), notVE)
	MOVL $const_modeVE, mode
	JMP  blockKnown

notVE:
	ONE
	BIT(3(q), node6)
	BIT(4(q), node5)
	MOVL $const_modeHE, mode
	JMP  blockKnown

node5:
	ONE
	BIT(5(q), isVR)
	MOVL $const_modeRD, mode
	JMP  blockKnown

isVR:
	ONE
	MOVL $const_modeVR, mode
	JMP  blockKnown

node6:
	ONE
	BIT(6(q), node7)
	MOVL $const_modeLD, mode
	JMP  blockKnown

node7:
	ONE
	BIT(7(q), node8)
	MOVL $const_modeVL, mode
	JMP  blockKnown

node8:
	ONE
	BIT(8(q), isHU)
	MOVL $const_modeHD, mode
	JMP  blockKnown

isHU:
	ONE
	MOVL $const_modeHU, mode

blockKnown:
	MOVB mode, (upper)(x*1)
	MOVB mode, macroblock_luma(mb)
	INCQ mb
	INCQ x
	CMPQ x, $4
	JLT  block
	MOVQ left+24(FP), prob
	MOVB mode, (prob)
	INCQ left+24(FP)
	MOVQ mb, prob
	SUBQ m+8(FP), prob
	CMPQ prob, $16
	JLT  blockRow
	MOVQ m+8(FP), mb
	JMP  chroma

whole:
	ONE
	MOVB $1, macroblock_whole(mb)
	BIT(fixed<>+1(SB), wholeHETM)
	BIT(fixed<>+2(SB), wholeVE)
	MOVL $const_modeDC, mode
	JMP  wholeKnown

wholeVE:
	ONE
	MOVL $const_modeVE, mode
	JMP  wholeKnown

wholeHETM:
	ONE
	BIT(fixed<>+3(SB), wholeTM)
	MOVL $const_modeHE, mode
	JMP  wholeKnown

wholeTM:
	ONE
	MOVL $const_modeTM, mode

wholeKnown:
	MOVB  mode, macroblock_luma(mb)
	IMULL $0x01010101, mode
	MOVQ  above+16(FP), prob
	MOVL  mode, (prob)
	MOVQ  left+24(FP), prob
	MOVL  mode, (prob)

chroma:
	FILL(32, chromaFilled)
	BIT(fixed<>+4(SB), chromaNotDC)
	MOVL $const_modeDC, mode
	JMP  chromaKnown

chromaNotDC:
	ONE
	BIT(fixed<>+5(SB), chromaNotVE)
	MOVL $const_modeVE, mode
	JMP  chromaKnown

chromaNotVE:
	ONE
	BIT(fixed<>+6(SB), chromaTM)
	MOVL $const_modeHE, mode
	JMP  chromaKnown

chromaTM:
	ONE
	MOVL $const_modeTM, mode

chromaKnown:
	MOVB mode, macroblock_chroma(mb)
	MOVQ d+0(FP), R8
	LEAQ decoder_modes(R8), prob
	END(prob)
	RET
