//go:build !noasm

#include "textflag.h"

// The 13 pixels around a block, e0 to e12, go from the lower left corner up and then to the right (RFC 6386, 12.3). The edge is a register
// of 16 bytes: e0 twice, e1 to e11, and e12 three times. In all modes but DC and TM, each pixel is the mean of 2 or of 3 neighbors on the
// edge. So all these means are computed and then shuffled into rows of quads. three0…three2 are the shuffle masks for the means of 3, and
// two1 and two2 those for the means of 2, row by row. The modes are in the order of their numbers.

DATA three0<>+0(SB)/8, $0x8080808080808080
DATA three0<>+8(SB)/8, $0x0303030308070605
DATA three0<>+16(SB)/8, $0x8080808080808080
DATA three0<>+24(SB)/8, $0x0202020208070605
DATA three0<>+32(SB)/8, $0x8080808080808080
DATA three0<>+40(SB)/8, $0x0101010108070605
DATA three0<>+48(SB)/8, $0x8080808080808080
DATA three0<>+56(SB)/8, $0x0000000008070605
GLOBL three0<>(SB), RODATA|NOPTR, $64
DATA three1<>+0(SB)/8, $0x8080808007060504
DATA three1<>+8(SB)/8, $0x8080808009080706
DATA three1<>+16(SB)/8, $0x0706050406050403
DATA three1<>+24(SB)/8, $0x090807060a090807
DATA three1<>+32(SB)/8, $0x8080800305040302
DATA three1<>+40(SB)/8, $0x0a8080800b0a0908
DATA three1<>+48(SB)/8, $0x0605040204030201
DATA three1<>+56(SB)/8, $0x0b0908070c0b0a09
GLOBL three1<>(SB), RODATA|NOPTR, $64
DATA two1<>+0(SB)/8, $0x0807060580808080
DATA two1<>+8(SB)/8, $0x0908070680808080
DATA two1<>+16(SB)/8, $0x8080808080808080
DATA two1<>+24(SB)/8, $0x8080808080808080
DATA two1<>+32(SB)/8, $0x0706058080808080
DATA two1<>+40(SB)/8, $0x8009080780808080
DATA two1<>+48(SB)/8, $0x8080808080808080
DATA two1<>+56(SB)/8, $0x8080808080808080
GLOBL two1<>(SB), RODATA|NOPTR, $64
DATA three2<>+0(SB)/8, $0x0180028006050480
DATA three2<>+8(SB)/8, $0x8080808080808080
DATA three2<>+16(SB)/8, $0x0080018004800380
DATA three2<>+24(SB)/8, $0x8080808080808080
DATA three2<>+32(SB)/8, $0x8080008003800280
DATA three2<>+40(SB)/8, $0x8080808080808080
DATA three2<>+48(SB)/8, $0x8080808002800180
DATA three2<>+56(SB)/8, $0x8080808080808080
GLOBL three2<>(SB), RODATA|NOPTR, $64
DATA two2<>+0(SB)/8, $0x8002800380808004
DATA two2<>+8(SB)/8, $0x8080808080808080
DATA two2<>+16(SB)/8, $0x8001800280048003
DATA two2<>+24(SB)/8, $0x8080808080808080
DATA two2<>+32(SB)/8, $0x0000800180038002
DATA two2<>+40(SB)/8, $0x8080808080808080
DATA two2<>+48(SB)/8, $0x0000000080028001
DATA two2<>+56(SB)/8, $0x8080808080808080
GLOBL two2<>(SB), RODATA|NOPTR, $64
DATA slot1<>+0(SB)/8, $0x0302010080808080
DATA slot1<>+8(SB)/8, $0x8080808080808080
DATA slot1<>+16(SB)/8, $0x0706050480808080
DATA slot1<>+24(SB)/8, $0x8080808080808080
DATA slot1<>+32(SB)/8, $0x0b0a090880808080
DATA slot1<>+40(SB)/8, $0x8080808080808080
DATA slot1<>+48(SB)/8, $0x0f0e0d0c80808080
DATA slot1<>+56(SB)/8, $0x8080808080808080
GLOBL slot1<>(SB), RODATA|NOPTR, $64
DATA slot0<>+0(SB)/8, $0x00000000ffffffff
DATA slot0<>+8(SB)/8, $0x0000000000000000
GLOBL slot0<>(SB), RODATA|NOPTR, $16
DATA edge<>+0(SB)/8, $0x0706050403020100
DATA edge<>+8(SB)/8, $0x0d0d0d0c0b0a0908
GLOBL edge<>(SB), RODATA|NOPTR, $16
DATA sides<>+0(SB)/8, $0xffff00ffffffff00
DATA sides<>+8(SB)/8, $0x000000000000ffff
GLOBL sides<>(SB), RODATA|NOPTR, $16
DATA ones<>+0(SB)/8, $0x0101010101010101
DATA ones<>+8(SB)/8, $0x0101010101010101
GLOBL ones<>(SB), RODATA|NOPTR, $16
DATA aboveWords<>+0(SB)/8, $0x8009800880078006
DATA aboveWords<>+8(SB)/8, $0x8009800880078006
DATA aboveWords<>+16(SB)/8, $0x8009800880078006
DATA aboveWords<>+24(SB)/8, $0x8009800880078006
GLOBL aboveWords<>(SB), RODATA|NOPTR, $32
DATA leftWords<>+0(SB)/8, $0x8004800480048004
DATA leftWords<>+8(SB)/8, $0x8003800380038003
DATA leftWords<>+16(SB)/8, $0x8002800280028002
DATA leftWords<>+24(SB)/8, $0x8001800180018001
GLOBL leftWords<>(SB), RODATA|NOPTR, $32
DATA cornerWords<>+0(SB)/8, $0x8005800580058005
DATA cornerWords<>+8(SB)/8, $0x8005800580058005
DATA cornerWords<>+16(SB)/8, $0x8005800580058005
DATA cornerWords<>+24(SB)/8, $0x8005800580058005
GLOBL cornerWords<>(SB), RODATA|NOPTR, $32

