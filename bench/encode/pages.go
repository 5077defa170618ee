package main

import (
	"fmt"
	"image"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A page is shown by Chromium, to make a screenshot.
type page struct{ name, body, style string }

// pages are typical contents of screens: text, tables, code, forms and charts, in light and dark themes.
var pages = []page{
	{"article", "<h1>" + words(1, 6) + "</h1>" + paragraphs(2, 6), "body{font:17px serif;max-width:800px;margin:auto}"},
	{"table", "<table>" + table(3, 30, 8) + "</table>", "table{border-collapse:collapse;font:14px sans-serif}td{border:1px solid #ccc;padding:4px 9px}tr:nth-child(odd){background:#f2f5fa}"},
	{"code", "<pre>" + code(4, 45) + "</pre>", "body{background:#1e1e2e;color:#cdd6f4;font:15px monospace}b{color:#89b4fa}i{color:#a6e3a1;font-style:normal}"},
	{"chart", chart(5), "body{background:#fff;font:14px sans-serif}"},
	{"mail", "<div class=l>" + list(6, 12) + "</div><div class=r><h2>" + words(7, 5) + "</h2>" + paragraphs(7, 4) + "</div>",
		"body{margin:0;display:flex;font:15px sans-serif}.l{width:380px;background:#eef1f5;height:800px}.l div{padding:10px;border-bottom:1px solid #d5dae2}.r{padding:20px;flex:1}"},
	{"form", form(8), "body{background:#f6f7f9;font:15px sans-serif}label{display:block;margin:12px 40px}input,select{width:500px;padding:7px;border:1px solid #b8c0cc;border-radius:5px}button{margin:20px 40px;padding:10px 30px;background:#2463eb;color:#fff;border:0;border-radius:5px}"},
	{"terminal", "<pre>" + words(9, 420) + "</pre>", "body{background:#000;color:#3f3;font:14px monospace}pre{white-space:pre-wrap}"},
	{"tiles", tiles(10), "body{background:#20252b;margin:20px;display:grid;grid-template-columns:repeat(5,1fr);gap:16px;font:14px sans-serif;color:#fff}div{height:170px;border-radius:12px;padding:14px;box-shadow:0 4px 12px #0008}"},
}

const letters = "etaoinsrhldcumfpgwybvk"

// words returns n words of random letters.
func words(seed int64, n int) string {
	rng := rand.New(rand.NewSource(seed))
	var b strings.Builder
	for range n {
		for range 2 + rng.Intn(8) {
			b.WriteByte(letters[min(rng.Intn(len(letters)), rng.Intn(len(letters)))])
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func paragraphs(seed int64, n int) (s string) {
	for i := range n {
		s += "<p>" + words(seed*100+int64(i), 70) + "</p>"
	}
	return s
}

func table(seed int64, rows, columns int) (s string) {
	rng := rand.New(rand.NewSource(seed))
	for y := range rows {
		s += "<tr>"
		for x := range columns {
			if x%3 == 0 {
				s += "<td>" + words(seed*1000+int64(y*columns+x), 2) + "</td>"
			} else {
				s += fmt.Sprintf("<td>%.2f</td>", rng.Float64()*1000)
			}
		}
		s += "</tr>"
	}
	return s
}

func code(seed int64, lines int) (s string) {
	rng := rand.New(rand.NewSource(seed))
	for i := range lines {
		s += strings.Repeat("    ", rng.Intn(4)) + "<b>" + words(seed*10+int64(i), 1) + "</b>" + words(seed*20+int64(i), 2+rng.Intn(4)) + "<i>\"" + words(seed*30+int64(i), 2) + "\"</i>\n"
	}
	return s
}

func list(seed int64, n int) (s string) {
	for i := range n {
		s += "<div><b>" + words(seed*50+int64(i), 2) + "</b><br>" + words(seed*60+int64(i), 7) + "</div>"
	}
	return s
}

func form(seed int64) (s string) {
	for i := range 8 {
		s += "<label>" + words(seed*70+int64(i), 2) + "<br><input value='" + words(seed*80+int64(i), 4) + "'></label>"
	}
	return s + "<button>" + words(seed, 2) + "</button>"
}

func chart(seed int64) string {
	rng := rand.New(rand.NewSource(seed))
	s := "<h2>" + words(seed, 4) + "</h2><svg width=1200 height=640>"
	for i := range 11 {
		s += fmt.Sprintf("<line x1=50 x2=1180 y1=%d y2=%d stroke='#ddd'/><text x=10 y=%d>%d</text>", 20+60*i, 20+60*i, 25+60*i, 100-10*i)
	}
	for i := range 22 {
		h := 50 + rng.Intn(500)
		s += fmt.Sprintf("<rect x=%d y=%d width=34 height=%d fill='hsl(%d,60%%,55%%)'/>", 60+50*i, 620-h, h, 17*i)
	}
	s += "<polyline fill=none stroke='#c33' stroke-width=3 points='"
	for i := range 22 {
		s += fmt.Sprintf("%d,%d ", 77+50*i, 100+rng.Intn(400))
	}
	return s + "'/></svg>"
}

func tiles(seed int64) (s string) {
	rng := rand.New(rand.NewSource(seed))
	for i := range 15 {
		hue := rng.Intn(360)
		s += fmt.Sprintf("<div style='background:linear-gradient(%ddeg,hsl(%d,70%%,45%%),hsl(%d,70%%,35%%))'>%s</div>", rng.Intn(360), hue, hue+40, words(seed*90+int64(i), 3))
	}
	return s
}

// screenshots returns the pages as Chromium shows them.
func (b *bench) screenshots() (all []*picture, err error) {
	for _, page := range pages {
		path := filepath.Join(b.dir, "screenshot-"+page.name+".png")
		if _, err := os.Stat(path); err != nil {
			if err := page.shoot(path); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
		all = append(all, &picture{set: "screenshots", name: page.name, path: path, size: image.Pt(1280, 800)})
	}
	return all, nil
}

func (p page) shoot(path string) error {
	html, err := filepath.Abs(path + ".html")
	if err != nil {
		return err
	}
	if err := os.WriteFile(html, []byte("<!doctype html><meta charset=utf-8><style>"+p.style+"</style><body>"+p.body), 0o644); err != nil {
		return err
	}
	defer os.Remove(html)
	out, err := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
		"--window-size=1280,800", "--screenshot="+path, "file://"+html).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
