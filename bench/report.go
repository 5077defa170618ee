package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

// line returns the result as a line for the terminal.
func (r *result) line() string {
	encoded, median := r.encoded.ratio()
	picture, _ := r.picture.ratio()
	both, _ := r.both.ratio()
	return fmt.Sprintf("%-32s libvips %s ms, library %s ms: %.2f (median %.2f), picture %.2f, both cores %.2f, target %.2f; %.0f and %.0f MiB; %.1f and %.1f dB, SSIM %.4f and %.4f%s",
		r.in.name, ms(r.encoded.vips.cpu.min()), ms(r.encoded.library.cpu.min()), encoded, median, picture, both, r.row.target,
		r.mib[0], r.mib[1], r.score[0].psnr, r.score[1].psnr, r.score[0].ssim, r.score[1].ssim, map[bool]string{true: "", false: "  MISSED"}[r.met()])
}

// A report has all measurements.
type report struct {
	settings settings
	versions [2]string // libvips, Go
	load     [2]string // of the machine, at the start and at the end
	began    time.Time
	results  []*result
	scaling  []*scaling
	crowds   []*crowding
	made     map[string]*input
}

func (r *report) write(out io.Writer) {
	r.writeHead(out)
	r.writeSummary(out)
	r.writeRows(out)
	r.writeSeveral(out)
	r.writeInputs(out)
}

func (r *report) writeHead(out io.Writer) {
	fmt.Fprintf(out, `# Results of `+"`make bench`"+`

%s, %s, %d cores, %s. %s is compared with this library (%s, commit %s). Load average %s at the start and %s at the end, including this comparison.

Both sides make the same thumbnails of the same bytes, as separate programs that run alternately (A B A B), in %d rounds of at least %v of CPU time each. **ms** is CPU time (getrusage: all threads, system calls, garbage collection) of the shortest round, and in brackets of the median round. **ratio** is the library's time divided by that of libvips, both of their shortest rounds. Both run one worker: one thread, VIPS_CONCURRENCY=1 and GOMAXPROCS=1. libvips is called as servers call it, by vips_thumbnail_buffer and vips_jpegsave_buffer or vips_webpsave_buffer, without its operation cache (libvips/worker.c); the library is called as its handler calls it (library.go).

**PSNR** and **SSIM** compare the pictures before encoding (8-bit sRGB) with a textbook Lanczos-3 in float64 of the whole original (reference.go). The reference decodes JPEG by image/jpeg, with linear interpolation of chroma like libjpeg's fancy upsampling; PNG by image/png, over white; and WebP by dwebp. **Peak** is the program's maximum resident memory after eight thumbnails, including its code and the original.

`, r.began.Format("2 January 2006"), cpuModel(), runtime.NumCPU(), osName(), r.versions[0], r.versions[1], commit(), r.load[0], r.load[1],
		r.settings.rounds, r.settings.atLeast)
}

func (r *report) writeSummary(out io.Writer) {
	fmt.Fprint(out, "## Targets\n\nRatios of CPU time, with and without encoding: the geometric mean of the inputs, and the worst input. An input meets the target"+
		" if both of its ratios do (for WebP, the one with encoding), and if its PSNR is at least 42 dB or that of libvips.\n\n| work | target | → JPEG or WebP, mean | worst | → picture, mean | worst | lowest PSNR (libvips' there), dB | met |\n|---|---|---|---|---|---|---|---|\n")
	for _, row := range table {
		var encoded, picture []float64
		met := 0
		var lowest, there score
		for _, x := range r.results {
			if x.row.work == row.work {
				e, _ := x.encoded.ratio()
				p, _ := x.picture.ratio()
				if len(encoded) == 0 || x.score[1].psnr < lowest.psnr {
					there, lowest = x.score[0], x.score[1]
				}
				encoded, picture = append(encoded, e), append(picture, p)
				if x.met() {
					met++
				}
			}
		}
		if len(encoded) > 0 {
			fmt.Fprintf(out, "| %s | ≤ %.2f | %.2f | %.2f | %.2f | %.2f | %.1f (%.1f) | %s |\n", row.work, row.target,
				mean(encoded), slices.Max(encoded), mean(picture), slices.Max(picture), lowest.psnr, there.psnr, of(met, len(encoded)))
		}
	}
	if len(r.scaling) > 0 {
		met, least := 0, math.Inf(1)
		for _, s := range r.scaling {
			least = min(least, s.speedup[1])
			if s.speedup[1] >= speedupTarget {
				met++
			}
		}
		fmt.Fprintf(out, "| two workers on two cores against one | ≥ %.2f× | | %.2f× | | | | %s |\n", speedupTarget, least, of(met, len(r.scaling)))
	}
	if len(r.crowds) > 0 {
		met, most := 0, 0.0
		for _, c := range r.crowds {
			most = max(most, c.mib[1]/c.mib[0])
			if c.mib[1] <= crowdTarget*c.mib[0] {
				met++
			}
		}
		fmt.Fprintf(out, "| peak memory, %d at a time | ≤ %.2f | | %.2f | | | | %s |\n", crowd, crowdTarget, most, of(met, len(r.crowds)))
	}
}

