// The boolean entropy decoder (RFC 6386, 7.3) for processors that have LZCNT and BMI2. Its state, a
// window and the place in the partition, is in registers; X0 is the end of the data.
#define value AX
#define rng BX
#define have CX // bits in value
#define next SI

// These belong to BIT and ONE. Of shift, what is beyond 16 bits must be 0 at the beginning.
#define prob R12
#define prod R13
#define split DX
#define big DI
#define shift R10

// BIT decodes a bit of the probability at address. It goes to one if the bit is 1; the code there
// begins with ONE. The next bit waits for a multiplication (3 cycles), a subtraction, a count of
// zeros and a shift, which is half of what it takes without LZCNT; and if the branch was predicted
// wrong, no longer than it must. That is why nothing is shifted before it is compared or counted:
//
//	256·split = 256 + (rng-1)·prob, and more in the low 8 bits
//	256·(rng-split) = 256·rng + 255 - that
#define BIT(address, one) \
	MOVBLZX address, prob       \
	MOVL    prob, prod          \
	IMULL   rng, prod           \
	MOVQ    value, big          \
	SHRQ    $48, big            \
	ORL     $255, big           \
	SUBL    $256, prob          \
	MOVL    prod, split         \
	SUBL    prob, split         \
	CMPL    big, split          \
	JCC     one                 \
	LZCNTW  split, shift        \
	SHRL    $8, split           \
	SHLXL   shift, split, rng   \
	SHLXQ   shift, value, value \
	SUBL    shift, have

#define ONE \
	SHLL   $8, rng              \
	LEAL   255(rng)(prob*1), rng \
	SUBL   prod, rng            \
	SHRL   $8, split            \
	SHLQ   $56, split           \
	SUBQ   split, value         \
	LZCNTW rng, shift           \
	SHRL   $8, rng              \
	SHLXL  shift, rng, rng      \
	SHLXQ  shift, value, value  \
	SUBL   shift, have

// FILL makes sure that there are so many bits, 56 at most. A BIT takes 7 at most, and wants 8.
#define FILL(bits, enough) \
	CMPL have, $bits  \
	JGE  enough       \
	CALL fill<>(SB)   \
enough:

// BEGIN takes the state of the partition at p, END puts it back.
#define BEGIN(p) \
	MOVQ  (partition_window+window_value)(p), value \
	MOVL  (partition_window+window_rng)(p), rng     \
	MOVQ  (partition_window+window_n)(p), have      \
	MOVQ  partition_data(p), next                   \
	MOVQ  next, prod                                \
	ADDQ  (partition_data+8)(p), prod               \
	VMOVQ prod, X0                                  \
	ADDQ  partition_pos(p), next                    \
	XORL  shift, shift

#define END(p) \
	MOVQ value, (partition_window+window_value)(p) \
	MOVL rng, (partition_window+window_rng)(p)     \
	MOVQ have, (partition_window+window_n)(p)      \
	SUBQ partition_data(p), next                   \
	MOVQ next, partition_pos(p)

// fill is partition.fill, for have below 56.
TEXT fill<>(SB), NOSPLIT|NOFRAME, $0-0
	VMOVQ  X0, prob
	SUBQ   next, prob
	CMPQ   prob, $8
	JLT    bytewise
	MOVQ   (next), prod
	BSWAPQ prod
	SHRXQ  have, prod, prod
	ORQ    prod, value
	MOVL   $63, prod
	SUBL   have, prod
	SHRL   $3, prod
	ADDQ   prod, next
	ORL    $56, have
	RET

bytewise:
	TESTQ   prob, prob
	JLE     zeros
	MOVL    $56, split
	SUBL    have, split
	MOVBLZX (next), prod
	SHLXQ   split, prod, prod
	ORQ     prod, value

zeros:
	INCQ next
	DECQ prob
	ADDL $8, have
	CMPL have, $56
	JLT  bytewise
	RET
