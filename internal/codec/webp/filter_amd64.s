//go:build !noasm

#include "go_asm.h"
#include "textflag.h"
#include "filter_amd64.h"

// The scratch memory for a macroblock with inner edges has items of 16 bytes: 24 columns of luma, of which the first 8 are those on the left of
// the macroblock; 16 columns of chroma (8 of Cb and 8 of Cr), of which the first 8 are also those on the left; and then the rows of the
// macroblock. A load of bytes that were just stored in parts is slow. So every pixel is loaded from the picture and stored there only once,
// except for those on the left and above.
#define lumaColumn(i) (16*(i))(SP)
#define chromaColumn(i) (384+16*(i))(SP)
#define lumaRow(i) (640+16*(i))(SP)
#define chromaRow(i) (896+16*(i))(SP)

// KEEP stores an item of luma and an item of chroma in the scratch memory, and FETCH loads them. KEEPCOLUMNS and FETCHCOLUMNS do this with four
// columns.
#define KEEP(x, y, to, toChroma) \
	VMOVDQU      x, to \
	VEXTRACTI128 $1, y, toChroma

#define FETCH(from, fromChroma, x, y) \
	VMOVDQU     from, x \
	VINSERTI128 $1, fromChroma, y, y

#define KEEPCOLUMNS(i, x0, y0, x1, y1, x2, y2, x3, y3) \
	KEEP(x0, y0, lumaColumn(i), chromaColumn(i))     \
	KEEP(x1, y1, lumaColumn(i+1), chromaColumn(i+1)) \
	KEEP(x2, y2, lumaColumn(i+2), chromaColumn(i+2)) \
	KEEP(x3, y3, lumaColumn(i+3), chromaColumn(i+3))

#define FETCHCOLUMNS(i, x0, y0, x1, y1, x2, y2, x3, y3) \
	FETCH(lumaColumn(i), chromaColumn(i), x0, y0)     \
	FETCH(lumaColumn(i+1), chromaColumn(i+1), x1, y1) \
	FETCH(lumaColumn(i+2), chromaColumn(i+2), x2, y2) \
	FETCH(lumaColumn(i+3), chromaColumn(i+3), x3, y3)

#define KEEPFOUR(at, i, x0, x1, x2, x3) \
	VMOVDQU x0, at(i)   \
	VMOVDQU x1, at(i+1) \
	VMOVDQU x2, at(i+2) \
	VMOVDQU x3, at(i+3)

#define FETCHFOUR(at, i, x0, x1, x2, x3) \
	VMOVDQU at(i), x0   \
	VMOVDQU at(i+1), x1 \
	VMOVDQU at(i+2), x2 \
	VMOVDQU at(i+3), x3

#define FETCHROWS(i) \
	FETCH(lumaRow(i), chromaRow(i), X4, Y4)     \
	FETCH(lumaRow(i+1), chromaRow(i+1), X5, Y5) \
	FETCH(lumaRow(i+2), chromaRow(i+2), X6, Y6) \
	FETCH(lumaRow(i+3), chromaRow(i+3), X7, Y7)

// SHIFT moves on to the next edge: the pixels after the last edge become those before it.
#define SHIFT \
	VMOVDQA Y4, Y0 \
	VMOVDQA Y5, Y1 \
	VMOVDQA Y6, Y2 \
	VMOVDQA Y7, Y3

// JOINROWS computes rows i and i+8 of luma from their left halves, which are in row i, and their right halves, which are in x.
#define JOINROWS(i, x) \
	VMOVDQU     lumaRow(i), X8 \
	VPUNPCKLQDQ x, X8, X9      \
	VPUNPCKHQDQ x, X8, X8      \
	VMOVDQU     X9, lumaRow(i) \
	VMOVDQU     X8, lumaRow(i+8)

// MOVE moves n columns to the right, DOWN 4 rows down.
#define MOVE(n) \
	ADDQ $(n), luma \
	ADDQ $(n), blue \
	ADDQ $(n), red

#define DOWN \
	LEAQ (luma)(pitch*4), luma       \
	LEAQ (blue)(chromaPitch*4), blue \
	LEAQ (red)(chromaPitch*4), red

