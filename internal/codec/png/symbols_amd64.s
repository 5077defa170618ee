//go:build !noasm

#include "go_asm.h"
#include "textflag.h"

// symbolsBMI2 decodes the symbols of a deflated block into the window. The Go version is symbolsGo in symbols.go. huffman.go describes the
// tables and their entries.
//
// The time of such a loop is that of the dependency chain from one entry to the next: a mask, a table lookup, and a shift of BITS. SHRX
// takes its count directly from the entry. All else is outside of the chain: the next entry is looked up before the literals of the current
// one are written and before BITS is refilled. On photos the loop is 1.3 times as fast as symbolsGo (BenchmarkInflateAgainstGo).
//
// An iteration begins if IN ≤ STOP and OUT ≤ FULL. It refills BITS at most three times, which reads at most lookahead bytes from STOP on.
// It writes at most slop bytes from FULL on: LITERALS writes four bytes, of which up to three are valid, and a match is copied 16 bytes at
// a time. The caller, symbols in symbols_amd64.go, checks that the buffer and the window contain these bytes. Matches do not begin before
// BEGIN. Tables need no bounds checks: an index has litBits or distBits bits, or lies in a subtable; build has written the position and the
// width of each subtable.
//
// Between refills, an iteration takes at most 56 bits: four entries of litBits and the lookup of a fifth, or a length of 15 + 5 bits and a
// distance of 15 + 13 bits.

#define BITS  AX
#define COUNT CX  // number of valid bits, in the lowest six bits; the other bits are undefined
#define IN    SI
#define STOP  R8
#define OUT   DI
#define FULL  R9
#define LIT   R10
#define DIST  R11
#define BEGIN R12 // start of the window
#define ENTRY DX
// R14 is the length of a match, and then its end. R15 is its distance. BX and R13 are scratch. At the end, R14 is the result.

// REFILL makes at least 56 bits valid.
#define REFILL \
	MOVQ  (IN), BX        \
	SHLXQ COUNT, BX, BX   \
	ORQ   BX, BITS        \
	MOVL  COUNT, BX       \
	NOTL  BX              \
	SHRL  $3, BX          \
	ANDL  $7, BX          \
	ADDQ  BX, IN          \
	ORL   $56, COUNT

// LOOKUP finds the entry of the next bits.
#define LOOKUP \
	MOVL BITS, R13                    \
	ANDL $((1<<const_litBits)-1), R13 \
	MOVL (LIT)(R13*4), ENTRY

// TAKE drops the bits that ENTRY takes.
#define TAKE \
	SHRXQ ENTRY, BITS, BITS \
	SUBL  ENTRY, COUNT

// LITERALS writes the literals of ENTRY. It first looks up the next entry, because the iteration waits for it.
#define LITERALS \
	MOVL  ENTRY, BX  \
	TAKE             \
	LOOKUP           \
	MOVL  BX, R13    \
	SHRL  $8, R13    \
	MOVL  R13, (OUT) \
	SHRL  $6, BX     \
	ANDL  $3, BX     \
	ADDQ  BX, OUT

// func symbolsBMI2(z *inflater, stop, full int) (result int)
TEXT ·symbolsBMI2(SB), NOSPLIT, $0-32
	MOVQ z+0(FP), R13
	MOVQ inflater_bits(R13), BITS
	MOVQ inflater_count(R13), COUNT
	MOVQ (inflater_in+idat_buf)(R13), IN
	MOVQ IN, STOP
	ADDQ (inflater_in+idat_pos)(R13), IN
	ADDQ stop+8(FP), STOP
	MOVQ inflater_window(R13), BEGIN
	MOVQ BEGIN, OUT
	MOVQ BEGIN, FULL
	ADDQ inflater_write(R13), OUT
	ADDQ full+16(FP), FULL
	LEAQ inflater_lit(R13), LIT
	LEAQ inflater_dist(R13), DIST

restart: // ENTRY is not valid
	CMPQ IN, STOP
	JGT  pause
	CMPQ OUT, FULL
	JGT  pause
	REFILL
	LOOKUP
	JMP  symbols

turn: // ENTRY is the entry of the next bits
	CMPQ IN, STOP
	JGT  pause
	CMPQ OUT, FULL
	JGT  pause
	REFILL

