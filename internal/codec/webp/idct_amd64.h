// The inverse DCT of a group (RFC 6386, 14.4) with AVX2.

// cos and sin are √2·cos(π/8) - 1 and √2·sin(π/8) - 1, in 1/65536. The upper 16 bits of a product with them plus the factor itself give the
// full product.
DATA cos<>+0(SB)/8, $0x4e7b4e7b4e7b4e7b
DATA cos<>+8(SB)/8, $0x4e7b4e7b4e7b4e7b
DATA cos<>+16(SB)/8, $0x4e7b4e7b4e7b4e7b
DATA cos<>+24(SB)/8, $0x4e7b4e7b4e7b4e7b
GLOBL cos<>(SB), RODATA|NOPTR, $32
DATA sin<>+0(SB)/8, $0x8a8c8a8c8a8c8a8c
DATA sin<>+8(SB)/8, $0x8a8c8a8c8a8c8a8c
DATA sin<>+16(SB)/8, $0x8a8c8a8c8a8c8a8c
DATA sin<>+24(SB)/8, $0x8a8c8a8c8a8c8a8c
GLOBL sin<>(SB), RODATA|NOPTR, $32

// large is a mask of the bits in which the magnitude of a coefficient must be 0, so that 16 bits do not overflow: 2048·(2+cos+sin)² is less
// than 32768.
DATA large<>+0(SB)/8, $0xf800f800f800f800
DATA large<>+8(SB)/8, $0xf800f800f800f800
DATA large<>+16(SB)/8, $0xf800f800f800f800
DATA large<>+24(SB)/8, $0xf800f800f800f800
GLOBL large<>(SB), RODATA|NOPTR, $32

DATA four<>+0(SB)/8, $0x0004000400040004
DATA four<>+8(SB)/8, $0x0004000400040004
DATA four<>+16(SB)/8, $0x0004000400040004
DATA four<>+24(SB)/8, $0x0004000400040004
GLOBL four<>(SB), RODATA|NOPTR, $32

// LOAD loads the rows of the group at g to Y0…Y3. If a coefficient is large, it jumps to other.
#define LOAD(g, other) \
	VMOVDQU (g), Y0         \
	VMOVDQU 32(g), Y1       \
	VMOVDQU 64(g), Y2       \
	VMOVDQU 96(g), Y3       \
	VPABSW  Y0, Y4          \
	VPABSW  Y1, Y5          \
	VPABSW  Y2, Y6          \
	VPABSW  Y3, Y7          \
	VPOR    Y4, Y5, Y4      \
	VPOR    Y6, Y7, Y6      \
	VPOR    Y4, Y6, Y4      \
	VPTEST  large<>(SB), Y4 \
	JNZ     other           \
	VPXOR   Y4, Y4, Y4      \
	VMOVDQU Y4, (g)         \
	VMOVDQU Y4, 32(g)       \
	VMOVDQU Y4, 64(g)       \
	VMOVDQU Y4, 96(g)

// PASS transforms the columns of Y0…Y3.
#define PASS \
	VPADDW  Y2, Y0, Y4       \
	VPSUBW  Y2, Y0, Y5       \
	VPMULHW sin<>(SB), Y1, Y6 \
	VPADDW  Y1, Y6, Y6       \
	VPMULHW cos<>(SB), Y3, Y7 \
	VPADDW  Y3, Y7, Y7       \
	VPSUBW  Y7, Y6, Y6       \
	VPMULHW cos<>(SB), Y1, Y8 \
	VPADDW  Y1, Y8, Y8       \
	VPMULHW sin<>(SB), Y3, Y9 \
	VPADDW  Y3, Y9, Y9       \
	VPADDW  Y9, Y8, Y8       \
	VPADDW  Y8, Y4, Y0       \
	VPADDW  Y6, Y5, Y1       \
	VPSUBW  Y6, Y5, Y2       \
	VPSUBW  Y8, Y4, Y3

// TURN transposes each block. Y8 gets rows 0 and 1 of block 0 (and of block 2 in the upper half), Y9 rows 2 and 3; Y10 and Y11 get those of
// block 1 (and 3).
#define TURN \
	VPUNPCKLWD Y1, Y0, Y4  \
	VPUNPCKHWD Y1, Y0, Y5  \
	VPUNPCKLWD Y3, Y2, Y6  \
	VPUNPCKHWD Y3, Y2, Y7  \
	VPUNPCKLDQ Y6, Y4, Y8  \
	VPUNPCKHDQ Y6, Y4, Y9  \
	VPUNPCKLDQ Y7, Y5, Y10 \
	VPUNPCKHDQ Y7, Y5, Y11

// JOIN converts the result of TURN to rows of all blocks.
#define JOIN \
	VPUNPCKLQDQ Y10, Y8, Y0 \
	VPUNPCKHQDQ Y10, Y8, Y1 \
	VPUNPCKLQDQ Y11, Y9, Y2 \
	VPUNPCKHQDQ Y11, Y9, Y3

// IDCT computes the residue of the pixels, in the layout of TURN.
#define IDCT \
	PASS                   \
	TURN                   \
	JOIN                   \
	VPADDW four<>(SB), Y0, Y0 \
	PASS                   \
	VPSRAW $3, Y0, Y0      \
	VPSRAW $3, Y1, Y1      \
	VPSRAW $3, Y2, Y2      \
	VPSRAW $3, Y3, Y3      \
	TURN
