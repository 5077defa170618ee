//go:build !noasm

#include "go_asm.h"
#include "textflag.h"

// symbolsPairBMI2 decodes the symbols of two independent deflated blocks in alternation. It does for each stream what
// symbolsBMI2 does for one. A single stream waits most of the time for the next table entry or after a mispredicted branch.
// Here the processor executes instructions of the other stream meanwhile. There is no Go version: without this function each
// stream is decoded alone. huffman.go describes the tables and their entries.
//
// An iteration decodes, of each stream, one match or up to three entries of literals. It begins if both streams have IN ≤ stop and OUT ≤
// full. 56 bits are valid then, and ENTRY is the entry of the next bits. An iteration refills each stream once, and the function
// refills each stream once more before the first iteration. These refills read at most lookahead bytes from stop on. An iteration writes
// the bytes of the match and at most 16 more, at most slop bytes from full on. The caller, symbolsPair in pair_amd64.go, checks
// that the buffers and the windows contain these bytes.
//
// The loop ends at the end of a block, and at an invalid code or distance.

#define BITS1  AX
#define COUNT1 CX
#define IN1    SI
#define OUT1   DI
#define LIT1   R8
#define ENTRY1 DX
#define BITS2  R9
#define COUNT2 R10
#define IN2    R11
#define OUT2   R12
#define LIT2   R15
#define ENTRY2 BP
// R14 is the length of a match, and then its end. R13 is its distance. BX is scratch.

// REFILL makes at least 56 bits valid.
#define REFILL(BITS, COUNT, IN) \
	MOVQ  (IN), BX      \
	SHLXQ COUNT, BX, BX \
	ORQ   BX, BITS      \
	RORXL $3, COUNT, BX \
	ANDL  $7, BX        \
	ADDQ  $7, IN        \
	SUBQ  BX, IN        \
	ORL   $56, COUNT

// LOOKUP finds the entry of the next bits.
#define LOOKUP(BITS, LIT, ENTRY) \
	MOVL BITS, BX                    \
	ANDL $((1<<const_litBits)-1), BX \
	MOVL (LIT)(BX*4), ENTRY

// TAKE drops the bits of ENTRY.
#define TAKE(BITS, COUNT, ENTRY) \
	SHRXQ ENTRY, BITS, BITS \
	SUBL  ENTRY, COUNT

// LITERALS writes the literals of ENTRY, and finds the next entry.
#define LITERALS(BITS, COUNT, OUT, LIT, ENTRY) \
	MOVL  ENTRY, R13         \
	TAKE(BITS, COUNT, ENTRY) \
	LOOKUP(BITS, LIT, ENTRY) \
	RORXL $8, R13, R14       \
	MOVL  R14, (OUT)         \
	SHRL  $6, R13            \
	ANDL  $3, R13            \
	ADDQ  R13, OUT

// VALUE sets TO to the length or the distance of ENTRY.
#define VALUE(BITS, ENTRY, TO) \
	BZHIQ ENTRY, BITS, TO \
	RORXL $8, ENTRY, BX   \
	SHRXQ BX, TO, TO      \
	MOVL  ENTRY, BX       \
	SHRL  $16, BX         \
	ADDQ  BX, TO

// LENGTH decodes the length of a match, and finds the entry of its distance.
#define LENGTH(BITS, COUNT, LIT, ENTRY) \
	VALUE(BITS, ENTRY, R14)           \
	TAKE(BITS, COUNT, ENTRY)          \
	MOVL BITS, BX                     \
	ANDL $((1<<const_distBits)-1), BX \
	MOVL (inflater_dist-inflater_lit)(LIT)(BX*4), ENTRY

// COPY decodes the distance of a match, finds the next entry, and copies the first 16 bytes of the match. If
// the distance is less than 16, it repeats the first bytes by the offsets in periods.
#define COPY(BITS, COUNT, IN, OUT, LIT, ENTRY, begin, wrong) \
	VALUE(BITS, ENTRY, R13)  \
	TAKE(BITS, COUNT, ENTRY) \
	REFILL(BITS, COUNT, IN)  \
	LOOKUP(BITS, LIT, ENTRY) \
	MOVQ    OUT, BX          \
	SUBQ    begin, BX        \
	CMPQ    R13, BX          \
	JHI     wrong            \
	MOVQ    OUT, BX          \
	SUBQ    R13, BX          \
	VMOVDQU (BX), X0         \
	MOVL    $16, BX          \
	CMPQ    R13, BX          \
	CMOVQLT R13, BX          \
	SHLQ    $4, BX           \
	ADDQ    periods-56(SP), BX \
	VPSHUFB (BX), X0, X0     \
	VMOVDQU X0, (OUT)

// SUBTABLE finds the entry of a code that is longer than the index of its table. DIST is 0 for the table of literals
// and lengths, else the offset of the table of distances.
#define SUBTABLE(BITS, COUNT, LIT, ENTRY, DIST) \
	MOVL  ENTRY, BX          \
	SHRL  $8, BX             \
	ANDL  $15, BX            \
	MOVL  ENTRY, R13         \
	SHRL  $16, R13           \
	TAKE(BITS, COUNT, ENTRY) \
	BZHIQ BX, BITS, BX       \
	ADDQ  BX, R13            \
	MOVL  DIST(LIT)(R13*4), ENTRY

