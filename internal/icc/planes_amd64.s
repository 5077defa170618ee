//go:build !noasm

#include "go_asm.h"
#include "textflag.h"

// These are the steps of planes.go. They process eight pixels at a time, with the same bits in the result as the Go code. n is always a
// multiple of eight.

#define BROADCAST(value, x, y) MOVL $value, AX; VMOVD AX, x; VPBROADCASTD x, y

// func lookUpAVX2(dst *float32, table *[256]float32, src *byte, shift, n int)
TEXT ·lookUpAVX2(SB), NOSPLIT, $0-40
	MOVQ  dst+0(FP), DI
	MOVQ  table+8(FP), R8
	MOVQ  src+16(FP), SI
	VMOVQ shift+24(FP), X3
	MOVQ  n+32(FP), CX
	BROADCAST(255, X4, Y4)

lookUp:
	VMOVDQU    (SI), Y0
	VPSRLD     X3, Y0, Y0
	VPAND      Y4, Y0, Y0
	VPCMPEQD   Y1, Y1, Y1
	VGATHERDPS Y1, (R8)(Y0*4), Y2
	VMOVUPS    Y2, (DI)
	ADDQ       $32, SI
	ADDQ       $32, DI
	SUBQ       $8, CX
	JNZ        lookUp
	VZEROUPPER
	RET

// func multiplyAVX2(dst *float32, slope float32, src *byte, shift, n int)
TEXT ·multiplyAVX2(SB), NOSPLIT, $0-40
	MOVQ         dst+0(FP), DI
	VBROADCASTSS slope+8(FP), Y5
	MOVQ         src+16(FP), SI
	VMOVQ        shift+24(FP), X3
	MOVQ         n+32(FP), CX
	BROADCAST(255, X4, Y4)

multiply:
	VMOVDQU   (SI), Y0
	VPSRLD    X3, Y0, Y0
	VPAND     Y4, Y0, Y0
	VCVTDQ2PS Y0, Y0
	VMULPS    Y5, Y0, Y0
	VMOVUPS   Y0, (DI)
	ADDQ      $32, SI
	ADDQ      $32, DI
	SUBQ      $8, CX
	JNZ       multiply
	VZEROUPPER
	RET

// Offsets on the stack. NODES: the byte offsets from the first node of the grid to three corners of each tetrahedron. For four inputs,
// BETWEEN: the positions between two tetrahedra, and FIRST: the results in the first of them.
#define NODES   0
#define BETWEEN 96
#define FIRST   128

// CELL converts positions along an input: Y0 has the positions, and gets the positions within the cells; Y1 gets the cells. Cells are
// always on the grid, even for a NaN.
#define CELL(input) \
	VCVTTPS2DQ   Y0, Y1                       \
	VPBROADCASTD (grid_last+4*input)(R8), Y2  \
	VPMINSD      Y2, Y1, Y1                   \
	VPMAXSD      Y15, Y1, Y1                  \
	VCVTDQ2PS    Y1, Y2                       \
	VSUBPS       Y2, Y0, Y0

// NODE adds the offset of the cells in Y1 to Y3. It leaves the step in Y2.
#define NODE(input) \
	VPBROADCASTD (grid_step+4*input)(R8), Y2  \
	VPMULLD      Y2, Y1, Y1                   \
	VPADDD       Y1, Y3, Y3

// KEY computes the sort keys that the Go function tetrahedron describes.
#define KEY(input, plane, key) \
	VMOVUPS    (plane), Y0  \
	CELL(input)             \
	VMULPS     Y14, Y0, Y0  \
	VCVTTPS2DQ Y0, key      \
	VPSLLD     $16, key, key \
	NODE(input)             \
	VPOR       Y2, key, key

