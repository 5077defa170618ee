// The boolean entropy decoder (RFC 6386, 7.3) for processors with LZCNT and BMI2. Its state, which is a window and the position in the
// partition, is in registers. X0 is the end of the data.
#define value AX
#define rng BX
#define have CX // number of bits in value
#define next SI

// These are scratch registers of BIT and ONE. The bits of shift beyond the lowest 16 must be 0 at the beginning.
#define prob R12
#define prod R13
#define split DX
#define big DI
#define shift R10

// BIT decodes a bit with the probability at an address. If the bit is 1, it jumps to the label one; the code there begins with ONE. The
// latency from one bit to the next is that of a multiplication (3 cycles), a subtraction, a count of zeros and a shift. This is half of the
// latency without LZCNT. A mispredicted branch is detected early. For this purpose nothing is shifted before it is compared or counted:
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

// FILL makes sure that value has at least bits bits, at most 56. BIT consumes at most 7 bits, but needs 8.
#define FILL(bits, enough) \
	CMPL have, $bits  \
	JGE  enough       \
	CALL fill<>(SB)   \
enough:

// BEGIN loads the state of the partition at p, and END stores it.
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

// fill is partition.fill, if have is less than 56.
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