// STOREFOUR stores 4 rows of luma, and LOADROWS loads 4 rows of luma and chroma.
#define STOREFOUR(at) \
	VMOVDQU X0, (at)          \
	VMOVDQU X1, (at)(pitch*1) \
	VMOVDQU X2, (at)(pitch*2) \
	VMOVDQU X3, (at)(pitch3*1)

#define LOADROWS(x0, y0, x1, y1, x2, y2, x3, y3) \
	VMOVDQU (luma), x0                                          \
	VMOVDQU (luma)(pitch*1), x1                                 \
	VMOVDQU (luma)(pitch*2), x2                                 \
	VMOVDQU (luma)(pitch3*1), x3                                \
	CHROMA((blue), (red), x0, y0)                               \
	CHROMA((blue)(chromaPitch*1), (red)(chromaPitch*1), x1, y1) \
	CHROMA((blue)(chromaPitch*2), (red)(chromaPitch*2), x2, y2) \
	CHROMA((blue)(chromaPitch3*1), (red)(chromaPitch3*1), x3, y3)

// upper filters the upper edge. Y4 to Y7 contain the rows below the edge, before and after filtering.
TEXT upper<>(SB), NOSPLIT|NOFRAME, $0-0
	NEGQ pitch
	NEGQ chromaPitch
	DOWN
	NEGQ pitch
	NEGQ chromaPitch
	LOADROWS(X0, Y0, X1, Y1, X2, Y2, X3, Y3)
	CALL edge<>(SB)
	VMOVDQU X1, (luma)(pitch*1)
	VMOVDQU X2, (luma)(pitch*2)
	VMOVDQU X3, (luma)(pitch3*1)
	STORECHROMA(Y1, (blue)(chromaPitch*1), (red)(chromaPitch*1))
	STORECHROMA(Y2, (blue)(chromaPitch*2), (red)(chromaPitch*2))
	STORECHROMA(Y3, (blue)(chromaPitch3*1), (red)(chromaPitch3*1))
	DOWN
	RET

// func filterAVX2(y, cb, cr *byte, lumaStride, chromaStride int, s *strength, e edges)
TEXT ·filterAVX2(SB), 0, $1024-49
	MOVQ y+0(FP), luma
	MOVQ cb+8(FP), blue
	MOVQ cr+16(FP), red
	MOVQ lumaStride+24(FP), pitch
	MOVQ chromaStride+32(FP), chromaPitch
	MOVQ s+40(FP), strength
	LEAQ (pitch)(pitch*2), pitch3
	LEAQ (chromaPitch)(chromaPitch*2), chromaPitch3
	MOVBLZX e+48(FP), DI
	TESTL $const_innerEdges, DI
	JNZ   blocks

	TESTL $const_leftEdge, DI
	JZ    above
	MOVE(-4)
	CALL loadColumns<>(SB)
	CALL edge<>(SB)
	CALL storeColumns<>(SB)
	MOVE(4)

above:
	MOVBLZX e+48(FP), DI
	TESTL $const_upperEdge, DI
	JZ    done
	LOADROWS(X4, Y4, X5, Y5, X6, Y6, X7, Y7)
	CALL upper<>(SB)
	VMOVDQU X4, (luma)
	VMOVDQU X5, (luma)(pitch*1)
	VMOVDQU X6, (luma)(pitch*2)
	STORECHROMA(Y4, (blue), (red))
	STORECHROMA(Y5, (blue)(chromaPitch*1), (red)(chromaPitch*1))
	STORECHROMA(Y6, (blue)(chromaPitch*2), (red)(chromaPitch*2))

done:
	VZEROUPPER
	RET

	// Filter the vertical edges. The columns are those on the left of the macroblock, those of its left half, and those of
	// its right half.
blocks:
	TESTL $const_leftEdge, DI
	JZ    load
	MOVE(-8)
	CALL loadColumns<>(SB)
	KEEPCOLUMNS(0, X0, Y0, X1, Y1, X2, Y2, X3, Y3)
	KEEPCOLUMNS(4, X4, Y4, X5, Y5, X6, Y6, X7, Y7)
	MOVE(8)

