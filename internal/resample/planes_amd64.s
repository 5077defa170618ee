//go:build !noasm

#include "textflag.h"

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

// PLANES splits 16 pixels of four bytes at SI. Y0, Y1, Y2 and Y3 get the planes as words. The pixels are in order, except that the two
// inner quarters are exchanged, because VPACKUSDW works within 128 bits. Y14 holds 255 in each dword.
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

// STORE restores the order of the quarters and stores the four planes.
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

// func splitPremulAVX2(dst *int16, row *byte, stride, n int, round, factor uint16)
TEXT ·splitPremulAVX2(SB), NOSPLIT, $0-36
	MOVQ dst+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ stride+16(FP), DX
	MOVQ n+24(FP), CX
	SHLQ $1, DX
	LEAQ (DX)(DX*2), BX
	VPCMPEQD Y14, Y14, Y14
	VPSRLD $24, Y14, Y14
	VPBROADCASTW round+32(FP), Y13
	VPBROADCASTW factor+34(FP), Y15

premul:
	PLANES
	VPMULLW Y3, Y0, Y0
	VPMULLW Y3, Y1, Y1
	VPMULLW Y3, Y2, Y2
	VPADDW Y13, Y0, Y0
	VPADDW Y13, Y1, Y1
	VPADDW Y13, Y2, Y2
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

// The shuffle mask that makes four dwords of the twelve bytes of four RGB pixels.
DATA triples<>+0(SB)/8, $0x8005040380020100
DATA triples<>+8(SB)/8, $0x800B0A0980080706
GLOBL triples<>(SB), RODATA|NOPTR, $16

// func splitRGBAVX2(dst *int16, row *byte, stride, n int)
TEXT ·splitRGBAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ stride+16(FP), DX
	MOVQ n+24(FP), CX
	SHLQ $1, DX
	VPCMPEQD Y14, Y14, Y14
	VPSRLD $24, Y14, Y14
	VBROADCASTI128 triples<>(SB), Y15

triple:
	VMOVDQU 0(SI), X8
	VINSERTI128 $1, 12(SI), Y8, Y8
	VMOVDQU 24(SI), X9
	VINSERTI128 $1, 36(SI), Y9, Y9
	VPSHUFB Y15, Y8, Y8
	VPSHUFB Y15, Y9, Y9
	VPAND Y14, Y8, Y0
	VPAND Y14, Y9, Y4
	VPSRLD $8, Y8, Y1
	VPSRLD $8, Y9, Y5
	VPAND Y14, Y1, Y1
	VPAND Y14, Y5, Y5
	VPSRLD $16, Y8, Y2
	VPSRLD $16, Y9, Y6
	VPACKUSDW Y4, Y0, Y0
	VPACKUSDW Y5, Y1, Y1
	VPACKUSDW Y6, Y2, Y2
	VPSLLW $6, Y0, Y0
	VPSLLW $6, Y1, Y1
	VPSLLW $6, Y2, Y2
	VPERMQ $0xD8, Y0, Y0
	VPERMQ $0xD8, Y1, Y1
	VPERMQ $0xD8, Y2, Y2
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, (DI)(DX*1)
	VMOVDQU Y2, (DI)(DX*2)
	ADDQ $48, SI
	ADDQ $32, DI
	SUBQ $16, CX
	JGT  triple
	VZEROUPPER
	RET

// spread copies the word of alpha to the first three words of a pixel; keep sets the fourth word to 255. So alpha becomes alpha·255/255.
DATA spread<>+0(SB)/8, $0x8080070607060706
DATA spread<>+8(SB)/8, $0x80800F0E0F0E0F0E
GLOBL spread<>(SB), RODATA|NOPTR, $16
DATA keep<>+0(SB)/8, $0x00FF000000000000
GLOBL keep<>(SB), RODATA|NOPTR, $8

// func addPremulAVX2(sum *uint16, row *byte, n int, round, factor uint16)
TEXT ·addPremulAVX2(SB), NOSPLIT, $0-28
	MOVQ sum+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ n+16(FP), CX
	VBROADCASTI128 spread<>(SB), Y15
	VPBROADCASTQ keep<>(SB), Y14
	VPBROADCASTW round+24(FP), Y13
	VPBROADCASTW factor+26(FP), Y12

eight:
	VPMOVZXBW 0(SI), Y0
	VPMOVZXBW 16(SI), Y1
	VPSHUFB Y15, Y0, Y2
	VPSHUFB Y15, Y1, Y3
	VPOR Y14, Y2, Y2
	VPOR Y14, Y3, Y3
	VPMULLW Y2, Y0, Y0
	VPMULLW Y3, Y1, Y1
	VPADDW Y13, Y0, Y0
	VPADDW Y13, Y1, Y1
	VPMULHUW Y12, Y0, Y0
	VPMULHUW Y12, Y1, Y1
	VPADDW 0(DI), Y0, Y0
	VPADDW 32(DI), Y1, Y1
	VMOVDQU Y0, 0(DI)
	VMOVDQU Y1, 32(DI)
	ADDQ $32, SI
	ADDQ $64, DI
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

// pairs makes pairs of the words of two pixels: 0 4, 1 5, 2 6, 3 7.
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
// It transposes sixteen pixels of four words in four registers, in 32-bit units. A unit holds one component of two
// pixels. The registers hold pixels 0-3, 4-7, 8-11 and 12-15, each with two pixels in each half.
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
	VPUNPCKHDQ Y1, Y0, Y5     // likewise for b and a
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
