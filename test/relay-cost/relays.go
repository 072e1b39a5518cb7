package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// A relay is one of those measured.
type relay struct {
	name    string
	command func(w *world) (*exec.Cmd, error)
}

// The names of the relays.
const (
	nameReference = "reference"
	nameOwn       = "promferry"
	nameRules     = "rules"   // promferry with rules for each series
	nameWritten   = "written" // promferry with a remote_write
	nameSpooled   = "spooled" // the same with a spool
)

func (o *options) relays(s shape) (all []relay) {
	if s.reference {
		all = append(all, relay{nameReference, reference})
	}
	own := func(sink func(*world) string, rules string) func(*world) (*exec.Cmd, error) {
		return func(w *world) (*exec.Cmd, error) { return o.promferry(w, sink(w), rules) }
	}
	all = append(all, relay{nameOwn, own(o.gateway, "")})
	if o.rules {
		all = append(all, relay{nameRules, own(o.gateway, metricRules)})
	}
	if o.written {
		all = append(all, relay{nameWritten, own(remoteWrite, "")})
	}
	if o.spooled {
		all = append(all, relay{nameSpooled, own(o.spool, "")})
	}
	return all
}

// gateway is the block of the sink as a Pushgateway.
func (o *options) gateway(w *world) string {
	lines := append([]string{fmt.Sprintf("url = %q", w.sink.URL)}, o.extra...)
	return "gateway \"sink\" {\n\t" + strings.Join(lines, "\n\t") + "\n}\n"
}

// remoteWrite is the block of the sink as a store.
func remoteWrite(w *world) string {
	return fmt.Sprintf("remote_write \"sink\" {\n\turl = %q\n}\n", w.sink.URL+writePath)
}

// spool is the same with a queue on disk.
func (o *options) spool(w *world) string {
	return fmt.Sprintf("remote_write \"sink\" {\n\turl = %q\n\tspool {\n\t\tdirectory = %q\n\t}\n}\n", w.sink.URL+writePath, filepath.Join(o.dir, "spool-"+w.shape.name))
}

// metricRules ask regular expressions about each series, and change none of
// these: what they cost is not made up for by what they leave out.
const metricRules = `
	metric_relabel_config {
		source_labels = ["__name__"]
		regex         = "(go|process|promhttp)_.*"
		action        = "drop"
	}
	metric_relabel_config {
		source_labels = ["namespace", "pod"]
		regex         = "kube-system;.*-[0-9]+-test"
		action        = "drop"
	}
	metric_relabel_config {
		source_labels = ["container"]
		regex         = "(.+)-sidecar-v([0-9]+)"
		target_label  = "container"
		replacement   = "$1"
	}
	metric_relabel_config {
		regex  = "(uid|container_id|image_.*)"
		action = "labeldrop"
	}
	metric_relabel_config {
		source_labels = ["__name__", "le"]
		regex         = ".*_bucket;0\\.00[0-9]+1"
		action        = "drop"
	}
`

// promferry is the built binary, with its web server as in production.
func (o *options) promferry(w *world, sink, rules string) (*exec.Cmd, error) {
	file := filepath.Join(o.dir, "promferry.hcl")
	if err := os.WriteFile(file, w.config(sink, rules), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(o.binary, "run", "--config.file="+file, "--web.listen-address=127.0.0.1:0", "--log.level=warn")
	cmd.Env = environment()
	return cmd, nil
}

// environment has nothing that configures a relay.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
}

// config has the defaults, but for the interval, and for groups that stay as
// they are, as the stop is not measured.
func (w *world) config(sink, rules string) []byte {
	var text strings.Builder
	fmt.Fprintf(&text, "global {\n\tscrape_interval = %q\n\tscrape_timeout = %q\n\ton_shutdown = \"keep\"\n}\n", w.shape.interval, w.shape.interval)
	text.WriteString(sink + "job \"bench\" {" + rules + "\n")
	for i := range w.shape.targets {
		fmt.Fprintf(&text, "\tstatic_config {\n\t\ttargets = [%q]\n\t\tlabels = { instance = \"t%d\" }\n\t}\n", targetURL(w.targets.URL, i), i)
	}
	text.WriteString("}\n")
	return []byte(text.String())
}

// reference is this program itself.
func reference(w *world) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, asReference, "-from="+w.targets.URL, "-to="+w.sink.URL,
		"-targets="+strconv.Itoa(w.shape.targets), "-interval="+w.shape.interval.String())
	cmd.Env = environment()
	return cmd, nil
}
