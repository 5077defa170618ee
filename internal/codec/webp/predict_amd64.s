//go:build !noasm

#include "textflag.h"
#include "idct_amd64.h"

// The 13 pixels around a block, e0 to e12, go from the lower left corner up and then to the right (RFC 6386, 12.3). The edge is a register of 16
// bytes: e0 three times, e1 to e11, and e12 twice. In all modes but DC and TM, each pixel is the mean of 2 or of 3 bytes of the edge. So all these
// means are computed and then shuffled for the mode. DC and TM are always computed as well, because a branch on the mode would often be
// mispredicted, and that would take more time.

// Shuffle masks that assemble the edge from the pixels of the block on the left, row by row, and from the row above, starting with the
// corner.
DATA edgeLeft<>+0(SB)/8, $0x808003070b0f0f0f
DATA edgeLeft<>+8(SB)/8, $0x8080808080808080
GLOBL edgeLeft<>(SB), RODATA|NOPTR, $16
DATA edgeAbove<>+0(SB)/8, $0x0100808080808080
DATA edgeAbove<>+8(SB)/8, $0x0808070605040302
GLOBL edgeAbove<>(SB), RODATA|NOPTR, $16

// Shuffle masks that select the bytes to add up for DC.
DATA sumLeft<>+0(SB)/8, $0x808080800f0b0703
DATA sumLeft<>+8(SB)/8, $0x8080808080808080
GLOBL sumLeft<>(SB), RODATA|NOPTR, $16
DATA sumAbove<>+0(SB)/8, $0x8080808004030201
DATA sumAbove<>+8(SB)/8, $0x8080808080808080
GLOBL sumAbove<>(SB), RODATA|NOPTR, $16

// Shuffle masks that make words of two rows for TM.
DATA slopeLeft01<>+0(SB)/8, $0x8003800380038003
DATA slopeLeft01<>+8(SB)/8, $0x8007800780078007
GLOBL slopeLeft01<>(SB), RODATA|NOPTR, $16
DATA slopeLeft23<>+0(SB)/8, $0x800b800b800b800b
DATA slopeLeft23<>+8(SB)/8, $0x800f800f800f800f
GLOBL slopeLeft23<>(SB), RODATA|NOPTR, $16
DATA slopeAbove<>+0(SB)/8, $0x8004800380028001
DATA slopeAbove<>+8(SB)/8, $0x8004800380028001
GLOBL slopeAbove<>(SB), RODATA|NOPTR, $16
DATA slopeCorner<>+0(SB)/8, $0x8000800080008000
DATA slopeCorner<>+8(SB)/8, $0x8000800080008000
GLOBL slopeCorner<>(SB), RODATA|NOPTR, $16

DATA ones<>+0(SB)/8, $0x0101010101010101
DATA ones<>+8(SB)/8, $0x0101010101010101
GLOBL ones<>(SB), RODATA|NOPTR, $16

// modes contains for each mode the shuffle masks for the means of 3, for those of 2, and for DC, and a mask of the bytes of TM.

