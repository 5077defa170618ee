// The loop filter for edges (RFC 6386, 15.3) with AVX2. An edge of luma and the corresponding edges of chroma are filtered together: the
// lower half of a register has 16 pixels of luma, the upper half 8 pixels of Cb and 8 of Cr. Y0 to Y7 are the pixels across the edge, from
// p3 to q3.

// Constants to broadcast.
DATA bytes<>+0(SB)/4, $0x80808080
DATA bytes<>+4(SB)/4, $0x1f1f1f1f
DATA bytes<>+8(SB)/4, $0x10101010
DATA bytes<>+12(SB)/4, $0x04040404
DATA bytes<>+16(SB)/4, $0x03030303
DATA bytes<>+20(SB)/4, $0x01010101
DATA bytes<>+24(SB)/4, $0xfefefefe
DATA bytes<>+28(SB)/4, $0x3f1b3f1b
DATA bytes<>+32(SB)/4, $0x3f123f12
DATA bytes<>+36(SB)/4, $0x3f093f09
GLOBL bytes<>(SB), RODATA|NOPTR, $40

#define signBits bytes<>+0(SB)
#define low5Bits bytes<>+4(SB)
#define sixteens bytes<>+8(SB)
#define fours bytes<>+12(SB)
#define threes bytes<>+16(SB)
#define ones bytes<>+20(SB)
#define high7Bits bytes<>+24(SB)
#define pairs27 bytes<>+28(SB) // 27 and 63
#define pairs18 bytes<>+32(SB)
#define pairs9 bytes<>+36(SB)

#define strength AX
#define pitch BX
#define pitch3 R9
#define chromaPitch CX
#define chromaPitch3 R10
#define luma SI
#define blue DX
#define red R8
#define luma4 R11 // luma plus 4 rows; see FURTHER
#define luma8 R12
#define luma12 R13
#define blue4 DI
#define red4 R14

// DIFFERENCE computes |a-b| of unsigned bytes, in to.
#define DIFFERENCE(a, b, to, t) \
	VPSUBUSB a, b, t  \
	VPSUBUSB b, a, to \
	VPOR     t, to, to

// DECIDE sets Y8 to ones where all differences are within the limits, and Y10 to ones where there is no high edge variance. It then
// converts p1 to q1 to signed bytes. Y9 gets the constant that converts them back.
#define DECIDE(limit) \
	DIFFERENCE(Y0, Y1, Y8, Y15)                  \
	DIFFERENCE(Y1, Y2, Y9, Y15)                  \
	DIFFERENCE(Y2, Y3, Y10, Y15)                 \
	DIFFERENCE(Y4, Y5, Y11, Y15)                 \
	DIFFERENCE(Y5, Y6, Y12, Y15)                 \
	DIFFERENCE(Y6, Y7, Y13, Y15)                 \
	VPMAXUB      Y9, Y8, Y8                      \
	VPMAXUB      Y11, Y10, Y10                   \
	VPMAXUB      Y13, Y12, Y12                   \
	VPMAXUB      Y10, Y8, Y8                     \
	VPMAXUB      Y12, Y8, Y8                     \
	VPBROADCASTB strength_interior(strength), Y9 \
	VPBROADCASTB strength_hev(strength), Y11     \
	VPBROADCASTB limit(strength), Y12            \
	VPBROADCASTD high7Bits, Y13                  \
	VPSUBUSB     Y9, Y8, Y8                      \
	VPSUBUSB     Y11, Y10, Y10                   \
	DIFFERENCE(Y3, Y4, Y9, Y15)                  \
	DIFFERENCE(Y2, Y5, Y11, Y15)                 \
	VPAND        Y13, Y11, Y11                   \
	VPSRLW       $1, Y11, Y11                    \
	VPADDUSB     Y9, Y9, Y9                      \
	VPADDUSB     Y11, Y9, Y9                     \
	VPSUBUSB     Y12, Y9, Y9                     \
	VPOR         Y9, Y8, Y8                      \
	VPXOR        Y15, Y15, Y15                   \
	VPCMPEQB     Y15, Y8, Y8                     \
	VPCMPEQB     Y15, Y10, Y10                   \
	VPBROADCASTD signBits, Y9                    \
	VPXOR        Y9, Y2, Y2                      \
	VPXOR        Y9, Y3, Y3                      \
	VPXOR        Y9, Y4, Y4                      \
	VPXOR        Y9, Y5, Y5

// COMMON changes p0 by (a+3)>>3 and q0 by (a+4)>>3, where a is in Y11. There is no instruction that shifts signed bytes. So COMMON shifts
// words, which makes the results larger by 16. Y12 gets the change of q0, also larger by 16, and Y15 gets 16.
#define COMMON \
	VPBROADCASTD fours, Y12    \
	VPBROADCASTD threes, Y13   \
	VPBROADCASTD low5Bits, Y14 \
	VPBROADCASTD sixteens, Y15 \
	VPADDSB      Y11, Y12, Y12 \
	VPADDSB      Y11, Y13, Y13 \
	VPXOR        Y9, Y12, Y12  \
	VPXOR        Y9, Y13, Y13  \
	VPSRLW       $3, Y12, Y12  \
	VPSRLW       $3, Y13, Y13  \
	VPAND        Y14, Y12, Y12 \
	VPAND        Y14, Y13, Y13 \
	VPSUBB       Y15, Y13, Y13 \
	VPSUBB       Y15, Y12, Y14 \
	VPADDSB      Y13, Y3, Y3   \
	VPSUBSB      Y14, Y4, Y4

