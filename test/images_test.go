//go:build images

package test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestImages takes the images of docs/status-page.md: `make images`. They are
// to be looked at, so no other test run takes them.
func TestImages(t *testing.T) {
	node, err := os.ReadFile("corpus/captured/node_exporter-1.12.1/scrape1.txt")
	if err != nil {
		t.Fatal(err)
	}
	b := startChromium(t)
	gw := startPushgateway(t)
	nodes := startScripted(t, exposition(string(node)))
	web := startScripted(t, exposition(string(node)))
	app := startScripted(t, exposition(goodText))
	file := config(t, `
		global {
			scrape_interval = "5s"
			scrape_timeout  = "4s"
		}
		gateway "eu" { url = %q }
		job "node" {
			gateways = ["eu"]
			labels   = { site = "fra1" }
			static_config {
				targets = [%[2]q]
				labels  = { instance = "db1.example.net", rack = "r1" }
			}
			static_config {
				targets = [%[2]q]
				labels  = { instance = "db2.example.net", rack = "r1" }
			}
			static_config {
				targets = [%[3]q]
				labels  = { instance = "web1.example.net", rack = "r2" }
			}
		}
		job "app" {
			gateways = ["eu"]
			static_config {
				targets = [%[4]q]
				labels  = { instance = "backend", site = "fra1" }
			}
		}
	`, gw.url, nodes.address(), web.address(), app.address())
	above := filepath.Join(filepath.Dir(filepath.Dir(file)), "promferry.hcl")
	if err := os.Rename(file, above); err != nil {
		t.Fatal(err)
	}
	ferry := run(t, "../promferry.hcl", stopsSoon) // short where the page has it
	p := pageInBrowser{t, b, ferry.url + "/"}
	p.prepare()
	p.looksAndOpens(1200, "light")
	p.holds("All 4 targets are up and pushed")
	p.takes("../docs/images/status-light.png", 1200, "light")

	more := fmt.Sprintf("\ngateway \"us\" { url = \"http://127.0.0.1:1\" }\njob \"shop\" {\n gateways = [\"us\"]\n targets = [%q]\n instance = \"checkout\"\n labels = { team = \"payments\" }\n}\n", app.address())
	p.reloads(ferry, above, func(text string) string { return text + more })
	web.answer.Store(status(503, ""))
	p.holds("1 of 5 targets is down, 1 is up but not pushed, gateway \"us\" has been down")
	p.reloads(ferry, above, func(text string) string { return strings.Replace(text, "scrape_timeout ", "scrape_timeuot ", 1) })
	p.holds("The configuration was not reloaded")
	p.takes("../docs/images/status-dark.png", 1200, "dark")
	p.takes("../docs/images/status-phone.png", 375, "light")
}

// reloads has the ferry read its configuration again.
func (p pageInBrowser) reloads(ferry daemon, file string, change func(text string) string) {
	p.t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(change(string(text))), 0o600)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	ferry.signal(p.t, syscall.SIGHUP)
}

// takes writes an image of what a screen of that width shows.
func (p pageInBrowser) takes(file string, width int, theme string) {
	p.t.Helper()
	p.looksAndOpens(width, theme)
	var taken struct{ Data string }
	p.call("Page.captureScreenshot", map[string]any{"format": "png"}, &taken)
	screen, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(taken.Data)))
	if err != nil {
		p.t.Fatal(err)
	}
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, inFewColours(screen))
	if err == nil {
		err = os.WriteFile(file, b.Bytes(), 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// inFewColours has the 256 that an image has most of: nobody sees the difference,
// and it is a third as large.
func inFewColours(screen image.Image) image.Image {
	counts := make(map[color.Color]int)
	for y := range screen.Bounds().Dy() {
		for x := range screen.Bounds().Dx() {
			counts[screen.At(x, y)]++
		}
	}
	palette := slices.SortedFunc(maps.Keys(counts), func(a, b color.Color) int { return counts[b] - counts[a] })
	few := image.NewPaletted(screen.Bounds(), palette[:min(len(palette), 256)])
	draw.Draw(few, few.Bounds(), screen, screen.Bounds().Min, draw.Src)
	return few
}