// DC
DATA modes<>+0(SB)/8, $0x8080808080808080
DATA modes<>+8(SB)/8, $0x8080808080808080
DATA modes<>+16(SB)/8, $0x8080808080808080
DATA modes<>+24(SB)/8, $0x8080808080808080
DATA modes<>+32(SB)/8, $0x0000000000000000
DATA modes<>+40(SB)/8, $0x0000000000000000
DATA modes<>+48(SB)/8, $0x0000000000000000
DATA modes<>+56(SB)/8, $0x0000000000000000
// TM
DATA modes<>+64(SB)/8, $0x8080808080808080
DATA modes<>+72(SB)/8, $0x8080808080808080
DATA modes<>+80(SB)/8, $0x8080808080808080
DATA modes<>+88(SB)/8, $0x8080808080808080
DATA modes<>+96(SB)/8, $0x8080808080808080
DATA modes<>+104(SB)/8, $0x8080808080808080
DATA modes<>+112(SB)/8, $0xffffffffffffffff
DATA modes<>+120(SB)/8, $0xffffffffffffffff
// VE
DATA modes<>+128(SB)/8, $0x0908070609080706
DATA modes<>+136(SB)/8, $0x0908070609080706
DATA modes<>+144(SB)/8, $0x8080808080808080
DATA modes<>+152(SB)/8, $0x8080808080808080
DATA modes<>+160(SB)/8, $0x8080808080808080
DATA modes<>+168(SB)/8, $0x8080808080808080
DATA modes<>+176(SB)/8, $0x0000000000000000
DATA modes<>+184(SB)/8, $0x0000000000000000
// HE
DATA modes<>+192(SB)/8, $0x0303030304040404
DATA modes<>+200(SB)/8, $0x0101010102020202
DATA modes<>+208(SB)/8, $0x8080808080808080
DATA modes<>+216(SB)/8, $0x8080808080808080
DATA modes<>+224(SB)/8, $0x8080808080808080
DATA modes<>+232(SB)/8, $0x8080808080808080
DATA modes<>+240(SB)/8, $0x0000000000000000
DATA modes<>+248(SB)/8, $0x0000000000000000
// RD
DATA modes<>+256(SB)/8, $0x0706050408070605
DATA modes<>+264(SB)/8, $0x0504030206050403
DATA modes<>+272(SB)/8, $0x8080808080808080
DATA modes<>+280(SB)/8, $0x8080808080808080
DATA modes<>+288(SB)/8, $0x8080808080808080
DATA modes<>+296(SB)/8, $0x8080808080808080
DATA modes<>+304(SB)/8, $0x0000000000000000
DATA modes<>+312(SB)/8, $0x0000000000000000
// VR
DATA modes<>+320(SB)/8, $0x0807060580808080
DATA modes<>+328(SB)/8, $0x0706050380808004
DATA modes<>+336(SB)/8, $0x8080808009080706
DATA modes<>+344(SB)/8, $0x8080808008070680
DATA modes<>+352(SB)/8, $0x8080808080808080
DATA modes<>+360(SB)/8, $0x8080808080808080
DATA modes<>+368(SB)/8, $0x0000000000000000
DATA modes<>+376(SB)/8, $0x0000000000000000
// LD
DATA modes<>+384(SB)/8, $0x0b0a09080a090807
DATA modes<>+392(SB)/8, $0x0d0c0b0a0c0b0a09
DATA modes<>+400(SB)/8, $0x8080808080808080
DATA modes<>+408(SB)/8, $0x8080808080808080
DATA modes<>+416(SB)/8, $0x8080808080808080
DATA modes<>+424(SB)/8, $0x8080808080808080
DATA modes<>+432(SB)/8, $0x0000000000000000
DATA modes<>+440(SB)/8, $0x0000000000000000
// VL
DATA modes<>+448(SB)/8, $0x0a09080780808080
DATA modes<>+456(SB)/8, $0x0c0a09080b808080
DATA modes<>+464(SB)/8, $0x808080800a090807
DATA modes<>+472(SB)/8, $0x80808080800a0908
DATA modes<>+480(SB)/8, $0x8080808080808080
DATA modes<>+488(SB)/8, $0x8080808080808080
DATA modes<>+496(SB)/8, $0x0000000000000000
DATA modes<>+504(SB)/8, $0x0000000000000000
// HD
DATA modes<>+512(SB)/8, $0x0580048007060580
DATA modes<>+520(SB)/8, $0x0380028004800380
DATA modes<>+528(SB)/8, $0x8005800480808005
DATA modes<>+536(SB)/8, $0x8003800280048003
DATA modes<>+544(SB)/8, $0x8080808080808080
DATA modes<>+552(SB)/8, $0x8080808080808080
DATA modes<>+560(SB)/8, $0x0000000000000000
DATA modes<>+568(SB)/8, $0x0000000000000000
// HU
DATA modes<>+576(SB)/8, $0x0180028002800380
DATA modes<>+584(SB)/8, $0x0000000000000180
DATA modes<>+592(SB)/8, $0x8002800380038004
DATA modes<>+600(SB)/8, $0x8080808080808002
DATA modes<>+608(SB)/8, $0x8080808080808080
DATA modes<>+616(SB)/8, $0x8080808080808080
DATA modes<>+624(SB)/8, $0x0000000000000000
DATA modes<>+632(SB)/8, $0x0000000000000000
GLOBL modes<>(SB), RODATA|NOPTR, $640