// SLOPE adds 3·(q0-p0) to Y11, and sets Y11 to 0 where nothing is to be filtered.
#define SLOPE \
	VPSUBSB Y3, Y4, Y12   \
	VPADDSB Y12, Y11, Y11 \
	VPADDSB Y12, Y11, Y11 \
	VPADDSB Y12, Y11, Y11 \
	VPAND   Y8, Y11, Y11

// inner filters an edge between blocks.
TEXT inner<>(SB), NOSPLIT|NOFRAME, $0-0
	DECIDE(strength_inner)
	VPSUBSB Y5, Y2, Y11
	VPANDN  Y11, Y10, Y11
	SLOPE
	COMMON
	VPAVGB  Y15, Y12, Y12
	VPSUBB  Y15, Y12, Y12
	VPAND   Y10, Y12, Y12
	VPSUBSB Y12, Y5, Y5
	VPADDSB Y12, Y2, Y2
	VPXOR   Y9, Y2, Y2
	VPXOR   Y9, Y3, Y3
	VPXOR   Y9, Y4, Y4
	VPXOR   Y9, Y5, Y5
	RET

// SMOOTH changes p and q by (n·w+63)>>7. pairs has pairs of n and 63; Y12 and Y13 have pairs of w and 1. SMOOTH then converts p and q to
// unsigned bytes.
#define SMOOTH(pairs, p, q) \
	VPBROADCASTD pairs, Y15    \
	VPMADDUBSW   Y12, Y15, Y8  \
	VPMADDUBSW   Y13, Y15, Y15 \
	VPSRAW       $7, Y8, Y8    \
	VPSRAW       $7, Y15, Y15  \
	VPACKSSWB    Y15, Y8, Y8   \
	VPADDSB      Y8, p, p      \
	VPSUBSB      Y8, q, q      \
	VPXOR        Y9, p, p      \
	VPXOR        Y9, q, q

// edge filters an edge between macroblocks.
TEXT edge<>(SB), NOSPLIT|NOFRAME, $0-0
	DECIDE(strength_edge)
	VPSUBSB Y5, Y2, Y11
	SLOPE
	VPAND   Y10, Y11, Y8
	VPANDN  Y11, Y10, Y11
	COMMON
	VPXOR   Y9, Y1, Y1
	VPXOR   Y9, Y6, Y6
	VPBROADCASTD ones, Y15
	VPUNPCKLBW   Y15, Y8, Y12
	VPUNPCKHBW   Y15, Y8, Y13
	SMOOTH(pairs27, Y3, Y4)
	SMOOTH(pairs18, Y2, Y5)
	SMOOTH(pairs9, Y1, Y6)
	RET

// transpose transposes four squares of 8×8 bytes. Register i has row i of each square.
TEXT transpose<>(SB), NOSPLIT|NOFRAME, $0-0
	VPUNPCKLBW  Y1, Y0, Y8
	VPUNPCKHBW  Y1, Y0, Y9
	VPUNPCKLBW  Y3, Y2, Y10
	VPUNPCKHBW  Y3, Y2, Y11
	VPUNPCKLBW  Y5, Y4, Y12
	VPUNPCKHBW  Y5, Y4, Y13
	VPUNPCKLBW  Y7, Y6, Y14
	VPUNPCKHBW  Y7, Y6, Y15
	VPUNPCKLWD  Y10, Y8, Y0
	VPUNPCKHWD  Y10, Y8, Y1
	VPUNPCKLWD  Y14, Y12, Y2
	VPUNPCKHWD  Y14, Y12, Y3
	VPUNPCKLWD  Y11, Y9, Y4
	VPUNPCKHWD  Y11, Y9, Y5
	VPUNPCKLWD  Y15, Y13, Y6
	VPUNPCKHWD  Y15, Y13, Y7
	VPUNPCKLDQ  Y2, Y0, Y8
	VPUNPCKHDQ  Y2, Y0, Y9
	VPUNPCKLDQ  Y3, Y1, Y10
	VPUNPCKHDQ  Y3, Y1, Y11
	VPUNPCKLDQ  Y6, Y4, Y12
	VPUNPCKHDQ  Y6, Y4, Y13
	VPUNPCKLDQ  Y7, Y5, Y14
	VPUNPCKHDQ  Y7, Y5, Y15
	VPUNPCKLQDQ Y12, Y8, Y0
	VPUNPCKHQDQ Y12, Y8, Y1
	VPUNPCKLQDQ Y13, Y9, Y2
	VPUNPCKHQDQ Y13, Y9, Y3
	VPUNPCKLQDQ Y14, Y10, Y4
	VPUNPCKHQDQ Y14, Y10, Y5
	VPUNPCKLQDQ Y15, Y11, Y6
	VPUNPCKHQDQ Y15, Y11, Y7
	RET