// TETRAHEDRA sorts the keys in Y4, Y5 and Y6. It writes the nodes to the stack and the weights to Y8, Y9, Y10 and Y11.
#define TETRAHEDRA \
	VPMAXSD   Y5, Y4, Y7    \
	VPMINSD   Y5, Y4, Y5    \
	VPMINSD   Y6, Y7, Y4    \
	VPMAXSD   Y6, Y7, Y7    \
	VPMINSD   Y4, Y5, Y6    \
	VPMAXSD   Y4, Y5, Y5    \
	VPAND     Y13, Y7, Y0   \
	VPAND     Y13, Y5, Y1   \
	VPADDD    Y3, Y0, Y0    \
	VPADDD    Y0, Y1, Y1    \
	VPSLLD    $4, Y3, Y3    \
	VPSLLD    $4, Y0, Y0    \
	VPSLLD    $4, Y1, Y1    \
	VMOVDQU   Y3, NODES+0(SP)   \
	VMOVDQU   Y0, NODES+32(SP)  \
	VMOVDQU   Y1, NODES+64(SP)  \
	VPSRLD    $16, Y7, Y7   \
	VPSRLD    $16, Y5, Y5   \
	VPSRLD    $16, Y6, Y6   \
	VPSUBD    Y7, Y12, Y0   \
	VPSUBD    Y5, Y7, Y1    \
	VPSUBD    Y6, Y5, Y2    \
	VCVTDQ2PS Y0, Y8        \
	VCVTDQ2PS Y1, Y9        \
	VCVTDQ2PS Y2, Y10       \
	VCVTDQ2PS Y6, Y11

// CORNER multiplies a node of pixel i, and one of pixel i+4, by its weight. each selects these two weights.
#define CORNER(base, low, high, weight, each, out) \
	VMOVUPS     (base)(low*1), X4           \
	VINSERTF128 $1, (base)(high*1), Y4, Y4  \
	VPERMILPS   each, weight, out           \
	VMULPS      Y4, out, out

// AT interpolates the colors of pixels i and i+4.
#define AT(i, each, out) \
	MOVL   (NODES+0+4*i)(SP), AX           \
	MOVL   (NODES+16+4*i)(SP), R10         \
	MOVL   (NODES+32+4*i)(SP), BX          \
	MOVL   (NODES+48+4*i)(SP), R12         \
	MOVL   (NODES+64+4*i)(SP), DX          \
	MOVL   (NODES+80+4*i)(SP), R15         \
	CORNER(R9, AX, R10, Y8, each, out)     \
	CORNER(R9, BX, R12, Y9, each, Y5)      \
	VADDPS Y5, out, out                    \
	CORNER(R9, DX, R15, Y10, each, Y6)     \
	VADDPS Y6, out, out                    \
	CORNER(R11, AX, R10, Y11, each, Y7)    \
	VADDPS Y7, out, out

#define ALL \
	AT(0, $0x00, Y0) \
	AT(1, $0x55, Y1) \
	AT(2, $0xaa, Y2) \
	AT(3, $0xff, Y3)

// SPREAD converts eight pixels of four values to planes: Y0, Y1 and Y2.
#define SPREAD \
	VUNPCKLPS Y1, Y0, Y4 \
	VUNPCKLPS Y3, Y2, Y5 \
	VUNPCKHPS Y1, Y0, Y6 \
	VUNPCKHPS Y3, Y2, Y7 \
	VUNPCKLPD Y5, Y4, Y0 \
	VUNPCKHPD Y5, Y4, Y1 \
	VUNPCKLPD Y7, Y6, Y2

// CONSTANTS sets Y12 to weightOne, Y13 to the mask of a step, Y14 to weightOne as a float, and Y15
// to zero.
#define CONSTANTS \
	BROADCAST(16384, X12, Y12)      \
	BROADCAST(0xffff, X13, Y13)     \
	BROADCAST(0x46800000, X14, Y14) \
	VPXOR Y15, Y15, Y15

// func gridAVX2(nodes *grid, x, y, z *float32, n int)
TEXT ·gridAVX2(SB), NOSPLIT, $96-40
	MOVQ    nodes+0(FP), R8
	MOVQ    x+8(FP), DI
	MOVQ    y+16(FP), SI
	MOVQ    z+24(FP), R13
	MOVQ    n+32(FP), CX
	CONSTANTS
	MOVQ    grid_node(R8), R9
	MOVLQSX (grid_step+0)(R8), R11
	MOVLQSX (grid_step+4)(R8), AX
	ADDQ    AX, R11
	MOVLQSX (grid_step+8)(R8), AX
	ADDQ    AX, R11
	SHLQ    $4, R11
	ADDQ    R9, R11 // the opposite corner