// BLOCK predicts block b and adds the residue, plus minus minus. X0 contains the block on the left, and after BLOCK it
// contains block b.
#define BLOCK(b, plus, minus) \
	VMOVDQU     4*b(R10), X1          \
	MOVBLZX     b(R8), AX                  \
	SHLL        $6, AX                     \
	ADDQ        R9, AX                     \
	VPSHUFB     sumAbove<>(SB), X1, X2     \
	VPSADBW     X15, X2, X2                \
	VPADDW      four<>(SB), X2, X2         \
	VPSHUFB     sumLeft<>(SB), X0, X3      \
	VPSADBW     X15, X3, X3                \
	VPADDW      X3, X2, X2                 \
	VPSRLW      $3, X2, X2                 \
	VPSHUFB     32(AX), X2, X2             \
	VPSHUFB     slopeAbove<>(SB), X1, X3   \
	VPSHUFB     slopeCorner<>(SB), X1, X4  \
	VPSUBW      X4, X3, X3                 \
	VPSHUFB     slopeLeft01<>(SB), X0, X4  \
	VPSHUFB     slopeLeft23<>(SB), X0, X5  \
	VPADDW      X3, X4, X4                 \
	VPADDW      X3, X5, X5                 \
	VPACKUSWB   X5, X4, X4                 \
	VPAND       48(AX), X4, X4             \
	VPOR        X4, X2, X2                 \
	VPSHUFB     edgeAbove<>(SB), X1, X1    \
	VPSHUFB     edgeLeft<>(SB), X0, X0     \
	VPOR        X1, X0, X0                 \
	VPSRLDQ     $1, X0, X3                 \
	VPSRLDQ     $2, X0, X4                 \
	VPAVGB      X3, X0, X5                 \
	VPXOR       X4, X0, X6                 \
	VPAVGB      X4, X0, X0                 \
	VPAND       ones<>(SB), X6, X6         \
	VPSUBB      X6, X0, X0                 \
	VPAVGB      X3, X0, X0                 \
	VPSHUFB     16(AX), X5, X5             \
	VPOR        X5, X2, X2                 \
	VPSHUFB     (AX), X0, X0               \
	VPOR        X2, X0, X0                 \
	VPADDUSB    plus, X0, X0               \
	VPSUBUSB    minus, X0, X0              \
	VMOVD       X0, 4*b(DI)              \
	VPEXTRD     $1, X0, 4*b(DI)(BX*1)    \
	VPEXTRD     $2, X0, 4*b(DI)(BX*2)    \
	VPEXTRD     $3, X0, 4*b(DI)(R11*1)

// func predictBlocksAVX2(dst *byte, stride int, modes *uint8, c *group) bool
TEXT ·predictBlocksAVX2(SB), NOSPLIT, $0-33
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), BX
	MOVQ modes+16(FP), R8
	MOVQ c+24(FP), SI
	LOAD(SI, tooLarge)
	IDCT

	// Convert the residue to bytes: one part to add, and one part to subtract.
	VPXOR     Y15, Y15, Y15
	VPACKUSWB Y9, Y8, Y0
	VPSUBW    Y8, Y15, Y8
	VPSUBW    Y9, Y15, Y9
	VPACKUSWB Y9, Y8, Y9
	VPACKUSWB Y11, Y10, Y1
	VPSUBW    Y10, Y15, Y10
	VPSUBW    Y11, Y15, Y11
	VPACKUSWB Y11, Y10, Y11
	VMOVDQA   Y0, Y8
	VMOVDQA   Y1, Y10
	LEAQ      (BX)(BX*2), R11
	MOVQ      DI, R10
	SUBQ      BX, R10
	DECQ      R10
	LEAQ      modes<>(SB), R9
	VMOVD     -4(DI), X0
	VPINSRD   $1, -4(DI)(BX*1), X0, X0
	VPINSRD   $2, -4(DI)(BX*2), X0, X0
	VPINSRD   $3, -4(DI)(R11*1), X0, X0
	BLOCK(0, X8, X9)
	BLOCK(1, X10, X11)
	VEXTRACTI128 $1, Y8, X8
	VEXTRACTI128 $1, Y9, X9
	BLOCK(2, X8, X9)
	VEXTRACTI128 $1, Y10, X10
	VEXTRACTI128 $1, Y11, X11
	BLOCK(3, X10, X11)
	VZEROUPPER
	MOVB      $1, ret+32(FP)
	RET

tooLarge:
	VZEROUPPER
	MOVB $0, ret+32(FP)
	RET