// FURTHER sets luma4 and the other registers for rows further down.
#define FURTHER \
	LEAQ (luma)(pitch*4), luma4       \
	LEAQ (luma)(pitch*8), luma8       \
	LEAQ (luma4)(pitch*8), luma12     \
	LEAQ (blue)(chromaPitch*4), blue4 \
	LEAQ (red)(chromaPitch*4), red4

// CHROMA sets the upper half of y to 8 pixels of Cb and 8 of Cr. Its lower half is x.
#define CHROMA(u, v, x, y) \
	VMOVQ       u, X8     \
	VMOVHPS     v, X8, X8 \
	VINSERTI128 $1, X8, y, y

#define TWO(a, b, x) \
	VMOVQ   a, x \
	VMOVHPS b, x, x

// LOADLUMA loads 8 columns of 16 rows of luma in the layout for transpose. STORELUMA stores them.
#define LOADLUMA \
	TWO((luma), (luma8), X0)                     \
	TWO((luma)(pitch*1), (luma8)(pitch*1), X1)   \
	TWO((luma)(pitch*2), (luma8)(pitch*2), X2)   \
	TWO((luma)(pitch3*1), (luma8)(pitch3*1), X3) \
	TWO((luma4), (luma12), X4)                   \
	TWO((luma4)(pitch*1), (luma12)(pitch*1), X5) \
	TWO((luma4)(pitch*2), (luma12)(pitch*2), X6) \
	TWO((luma4)(pitch3*1), (luma12)(pitch3*1), X7)

#define LOADCHROMA \
	CHROMA((blue), (red), X0, Y0)                                 \
	CHROMA((blue)(chromaPitch*1), (red)(chromaPitch*1), X1, Y1)   \
	CHROMA((blue)(chromaPitch*2), (red)(chromaPitch*2), X2, Y2)   \
	CHROMA((blue)(chromaPitch3*1), (red)(chromaPitch3*1), X3, Y3) \
	CHROMA((blue4), (red4), X4, Y4)                               \
	CHROMA((blue4)(chromaPitch*1), (red4)(chromaPitch*1), X5, Y5) \
	CHROMA((blue4)(chromaPitch*2), (red4)(chromaPitch*2), X6, Y6) \
	CHROMA((blue4)(chromaPitch3*1), (red4)(chromaPitch3*1), X7, Y7)

#define STORETWO(x, a, b) \
	VMOVQ   x, a \
	VMOVHPS x, b

#define STORELUMA \
	STORETWO(X0, (luma), (luma8))                     \
	STORETWO(X1, (luma)(pitch*1), (luma8)(pitch*1))   \
	STORETWO(X2, (luma)(pitch*2), (luma8)(pitch*2))   \
	STORETWO(X3, (luma)(pitch3*1), (luma8)(pitch3*1)) \
	STORETWO(X4, (luma4), (luma12))                   \
	STORETWO(X5, (luma4)(pitch*1), (luma12)(pitch*1)) \
	STORETWO(X6, (luma4)(pitch*2), (luma12)(pitch*2)) \
	STORETWO(X7, (luma4)(pitch3*1), (luma12)(pitch3*1))

#define STORECHROMA(y, u, v) \
	VEXTRACTI128 $1, y, X8 \
	VMOVQ        X8, u     \
	VMOVHPS      X8, v

#define STOREALLCHROMA \
	STORECHROMA(Y0, (blue), (red))                                         \
	STORECHROMA(Y1, (blue)(chromaPitch*1), (red)(chromaPitch*1))           \
	STORECHROMA(Y2, (blue)(chromaPitch*2), (red)(chromaPitch*2))           \
	STORECHROMA(Y3, (blue)(chromaPitch3*1), (red)(chromaPitch3*1))         \
	STORECHROMA(Y4, (blue4), (red4))                                       \
	STORECHROMA(Y5, (blue4)(chromaPitch*1), (red4)(chromaPitch*1))         \
	STORECHROMA(Y6, (blue4)(chromaPitch*2), (red4)(chromaPitch*2))         \
	STORECHROMA(Y7, (blue4)(chromaPitch3*1), (red4)(chromaPitch3*1))

// loadColumns loads the 8 columns from luma, blue and red on, in the layout for edge and inner. storeColumns stores them.
TEXT loadColumns<>(SB), NOSPLIT|NOFRAME, $0-0
	FURTHER
	LOADLUMA
	LOADCHROMA
	JMP transpose<>(SB)

TEXT storeColumns<>(SB), NOSPLIT|NOFRAME, $0-0
	CALL transpose<>(SB)
	STORELUMA
	STOREALLCHROMA
	RET
