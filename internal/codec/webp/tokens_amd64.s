//go:build !noasm

#include "go_asm.h"
#include "textflag.h"
#include "bool_amd64.h"

#define n R11 // number of the coefficient
#define v R14 // value of the coefficient; between blocks: 1 if the block on the left has coefficients
#define q R8 // probabilities of the next token
#define row R9 // probabilities for the coefficient number, for all contexts: 3 rows of 11 bytes
#define above BP // one bit for each block above, 1 if it has coefficients; the lowest bit is for the next block

// NEXT moves on to the next coefficient. context is 0, 11 or 22 if the last coefficient was 0, ±1 or larger.
#define NEXT(context) \
	INCL n              \
	ADDQ $33, row       \
	LEAQ context(row), q

// place contains 2·zigzag.
DATA place<>+0(SB)/8, $0x2406042240200200
DATA place<>+8(SB)/8, $0x6664462644626042
GLOBL place<>(SB), RODATA|NOPTR, $16

// extra holds the probabilities of the extra bits of categories 1 to 6 (RFC 6386, 13.2). A 0 ends each category.
DATA extra<>+0(SB)/8, $0x8c94ad0091a5009f
DATA extra<>+8(SB)/8, $0x9db400878c9bb000
DATA extra<>+16(SB)/8, $0xe6f3fefe0082868d
DATA extra<>+24(SB)/8, $0x008182858c99b1c4
GLOBL extra<>(SB), RODATA|NOPTR, $32

// func readBlocksBMI(p *partition, s *square)
TEXT ·readBlocksBMI(SB), NOSPLIT, $96-16
	MOVQ    p+0(FP), prob
	BEGIN(prob)
	MOVQ    s+8(FP), R8
	MOVQ    square_steps(R8), prob
	MOVQ    prob, steps-8(SP)
	MOVQ    square_first(R8), prob
	MOVQ    prob, first-16(SP)
	IMULQ   $33, prob
	ADDQ    square_probs(R8), prob
	MOVQ    prob, start-24(SP)
	MOVQ    square_side(R8), prob
	MOVQ    prob, rows-32(SP)
	DECQ    prob
	MOVQ    prob, last-40(SP)        // index of the last block of a row
	MOVQ    square_to(R8), prob
	MOVQ    prob, to-48(SP)
	MOVQ    square_counts(R8), prob
	MOVQ    prob, counts-56(SP)
	MOVQ    $0, i-64(SP)             // index of the block
	MOVBLZX square_left(R8), v
	MOVL    v, left-72(SP)
	MOVBLZX square_above(R8), above

blockRow:
	MOVL left-72(SP), v
	ANDL $1, v
	SHRL $1, left-72(SP)

block:
	FILL(32, blockFilled)
	MOVL above, split
	ANDL $1, split
	SHRL $1, above
	ADDL v, split
	MOVQ start-24(SP), row
	LEAL (split)(split*4), prob
	LEAL (split)(prob*2), split
	LEAQ (row)(split*1), q
	BIT(0(q), some)
	XORL n, n
	XORL v, v

	// The bits of the lowest row and of the last column are shifted in at the top. The bits of their neighbors are shifted out.
counted:
	MOVQ  i-64(SP), split
	MOVQ  counts-56(SP), prob
	MOVB  n, (prob)(split*1)
	INCQ  i-64(SP)
	INCQ  split
	MOVQ  last-40(SP), prob
	SHLXL prob, v, prod
	ORL   prod, above
	TESTQ prob, split
	JNZ   block
	ORL   prod, left-72(SP)
	DECQ  rows-32(SP)
	JNZ   blockRow

	MOVQ s+8(FP), R8
	MOVL left-72(SP), v
	MOVB v, square_left(R8)
	MOVQ above, v
	MOVB v, square_above(R8)
	MOVQ p+0(FP), prob
	END(prob)
	RET

some:
	ONE
	MOVQ first-16(SP), n
	MOVQ i-64(SP), prob
	MOVQ prob, split
	SHRQ $2, split
	LEAQ (split)(split*2), split
	SHLQ $2, split
	ADDQ split, prob
	MOVQ to-48(SP), split
	LEAQ (split)(prob*8), prob // a group is 128 bytes long: 8·(i + 12·(i/4))
	MOVQ prob, block-80(SP)
	JMP  token

more:
	ONE

token:
	FILL(32, tokenFilled) // enough for three calls of BIT and a sign
	BIT(1(q), nonzero)
	NEXT(0)
	CMPL n, $16
	JNE  token
	MOVL $1, v
	JMP  counted

nonzero:
	ONE
	BIT(2(q), large)
	NEXT(11)
	MOVL $1, v

	// The sign is decoded without a branch, which would be unpredictable. Because it follows other bits, rng is at most 254, 2·split is
	// rng+1 without its lowest bit, and the shift is always 1.
sign:
	MOVQ    steps-8(SP), prob
	IMULL   -4(prob)(n*4), v
	LEAL    1(rng), split
	ANDL    $-2, split
	MOVQ    split, big
	SHLQ    $55, big
	ANDL    $-2, rng
	MOVQ    value, prod
	SUBQ    big, prod
	CMOVQCC prod, value
	CMOVLCS split, rng
	SBBL    split, split
	NOTL    split                // -1 if the coefficient is negative
	XORL    split, v
	SUBL    split, v
	ADDQ    value, value
	DECL    have
	MOVQ    block-80(SP), prod
	LEAQ    place<>(SB), prob
	MOVBLZX -1(prob)(n*1), prob
	MOVW    v, (prod)(prob*1)
	CMPL    n, $16
	JEQ     done
	BIT(0(q), more)

done:
	MOVL $1, v
	JMP  counted

large:
	ONE
	FILL(44, largeFilled) // enough for four calls of BIT, a sign, and one more call
	BIT(3(q), over4)
	BIT(4(q), over2)
	MOVL $2, v
	JMP  known

over2:
	ONE
	BIT(5(q), is4)
	MOVL $3, v
	JMP  known

is4:
	ONE
	MOVL $4, v

known:
	NEXT(22)
	JMP sign

over4:
	ONE
	BIT(6(q), over10)
	BIT(7(q), category2)
	MOVL $5, base-88(SP)
	LEAQ extra<>+0(SB), q
	JMP  extraBits

category2:
	ONE
	MOVL $7, base-88(SP)
	LEAQ extra<>+2(SB), q
	JMP  extraBits

over10:
	ONE
	BIT(8(q), over34)
	BIT(9(q), category4)
	MOVL $11, base-88(SP)
	LEAQ extra<>+5(SB), q
	JMP  extraBits

category4:
	ONE
	MOVL $19, base-88(SP)
	LEAQ extra<>+9(SB), q
	JMP  extraBits

over34:
	ONE
	BIT(10(q), category6)
	MOVL $35, base-88(SP)
	LEAQ extra<>+14(SB), q
	JMP  extraBits

category6:
	ONE
	MOVL $67, base-88(SP)
	LEAQ extra<>+20(SB), q

extraBits:
	XORL v, v

extraBit:
	FILL(24, extraFilled)
	BIT(0(q), extraOne)
	ADDL v, v
	JMP  extraNext

extraOne:
	ONE
	LEAL 1(v)(v*1), v

extraNext:
	INCQ q
	CMPB (q), $0
	JNE  extraBit
	ADDL base-88(SP), v
	JMP  known