// func symbolsPairBMI2(z, y *inflater, stop1, full1, stop2, full2 int, periods *[17][16]byte) (result int)
TEXT ·symbolsPairBMI2(SB), NOSPLIT, $56-64
	MOVQ z+0(FP), R13
	MOVQ inflater_bits(R13), BITS1
	MOVQ inflater_count(R13), COUNT1
	MOVQ (inflater_in+idat_buf)(R13), IN1
	MOVQ IN1, BX
	ADDQ stop1+16(FP), BX
	MOVQ BX, stop1-48(SP)
	ADDQ (inflater_in+idat_pos)(R13), IN1
	MOVQ inflater_window(R13), OUT1
	MOVQ OUT1, begin1-40(SP)
	MOVQ OUT1, BX
	ADDQ full1+24(FP), BX
	MOVQ BX, full1-32(SP)
	ADDQ inflater_write(R13), OUT1
	LEAQ inflater_lit(R13), LIT1

	MOVQ y+8(FP), R13
	MOVQ inflater_bits(R13), BITS2
	MOVQ inflater_count(R13), COUNT2
	MOVQ (inflater_in+idat_buf)(R13), IN2
	MOVQ IN2, BX
	ADDQ stop2+32(FP), BX
	MOVQ BX, stop2-24(SP)
	ADDQ (inflater_in+idat_pos)(R13), IN2
	MOVQ inflater_window(R13), OUT2
	MOVQ OUT2, begin2-16(SP)
	MOVQ OUT2, BX
	ADDQ full2+40(FP), BX
	MOVQ BX, full2-8(SP)
	ADDQ inflater_write(R13), OUT2
	LEAQ inflater_lit(R13), LIT2

	MOVQ periods+48(FP), BX
	MOVQ BX, periods-56(SP)
	REFILL(BITS1, COUNT1, IN1)
	REFILL(BITS2, COUNT2, IN2)
	LOOKUP(BITS1, LIT1, ENTRY1)
	LOOKUP(BITS2, LIT2, ENTRY2)

turn:
	CMPQ IN1, stop1-48(SP)
	JGT  pause
	CMPQ OUT1, full1-32(SP)
	JGT  pause
	CMPQ IN2, stop2-24(SP)
	JGT  pause
	CMPQ OUT2, full2-8(SP)
	JGT  pause

	TESTL $const_literals, ENTRY1
	JZ    other1
	LITERALS(BITS1, COUNT1, OUT1, LIT1, ENTRY1)
	TESTL $const_literals, ENTRY1
	JZ    refill1
	LITERALS(BITS1, COUNT1, OUT1, LIT1, ENTRY1)
	TESTL $const_literals, ENTRY1
	JZ    refill1
	LITERALS(BITS1, COUNT1, OUT1, LIT1, ENTRY1)

refill1:
	REFILL(BITS1, COUNT1, IN1)

second:
	TESTL $const_literals, ENTRY2
	JZ    other2
	LITERALS(BITS2, COUNT2, OUT2, LIT2, ENTRY2)
	TESTL $const_literals, ENTRY2
	JZ    refill2
	LITERALS(BITS2, COUNT2, OUT2, LIT2, ENTRY2)
	TESTL $const_literals, ENTRY2
	JZ    refill2
	LITERALS(BITS2, COUNT2, OUT2, LIT2, ENTRY2)

refill2:
	REFILL(BITS2, COUNT2, IN2)
	JMP turn

other1:
	TESTL $const_exceptional, ENTRY1
	JNZ   exception1

length1:
	LENGTH(BITS1, COUNT1, LIT1, ENTRY1)
	TESTL $const_exceptional, ENTRY1
	JNZ   far1

distance1:
	COPY(BITS1, COUNT1, IN1, OUT1, LIT1, ENTRY1, begin1-40(SP), wrong1)
	CMPQ R14, $16
	JGT  long1
	ADDQ R14, OUT1
	JMP  second

long1:
	ADDQ OUT1, R14
	CMPQ R13, $16
	JLT  near1

words1:
	ADDQ    $16, OUT1
	MOVQ    OUT1, BX
	SUBQ    R13, BX
	VMOVDQU (BX), X0
	VMOVDQU X0, (OUT1)
	LEAQ    16(OUT1), BX
	CMPQ    BX, R14
	JLT     words1
	MOVQ    R14, OUT1
	JMP     second

near1:
	MOVBLZX 15(BX), BX // 15 minus this offset is a multiple of the distance
	XORL    $15, BX

period1:
	ADDQ    BX, OUT1
	VMOVDQU X0, (OUT1)
	LEAQ    16(OUT1), R13
	CMPQ    R13, R14
	JLT     period1
	MOVQ    R14, OUT1
	JMP     second

