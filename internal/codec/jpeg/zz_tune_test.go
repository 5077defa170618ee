
func TestZZCal(t *testing.T) {
	glob := os.Getenv("ZZC")
	if glob == "" {
		t.Skip()
	}
	if b, err := os.ReadFile("/tmp/encj/tune.json"); err == nil {
		json.Unmarshal(b, &tune)
	}
	turboQ = []float64{10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 93, 96, 98, 100}
	ds := []float64{0.05, 0.15, 0.3, 0.5, 0.8, 1.1, 1.5, 2, 2.7, 3.5, 4.5, 6, 8, 11, 15, 20, 28}
	names, _ := filepath.Glob("/tmp/encj/pics/" + glob + ".ppm")
	sums := make([]point, len(turboQ))
	ours := make([]point, len(ds))
	var mu sync.Mutex
	each(len(names), func(i int) {
		f, _ := os.Open(names[i])
		p := &tpic{path: names[i], rgb: ppm(f)}
		f.Close()
		p.ref = ssimulacra2.NewReference(p.rgb)
		c := p.ours(EncodeOptions{}, ds, true)
		var tc []point
		for _, q := range turboQ {
			data, _ := exec.Command("cjpeg", "-quality", fmt.Sprint(q), "-optimize", names[i]).Output()
			tc = append(tc, p.measure(data, true))
		}
		mu.Lock()
		defer mu.Unlock()
		for j, pt := range tc {
			sums[j].S2 += pt.S2 / float64(len(names))
			sums[j].B3 += pt.B3 / float64(len(names))
			sums[j].BM += pt.BM / float64(len(names))
		}
		for j, pt := range c {
			ours[j].Q = ds[j]
			ours[j].S2 += pt.S2 / float64(len(names))
			ours[j].B3 += pt.B3 / float64(len(names))
			ours[j].BM += pt.BM / float64(len(names))
		}
	})
	at := func(get func(point) float64, want float64) float64 {
		i := 0
		for i < len(ours)-2 && (get(ours[i+1])-want)*(get(ours[0])-get(ours[len(ours)-1])) > 0 {
			i++
		}
		a, b := ours[i], ours[i+1]
		f := (want - get(a)) / (get(b) - get(a))
		return a.Q + f*(b.Q-a.Q)
	}
	for j, q := range turboQ {
		fmt.Printf("%s q%v turbo S2 %.2f b3 %.3f bm %.3f: d S2 %.3f b3 %.3f bm %.3f\n", glob, q, sums[j].S2, sums[j].B3, sums[j].BM, at(s2, sums[j].S2), at(b3, sums[j].B3), at(bm, sums[j].BM))
	}
}