load:
	CALL loadColumns<>(SB)
	KEEPCOLUMNS(8, X0, Y0, X1, Y1, X2, Y2, X3, Y3)
	KEEPCOLUMNS(12, X4, Y4, X5, Y5, X6, Y6, X7, Y7)
	ADDQ  $8, luma
	FURTHER
	LOADLUMA
	SUBQ  $8, luma
	CALL transpose<>(SB)
	KEEPFOUR(lumaColumn, 16, X0, X1, X2, X3)
	KEEPFOUR(lumaColumn, 20, X4, X5, X6, X7)
	FETCHCOLUMNS(8, X4, Y4, X5, Y5, X6, Y6, X7, Y7)
	MOVBLZX e+48(FP), DI
	TESTL $const_leftEdge, DI
	JZ    within
	FETCHCOLUMNS(4, X0, Y0, X1, Y1, X2, Y2, X3, Y3)
	CALL edge<>(SB)
	KEEPCOLUMNS(4, X0, Y0, X1, Y1, X2, Y2, X3, Y3)

within:
	SHIFT
	FETCHCOLUMNS(12, X4, Y4, X5, Y5, X6, Y6, X7, Y7)
	CALL inner<>(SB)
	KEEPCOLUMNS(8, X0, Y0, X1, Y1, X2, Y2, X3, Y3)
	KEEPCOLUMNS(12, X4, Y4, X5, Y5, X6, Y6, X7, Y7)
	SHIFT
	FETCHFOUR(lumaColumn, 16, X4, X5, X6, X7)
	CALL inner<>(SB)
	KEEPFOUR(lumaColumn, 12, X0, X1, X2, X3)
	SHIFT
	FETCHFOUR(lumaColumn, 20, X4, X5, X6, X7)
	CALL inner<>(SB)
	KEEPFOUR(lumaColumn, 16, X0, X1, X2, X3)
	KEEPFOUR(lumaColumn, 20, X4, X5, X6, X7)
	MOVBLZX e+48(FP), DI
	TESTL $const_leftEdge, DI
	JZ    turn
	FETCHCOLUMNS(0, X0, Y0, X1, Y1, X2, Y2, X3, Y3)
	FETCHCOLUMNS(4, X4, Y4, X5, Y5, X6, Y6, X7, Y7)
	MOVE(-8)
	FURTHER
	CALL storeColumns<>(SB)
	MOVE(8)

	// Filter the horizontal edges.
turn:
	FETCHCOLUMNS(8, X0, Y0, X1, Y1, X2, Y2, X3, Y3)
	FETCHCOLUMNS(12, X4, Y4, X5, Y5, X6, Y6, X7, Y7)
	CALL transpose<>(SB)
	KEEP(X0, Y0, lumaRow(0), chromaRow(0))
	KEEP(X1, Y1, lumaRow(1), chromaRow(1))
	KEEP(X2, Y2, lumaRow(2), chromaRow(2))
	KEEP(X3, Y3, lumaRow(3), chromaRow(3))
	KEEP(X4, Y4, lumaRow(4), chromaRow(4))
	KEEP(X5, Y5, lumaRow(5), chromaRow(5))
	KEEP(X6, Y6, lumaRow(6), chromaRow(6))
	KEEP(X7, Y7, lumaRow(7), chromaRow(7))
	FETCHFOUR(lumaColumn, 16, X0, X1, X2, X3)
	FETCHFOUR(lumaColumn, 20, X4, X5, X6, X7)
	CALL transpose<>(SB)
	JOINROWS(0, X0)
	JOINROWS(1, X1)
	JOINROWS(2, X2)
	JOINROWS(3, X3)
	JOINROWS(4, X4)
	JOINROWS(5, X5)
	JOINROWS(6, X6)
	JOINROWS(7, X7)
	FETCHROWS(0)
	MOVBLZX e+48(FP), DI
	TESTL $const_upperEdge, DI
	JZ    below
	CALL upper<>(SB)

below:
	SHIFT
	FETCHROWS(4)
	CALL inner<>(SB)
	FURTHER
	STOREFOUR(luma)
	STOREALLCHROMA
	SHIFT
	FETCHFOUR(lumaRow, 8, X4, X5, X6, X7)
	CALL inner<>(SB)
	STOREFOUR(luma4)
	SHIFT
	FETCHFOUR(lumaRow, 12, X4, X5, X6, X7)
	CALL inner<>(SB)
	STOREFOUR(luma8)
	VMOVDQU X4, (luma12)
	VMOVDQU X5, (luma12)(pitch*1)
	VMOVDQU X6, (luma12)(pitch*2)
	VMOVDQU X7, (luma12)(pitch3*1)
	VZEROUPPER
	RET