exception1:
	MOVL ENTRY1, R13
	ANDL $const_kind, R13
	CMPL R13, $const_subtable
	JNE  special1
	SUBTABLE(BITS1, COUNT1, LIT1, ENTRY1, 0)
	TESTL $const_literals, ENTRY1
	JNZ   literal1
	TESTL $const_exceptional, ENTRY1
	JZ    length1

special1:
	MOVL ENTRY1, R13
	ANDL $const_kind, R13
	CMPL R13, $const_endOfBlock
	JNE  wrong1
	TAKE(BITS1, COUNT1, ENTRY1)
	MOVQ $const_firstEnd, R14
	JMP  done

literal1:
	MOVL ENTRY1, R13
	TAKE(BITS1, COUNT1, ENTRY1)
	SHRL $8, R13
	MOVB R13, (OUT1)
	INCQ OUT1
	LOOKUP(BITS1, LIT1, ENTRY1)
	JMP  refill1

far1:
	MOVL  ENTRY1, R13
	ANDL  $const_kind, R13
	CMPL  R13, $const_subtable
	JNE   wrong1
	SUBTABLE(BITS1, COUNT1, LIT1, ENTRY1, (inflater_dist-inflater_lit))
	TESTL $const_exceptional, ENTRY1
	JZ    distance1
	JMP   wrong1

other2:
	TESTL $const_exceptional, ENTRY2
	JNZ   exception2

length2:
	LENGTH(BITS2, COUNT2, LIT2, ENTRY2)
	TESTL $const_exceptional, ENTRY2
	JNZ   far2

distance2:
	COPY(BITS2, COUNT2, IN2, OUT2, LIT2, ENTRY2, begin2-16(SP), wrong2)
	CMPQ R14, $16
	JGT  long2
	ADDQ R14, OUT2
	JMP  turn

long2:
	ADDQ OUT2, R14
	CMPQ R13, $16
	JLT  near2

words2:
	ADDQ    $16, OUT2
	MOVQ    OUT2, BX
	SUBQ    R13, BX
	VMOVDQU (BX), X0
	VMOVDQU X0, (OUT2)
	LEAQ    16(OUT2), BX
	CMPQ    BX, R14
	JLT     words2
	MOVQ    R14, OUT2
	JMP     turn

near2:
	MOVBLZX 15(BX), BX // 15 minus this offset is a multiple of the distance
	XORL    $15, BX

period2:
	ADDQ    BX, OUT2
	VMOVDQU X0, (OUT2)
	LEAQ    16(OUT2), R13
	CMPQ    R13, R14
	JLT     period2
	MOVQ    R14, OUT2
	JMP     turn

exception2:
	MOVL ENTRY2, R13
	ANDL $const_kind, R13
	CMPL R13, $const_subtable
	JNE  special2
	SUBTABLE(BITS2, COUNT2, LIT2, ENTRY2, 0)
	TESTL $const_literals, ENTRY2
	JNZ   literal2
	TESTL $const_exceptional, ENTRY2
	JZ    length2

special2:
	MOVL ENTRY2, R13
	ANDL $const_kind, R13
	CMPL R13, $const_endOfBlock
	JNE  wrong2
	TAKE(BITS2, COUNT2, ENTRY2)
	MOVQ $const_secondEnd, R14
	JMP  done

literal2:
	MOVL ENTRY2, R13
	TAKE(BITS2, COUNT2, ENTRY2)
	SHRL $8, R13
	MOVB R13, (OUT2)
	INCQ OUT2
	LOOKUP(BITS2, LIT2, ENTRY2)
	JMP  refill2

far2:
	MOVL  ENTRY2, R13
	ANDL  $const_kind, R13
	CMPL  R13, $const_subtable
	JNE   wrong2
	SUBTABLE(BITS2, COUNT2, LIT2, ENTRY2, (inflater_dist-inflater_lit))
	TESTL $const_exceptional, ENTRY2
	JZ    distance2
	JMP   wrong2

wrong1:
	MOVQ $const_firstWrong, R14
	JMP  done

wrong2:
	MOVQ $const_secondWrong, R14
	JMP  done

pause:
	MOVQ $const_paused, R14

done:
	MOVQ z+0(FP), R13
	ANDL $63, COUNT1
	MOVQ BITS1, inflater_bits(R13)
	MOVQ COUNT1, inflater_count(R13)
	SUBQ (inflater_in+idat_buf)(R13), IN1
	MOVQ IN1, (inflater_in+idat_pos)(R13)
	SUBQ begin1-40(SP), OUT1
	MOVQ OUT1, inflater_write(R13)
	MOVQ y+8(FP), R13
	ANDL $63, COUNT2
	MOVQ BITS2, inflater_bits(R13)
	MOVQ COUNT2, inflater_count(R13)
	SUBQ (inflater_in+idat_buf)(R13), IN2
	MOVQ IN2, (inflater_in+idat_pos)(R13)
	SUBQ begin2-16(SP), OUT2
	MOVQ OUT2, inflater_write(R13)
	MOVQ R14, result+56(FP)
	RET