symbols:
	TESTL $const_literals, ENTRY
	JZ    other
	LITERALS
	TESTL $const_literals, ENTRY
	JZ    refillOther
	LITERALS
	TESTL $const_literals, ENTRY
	JZ    refillOther
	LITERALS
	TESTL $const_literals, ENTRY
	JZ    refillOther
	LITERALS
	JMP   turn

refillOther:
	REFILL

other:
	TESTL $const_exceptional, ENTRY
	JNZ   exception

length:
	BZHIQ ENTRY, BITS, R14
	MOVL  ENTRY, BX
	SHRL  $8, BX
	SHRXQ BX, R14, R14
	MOVL  ENTRY, R13
	SHRL  $16, R13
	ADDQ  R13, R14      // the length
	TAKE
	MOVL  BITS, R13
	ANDL  $((1<<const_distBits)-1), R13
	MOVL  (DIST)(R13*4), ENTRY
	TESTL $const_exceptional, ENTRY
	JNZ   farException

distance:
	BZHIQ ENTRY, BITS, R15
	MOVL  ENTRY, BX
	SHRL  $8, BX
	SHRXQ BX, R15, R15
	MOVL  ENTRY, R13
	SHRL  $16, R13
	ADDQ  R13, R15      // the distance
	TAKE
	REFILL
	LOOKUP
	MOVQ  OUT, BX
	SUBQ  BEGIN, BX
	CMPQ  R15, BX
	JHI   badDistance
	MOVQ  OUT, BX
	SUBQ  R15, BX       // start of the copy's source
	ADDQ  OUT, R14      // end of the match
	CMPQ  R15, $8
	JLT   period

words:
	MOVQ (BX), R13
	MOVQ R13, (OUT)
	MOVQ 8(BX), R13
	MOVQ R13, 8(OUT)
	ADDQ $16, OUT
	ADDQ $16, BX
	CMPQ OUT, R14
	JLT  words
	MOVQ R14, OUT
	JMP  turn

period: // copy the first bytes several times, until the period is at least 8 bytes
	MOVQ (BX), R13
	MOVQ R13, (OUT)
	ADDQ R15, OUT
	ADDQ R15, R15
	CMPQ R15, $8
	JLT  period
	CMPQ OUT, R14
	JLT  words
	MOVQ R14, OUT
	JMP  turn

exception:
	MOVL ENTRY, R13
	ANDL $const_kind, R13
	CMPL R13, $const_subtable
	JNE  special
	MOVL  ENTRY, BX
	SHRL  $8, BX
	ANDL  $15, BX
	MOVL  ENTRY, R13
	SHRL  $16, R13
	TAKE
	BZHIQ BX, BITS, BX
	ADDQ  BX, R13
	MOVL  (LIT)(R13*4), ENTRY
	TESTL $const_literals, ENTRY
	JNZ   literal
	TESTL $const_exceptional, ENTRY
	JZ    length

special:
	MOVL ENTRY, R13
	ANDL $const_kind, R13
	CMPL R13, $const_endOfBlock
	JNE  badCode
	TAKE
	MOVQ $const_blockEnd, R14
	JMP  done

literal:
	MOVL ENTRY, BX
	TAKE
	SHRL $8, BX
	MOVB BX, (OUT)
	INCQ OUT
	JMP  restart

farException:
	MOVL  ENTRY, R13
	ANDL  $const_kind, R13
	CMPL  R13, $const_subtable
	JNE   badCode
	MOVL  ENTRY, BX
	SHRL  $8, BX
	ANDL  $15, BX
	MOVL  ENTRY, R13
	SHRL  $16, R13
	TAKE
	BZHIQ BX, BITS, BX
	ADDQ  BX, R13
	MOVL  (DIST)(R13*4), ENTRY
	TESTL $const_exceptional, ENTRY
	JZ    distance

badCode:
	MOVQ $const_badCode, R14
	JMP  done

badDistance:
	MOVQ $const_badDistance, R14
	JMP  done

pause:
	MOVQ $const_paused, R14

done:
	MOVQ z+0(FP), R13
	ANDL $63, COUNT
	MOVQ BITS, inflater_bits(R13)
	MOVQ COUNT, inflater_count(R13)
	SUBQ (inflater_in+idat_buf)(R13), IN
	MOVQ IN, (inflater_in+idat_pos)(R13)
	SUBQ BEGIN, OUT
	MOVQ OUT, inflater_write(R13)
	MOVQ R14, result+24(FP)
	RET