grid3:
	VPXOR   Y3, Y3, Y3
	KEY(0, DI, Y4)
	KEY(1, SI, Y5)
	KEY(2, R13, Y6)
	TETRAHEDRA
	ALL
	SPREAD
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, (SI)
	VMOVUPS Y2, (R13)
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $32, R13
	SUBQ    $8, CX
	JNZ     grid3
	VZEROUPPER
	RET

// FROM interpolates between the result of the first tetrahedron, on the stack, and that of the second, in out.
#define FROM(i, each, out) \
	VMOVUPS   (FIRST+32*i)(SP), Y4  \
	VPERMILPS each, Y8, Y5          \
	VSUBPS    Y4, out, out          \
	VMULPS    Y5, out, out          \
	VADDPS    Y4, out, out

// func grid4AVX2(nodes *grid, w, x, y, z *float32, n int)
TEXT ·grid4AVX2(SB), NOSPLIT, $256-48
	MOVQ    nodes+0(FP), R8
	MOVQ    n+40(FP), CX
	CONSTANTS
	MOVQ    grid_node(R8), R9
	MOVLQSX (grid_step+4)(R8), R11
	MOVLQSX (grid_step+8)(R8), AX
	ADDQ    AX, R11
	MOVLQSX (grid_step+12)(R8), AX
	ADDQ    AX, R11
	SHLQ    $4, R11
	ADDQ    R9, R11 // the opposite corner
	MOVLQSX (grid_step+0)(R8), R13
	SHLQ    $4, R13 // to the next tetrahedron

grid4:
	MOVQ    w+8(FP), DI
	MOVQ    x+16(FP), SI
	MOVQ    y+24(FP), AX
	MOVQ    z+32(FP), BX
	VPXOR   Y3, Y3, Y3
	VMOVUPS (DI), Y0
	CELL(0)
	VMOVUPS Y0, BETWEEN(SP)
	NODE(0)
	KEY(1, SI, Y4)
	KEY(2, AX, Y5)
	KEY(3, BX, Y6)
	TETRAHEDRA
	ALL
	VMOVUPS Y0, (FIRST+0)(SP)
	VMOVUPS Y1, (FIRST+32)(SP)
	VMOVUPS Y2, (FIRST+64)(SP)
	VMOVUPS Y3, (FIRST+96)(SP)
	ADDQ    R13, R9
	ADDQ    R13, R11
	ALL
	SUBQ    R13, R9
	SUBQ    R13, R11
	VMOVUPS BETWEEN(SP), Y8
	FROM(0, $0x00, Y0)
	FROM(1, $0x55, Y1)
	FROM(2, $0xaa, Y2)
	FROM(3, $0xff, Y3)
	SPREAD
	MOVQ    y+24(FP), AX
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, (SI)
	VMOVUPS Y2, (AX)
	ADDQ    $32, w+8(FP)
	ADDQ    $32, x+16(FP)
	ADDQ    $32, y+24(FP)
	ADDQ    $32, z+32(FP)
	SUBQ    $8, CX
	JNZ     grid4
	VZEROUPPER
	RET

// func postAVX2(p *post, values *float32, n int)
TEXT ·postAVX2(SB), NOSPLIT, $0-24
	MOVQ  p+0(FP), R8
	MOVQ  values+8(FP), DI
	MOVQ  n+16(FP), CX
	BROADCAST(0x3e800000, X10, Y10) // -postLow
	BROADCAST(0x45800000, X11, Y11) // postSteps
	BROADCAST(0x45c00000, X12, Y12) // postLast
	BROADCAST(0x38000000, X13, Y13) // 1/postUnits
	BROADCAST(0x3f000000, X14, Y14) // 1/2
	VPXOR Y15, Y15, Y15

