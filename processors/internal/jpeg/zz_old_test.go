package jpeg

// Constants of idct8: cosines times 2¹³.
const (
	fix0_298631336 = 2446
	fix0_390180644 = 3196
	fix0_541196100 = 4433
	fix0_765366865 = 6270
	fix0_899976223 = 7373
	fix1_175875602 = 9633
	fix1_501321110 = 12299
	fix1_847759065 = 15137
	fix1_961570560 = 16069
	fix2_053119869 = 16819
	fix2_562915447 = 20995
	fix3_072711026 = 25172
)

// idct8 is the 8-point inverse DCT (section A.3.3) by C. Loeffler, A. Ligtenberg and G. Moschytz, "Practical fast 1-D DCT
// algorithms with 11 multiplications", ICASSP 1989; with the constants of its 12-multiplication form, in which no
// path has two multiplications in a row, so that it is the more exact one in integers.
func oldidct8(b *block, dst []byte, stride int) {
	var t [64]int
	for i := range 8 {
		f0, f1, f2, f3 := int(b[i]), int(b[8+i]), int(b[16+i]), int(b[24+i])
		f4, f5, f6, f7 := int(b[32+i]), int(b[40+i]), int(b[48+i]), int(b[56+i])
		if i == 0 {
			f0 += level
		}
		if f1|f2|f3|f4|f5|f6|f7 == 0 {
			f0 <<= 9
			t[i], t[8+i], t[16+i], t[24+i], t[32+i], t[40+i], t[48+i], t[56+i] = f0, f0, f0, f0, f0, f0, f0, f0
			continue
		}
		e0, e1, e2, e3, o0, o1, o2, o3 := oldloeffler(f0, f1, f2, f3, f4, f5, f6, f7)
		const r = 1 << 3
		e0, e1, e2, e3 = e0+r, e1+r, e2+r, e3+r
		t[i], t[56+i] = (e0+o0)>>4, (e0-o0)>>4
		t[8+i], t[48+i] = (e1+o1)>>4, (e1-o1)>>4
		t[16+i], t[40+i] = (e2+o2)>>4, (e2-o2)>>4
		t[24+i], t[32+i] = (e3+o3)>>4, (e3-o3)>>4
	}
	for i := range 8 {
		f := t[8*i:][:8]
		e0, e1, e2, e3, o0, o1, o2, o3 := oldloeffler(f[0]+1<<11, f[1], f[2], f[3], f[4], f[5], f[6], f[7])
		out := dst[i*stride:][:8]
		out[0], out[7] = clampi((e0+o0)>>25), clampi((e0-o0)>>25)
		out[1], out[6] = clampi((e1+o1)>>25), clampi((e1-o1)>>25)
		out[2], out[5] = clampi((e2+o2)>>25), clampi((e2-o2)>>25)
		out[3], out[4] = clampi((e3+o3)>>25), clampi((e3-o3)>>25)
	}
}

// oldloeffler is one dimension of idct8: even and odd sums, times 2¹³·√8.
func oldloeffler(f0, f1, f2, f3, f4, f5, f6, f7 int) (e0, e1, e2, e3, o0, o1, o2, o3 int) {
	z := (f2 + f6) * fix0_541196100
	t2, t3 := z-f6*fix1_847759065, z+f2*fix0_765366865
	t0, t1 := (f0+f4)<<13, (f0-f4)<<13
	e0, e3, e1, e2 = t0+t3, t0-t3, t1+t2, t1-t2

	z1, z2, z3, z4 := f7+f1, f5+f3, f7+f3, f5+f1
	z5 := (z3 + z4) * fix1_175875602
	z1, z2 = -z1*fix0_899976223, -z2*fix2_562915447
	z3, z4 = z5-z3*fix1_961570560, z5-z4*fix0_390180644
	o3 = f7*fix0_298631336 + z1 + z3
	o2 = f5*fix2_053119869 + z2 + z4
	o1 = f3*fix3_072711026 + z2 + z3
	o0 = f1*fix1_501321110 + z1 + z4
	return
}
func clampi(v int) byte {
	if uint(v) > 255 {
		return byte(^(v >> 63))
	}
	return byte(v)
}