func of(met, n int) string {
	if met == n {
		return fmt.Sprintf("yes, %d of %d", met, n)
	}
	return fmt.Sprintf("**no**, %d of %d", met, n)
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += math.Log(x)
	}
	return math.Exp(sum / float64(len(v)))
}

func (r *report) writeRows(out io.Writer) {
	work := ""
	for _, x := range r.results {
		if x.row.work != work {
			work = x.row.work
			fmt.Fprintf(out, "\n## %s: ≤ %.2f\n\n", work, x.row.target)
			fmt.Fprint(out, "| input | libvips, ms | library, ms | ratio | → picture alone, ms | ratio | two workers, ms | ratio | peak, MiB | PSNR, dB | SSIM |\n"+
				"|---|---|---|---|---|---|---|---|---|---|---|\n")
		}
		e, p, b := x.encoded, x.picture, x.both
		er, em := e.ratio()
		pr, _ := p.ratio()
		br, _ := b.ratio()
		flag := ""
		if !x.goodEnough() {
			flag = " **low**"
		}
		fmt.Fprintf(out, "| %s | %s (%s) | %s (%s) | **%.2f** (%.2f) | %s, %s | **%.2f** | %s, %s | %.2f | %.0f, %.0f | %.1f, %.1f%s | %.4f, %.4f |\n", x.in.name,
			ms(e.vips.cpu.min()), ms(e.vips.cpu.median()), ms(e.library.cpu.min()), ms(e.library.cpu.median()), er, em,
			ms(p.vips.cpu.min()), ms(p.library.cpu.min()), pr, ms(b.vips.cpu.min()), ms(b.library.cpu.min()), br,
			x.mib[0], x.mib[1], x.score[0].psnr, x.score[1].psnr, flag, x.score[0].ssim, x.score[1].ssim)
	}
}

func (r *report) writeSeveral(out io.Writer) {
	if len(r.scaling) > 0 {
		fmt.Fprintf(out, "\n## Two workers on two cores against one: ≥ %.2f×\n\n%s. The table has the rate of two workers divided by that of one, by the wall clock, in the best round of each, which means little on a machine with other load (see the load average above); and the CPU time of a picture with two workers divided by that with one.\n\n",
			speedupTarget, table[0].work)
		fmt.Fprint(out, "| input | libvips | library | CPU, libvips | CPU, library |\n|---|---|---|---|---|\n")
		for _, s := range r.scaling {
			fmt.Fprintf(out, "| %s | %.2f× | **%.2f×** | %.2f | %.2f |\n", s.in.name, s.speedup[0], s.speedup[1], s.cpu[0], s.cpu[1])
		}
	}
	if len(r.crowds) > 0 {
		fmt.Fprintf(out, "\n## Peak of resident memory, %d at a time: ≤ %.2f\n\n%s, %d in all.\n\n| input | libvips, MiB | library, MiB | ratio |\n|---|---|---|---|\n",
			crowd, crowdTarget, table[0].work, 8*crowd)
		for _, c := range r.crowds {
			fmt.Fprintf(out, "| %s | %.0f | %.0f | **%.2f** |\n", c.in.name, c.mib[0], c.mib[1], c.mib[1]/c.mib[0])
		}
	}
}

func (r *report) writeInputs(out io.Writer) {
	fmt.Fprint(out, "\n## Inputs\n\n| input | pixels | bytes | package | file | transform |\n|---|---|---|---|---|---|\n")
	for _, in := range inputs {
		if r.made[in.name] != nil {
			fmt.Fprintln(out, in.provenance())
		}
	}
}

func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func osName() string {
	release, _ := os.ReadFile("/etc/os-release")
	for line := range strings.Lines(string(release)) {
		if name, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			return strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	return runtime.GOOS
}

func loadAverage() string {
	line, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(line), " ")
	return first
}

func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "no commit"
	}
	return strings.TrimSpace(string(out))
}