post:
	VADDPS     (DI), Y10, Y0
	VMULPS     Y11, Y0, Y0
	VMAXPS     Y15, Y0, Y0
	VMINPS     Y12, Y0, Y0
	VCVTTPS2DQ Y0, Y1
	VCVTDQ2PS  Y1, Y2
	VSUBPS     Y2, Y0, Y0
	VPCMPEQD   Y3, Y3, Y3
	VPGATHERDD Y3, (R8)(Y1*4), Y4
	VPSLLD     $16, Y4, Y5
	VPSRAD     $16, Y4, Y6 // the value
	VPSRAD     $16, Y5, Y5 // difference to the next value
	VCVTDQ2PS  Y6, Y6
	VCVTDQ2PS  Y5, Y5
	VMULPS     Y0, Y5, Y5
	VADDPS     Y5, Y6, Y6
	VMULPS     Y13, Y6, Y6
	VADDPS     Y14, Y6, Y6
	VMOVUPS    Y6, (DI)
	ADDQ       $32, DI
	SUBQ       $8, CX
	JNZ        post
	VZEROUPPER
	RET

#define SUM(row) \
	VBROADCASTSS (12*row+0)(R8), Y3  \
	VBROADCASTSS (12*row+4)(R8), Y4  \
	VBROADCASTSS (12*row+8)(R8), Y5  \
	VBROADCASTSS (36+4*row)(R8), Y6  \
	VMULPS       Y0, Y3, Y3          \
	VMULPS       Y1, Y4, Y4          \
	VMULPS       Y2, Y5, Y5          \
	VADDPS       Y4, Y3, Y3          \
	VADDPS       Y5, Y3, Y3          \
	VADDPS       Y6, Y3, Y3

// func affineAVX2(m *affine, x, y, z *float32, n int)
TEXT ·affineAVX2(SB), NOSPLIT, $0-40
	MOVQ m+0(FP), R8
	MOVQ x+8(FP), DI
	MOVQ y+16(FP), SI
	MOVQ z+24(FP), DX
	MOVQ n+32(FP), CX

affine:
	VMOVUPS (DI), Y0
	VMOVUPS (SI), Y1
	VMOVUPS (DX), Y2
	SUM(0)
	VMOVUPS Y3, (DI)
	SUM(1)
	VMOVUPS Y3, (SI)
	SUM(2)
	VMOVUPS Y3, (DX)
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $32, DX
	SUBQ    $8, CX
	JNZ     affine
	VZEROUPPER
	RET

// func cubeAVX2(values *float32, n int)
TEXT ·cubeAVX2(SB), NOSPLIT, $0-16
	MOVQ values+0(FP), DI
	MOVQ n+8(FP), CX
	BROADCAST(0x3e53dcb1, X10, Y10) // 6/29
	BROADCAST(0x3e0d3dcb, X11, Y11) // 4/29
	BROADCAST(0x3e038027, X12, Y12) // 108/841

cube:
	VMOVUPS   (DI), Y0
	VCMPPS    $30, Y10, Y0, Y1 // greater
	VMULPS    Y0, Y0, Y2
	VMULPS    Y0, Y2, Y2
	VSUBPS    Y11, Y0, Y3
	VMULPS    Y3, Y12, Y3
	VBLENDVPS Y1, Y2, Y3, Y0
	VMOVUPS   Y0, (DI)
	ADDQ      $32, DI
	SUBQ      $8, CX
	JNZ       cube
	VZEROUPPER
	RET

// LEVEL computes the levels of channel i, which is in x. y and z have the next two channels. The levels are the lowest bytes of out.
#define LEVEL(i, x, y, z, out) \
	VBROADCASTSS (linear_sum+4*i)(R8), Y3  \
	VBROADCASTSS (linear_a+4*i)(R8), Y4    \
	VBROADCASTSS (linear_b+4*i)(R8), Y5    \
	VSUBPS       x, y, Y6                  \
	VSUBPS       x, z, Y7                  \
	VMULPS       x, Y3, Y3                 \
	VMULPS       Y6, Y4, Y4                \
	VMULPS       Y7, Y5, Y5                \
	VADDPS       Y4, Y3, Y3                \
	VADDPS       Y5, Y3, Y3                \
	VMULPS       Y10, Y3, Y3               \
	VADDPS       Y11, Y3, Y3               \
	VMAXPS       Y15, Y3, Y3               \
	VMINPS       Y10, Y3, Y3               \
	VCVTTPS2DQ   Y3, Y3                    \
	VPCMPEQD     Y4, Y4, Y4                \
	VPGATHERDD   Y4, (R9)(Y3*1), out       \
	VPAND        Y12, out, out