// ROW stores row y of a quad of four modes that are means.
#define ROW(three, two, y, to) \
	VPSHUFB three<>+16*y(SB), X1, X4 \
	VPSHUFB two<>+16*y(SB), X2, X5   \
	VPOR    X5, X4, X4               \
	VMOVDQU X4, (to+16*y)(DX)

// FIRST stores row y of the quad of DC, TM, VE and HE.
#define FIRST(y) \
	VPSHUFB three0<>+16*y(SB), X1, X4 \
	VPSHUFB slot1<>+16*y(SB), X6, X5  \
	VPOR    X5, X4, X4                \
	VPOR    X7, X4, X4                \
	VMOVDQU X4, (16*y)(DX)

// func predictAllAVX2(dst *byte, stride int, to *[3]quad)
TEXT ·predictAllAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), SI
	MOVQ to+16(FP), DX

	// X0: the edge.
	MOVQ    DI, AX
	SUBQ    SI, AX
	VMOVDQU -1(AX), X0
	VPSLLDQ $5, X0, X0
	LEAQ    (DI)(SI*2), BX
	MOVBLZX -1(BX)(SI*1), CX
	VPINSRB $0, CX, X0, X0
	VPINSRB $1, CX, X0, X0
	VPINSRB $2, -1(BX), X0, X0
	VPINSRB $3, -1(DI)(SI*1), X0, X0
	VPINSRB $4, -1(DI), X0, X0
	VPSHUFB edge<>(SB), X0, X0

	// X1: the means of three. X2: the means of two.
	VPSRLDQ $1, X0, X3
	VPSRLDQ $2, X0, X4
	VPAVGB  X3, X0, X2
	VPAVGB  X4, X0, X1
	VPXOR   X4, X0, X5
	VPAND   ones<>(SB), X5, X5
	VPSUBB  X5, X1, X1
	VPAVGB  X3, X1, X1

	// X7: DC.
	VPAND        sides<>(SB), X0, X7
	VPXOR        X5, X5, X5
	VPSADBW      X5, X7, X7
	VPSRLDQ      $8, X7, X4
	VPADDD       X4, X7, X7
	MOVL         $4, AX
	VMOVD        AX, X4
	VPADDD       X4, X7, X7
	VPSRLD       $3, X7, X7
	VPBROADCASTB X7, X7
	VPAND        slot0<>(SB), X7, X7

	// X6: TM.
	VINSERTI128  $1, X0, Y0, Y3
	VPSHUFB      aboveWords<>(SB), Y3, Y4
	VPSHUFB      leftWords<>(SB), Y3, Y5
	VPADDW       Y5, Y4, Y4
	VPSHUFB      cornerWords<>(SB), Y3, Y5
	VPSUBW       Y5, Y4, Y4
	VEXTRACTI128 $1, Y4, X5
	VPACKUSWB    X5, X4, X6

	FIRST(0)
	FIRST(1)
	FIRST(2)
	FIRST(3)
	ROW(three1, two1, 0, 64)
	ROW(three1, two1, 1, 64)
	ROW(three1, two1, 2, 64)
	ROW(three1, two1, 3, 64)
	ROW(three2, two2, 0, 128)
	ROW(three2, two2, 1, 128)
	ROW(three2, two2, 2, 128)
	ROW(three2, two2, 3, 128)
	VZEROUPPER
	RET