// func encodeAVX2(dst, src *byte, x, y, z *float32, n int, m *linear, table *[encodeSteps + 3]byte, opaque uint32)
TEXT ·encodeAVX2(SB), NOSPLIT, $0-68
	MOVQ         dst+0(FP), BX
	MOVQ         src+8(FP), AX
	MOVQ         AX, R10
	MOVQ         x+16(FP), DI
	MOVQ         y+24(FP), SI
	MOVQ         z+32(FP), DX
	MOVQ         n+40(FP), CX
	MOVQ         m+48(FP), R8
	MOVQ         table+56(FP), R9
	MOVL         opaque+64(FP), R11
	VMOVD        R11, X14
	VPBROADCASTD X14, Y14
	BROADCAST(0x467ffc00, X10, Y10) // encodeSteps-1
	BROADCAST(0x3f000000, X11, Y11) // 1/2
	BROADCAST(255, X12, Y12)
	VPSLLD       $24, Y12, Y13
	VPSLLD       $24, Y14, Y14
	VPXOR        Y15, Y15, Y15

encode:
	VMOVUPS (DI), Y0
	VMOVUPS (SI), Y1
	VMOVUPS (DX), Y2
	LEVEL(0, Y0, Y1, Y2, Y8)
	LEVEL(1, Y1, Y2, Y0, Y9)
	VPSLLD  $8, Y9, Y9
	VPOR    Y9, Y8, Y8
	LEVEL(2, Y2, Y0, Y1, Y9)
	VPSLLD  $16, Y9, Y9
	VPOR    Y9, Y8, Y8
	VPAND   (R10), Y13, Y9
	VPOR    Y14, Y9, Y9
	VPOR    Y9, Y8, Y8
	VMOVDQU Y8, (BX)
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $32, DX
	ADDQ    $32, R10
	ADDQ    $32, BX
	SUBQ    $8, CX
	JNZ     encode
	VZEROUPPER
	RET

// func toRGBAVX2(line, luma, cb, cr *byte, n int)
TEXT ·toRGBAVX2(SB), NOSPLIT, $0-40
	MOVQ line+0(FP), DI
	MOVQ luma+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX

	BROADCAST(0x10101, X8, Y8)
	BROADCAST(128, X9, Y9)
	BROADCAST(91881, X10, Y10)
	BROADCAST(22554, X11, Y11)
	BROADCAST(46802, X12, Y12)
	BROADCAST(116130, X13, Y13)
	BROADCAST(255, X14, Y14)
	VPXOR   Y15, Y15, Y15
	VPSLLD  $24, Y14, Y7          // alpha

toRGB:
	VPMOVZXBD (SI), Y0
	VPMOVZXBD (R8), Y1
	VPMOVZXBD (R9), Y2
	VPMULLD   Y8, Y0, Y0
	VPSUBD    Y9, Y1, Y1
	VPSUBD    Y9, Y2, Y2
	VPMULLD   Y10, Y2, Y3
	VPMULLD   Y11, Y1, Y4
	VPMULLD   Y12, Y2, Y5
	VPMULLD   Y13, Y1, Y6
	VPADDD    Y3, Y0, Y3          // red
	VPSUBD    Y4, Y0, Y4
	VPSUBD    Y5, Y4, Y4          // green
	VPADDD    Y6, Y0, Y6          // blue
	VPSRAD    $16, Y3, Y3
	VPSRAD    $16, Y4, Y4
	VPSRAD    $16, Y6, Y6
	VPMAXSD   Y15, Y3, Y3
	VPMAXSD   Y15, Y4, Y4
	VPMAXSD   Y15, Y6, Y6
	VPMINSD   Y14, Y3, Y3
	VPMINSD   Y14, Y4, Y4
	VPMINSD   Y14, Y6, Y6
	VPSLLD    $8, Y4, Y4
	VPSLLD    $16, Y6, Y6
	VPOR      Y7, Y3, Y3
	VPOR      Y4, Y3, Y3
	VPOR      Y6, Y3, Y3
	VMOVDQU   Y3, (DI)
	ADDQ      $8, SI
	ADDQ      $8, R8
	ADDQ      $8, R9
	ADDQ      $32, DI
	SUBQ      $8, CX
	JNZ       toRGB

	VZEROUPPER
	RET
