package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/test/proc"
)

const unchecking = "--push.disable-consistency-check"

// A world has the gateways of one shape.
type world struct {
	dir     string
	program string
	body    body
	running []*gateway
}

// A gateway holds groups 0 to groups-1, all with the same body.
type gateway struct {
	process *proc.Process
	url     string
	groups  int
	next    int             // the group to push to
	costs   []time.Duration // of a push, by round
}

// fill stores groups in a gateway without the check, which would look through
// all of them each time, and returns the file that it leaves.
func (w *world) fill(groups int) (file string, err error) {
	file = filepath.Join(w.dir, fmt.Sprint(groups))
	g, err := w.startAt(file, groups, unchecking)
	if err != nil {
		return "", err
	}
	for range groups {
		if err := g.push(w.body); err != nil {
			return "", errors.Join(err, g.process.Stop())
		}
	}
	return file, g.process.Stop()
}

// start runs a gateway on a copy of such a file.
func (w *world) start(file string, groups int, flags ...string) (*gateway, error) {
	mine := fmt.Sprintf("%s.%d", file, len(w.running))
	if err := os.Link(file, mine); err != nil { // it writes a new one at its end
		return nil, err
	}
	g, err := w.startAt(mine, groups, flags...)
	if err == nil {
		w.running = append(w.running, g)
	}
	return g, err
}

func (w *world) startAt(file string, groups int, flags ...string) (*gateway, error) {
	cmd := exec.Command(w.program, append(flags, "--persistence.file="+file, "--persistence.interval=24h")...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	p, url, err := proc.StartGateway(cmd)
	if err != nil {
		return nil, err
	}
	return &gateway{process: p, url: url, groups: groups}, nil
}

func (w *world) stop() (err error) {
	for _, g := range w.running {
		err = errors.Join(err, g.process.Stop())
	}
	return err
}

var client = &http.Client{Timeout: time.Minute}

// round pushes for so long, after one push that does not count, and notes what
// one cost.
func (g *gateway) round(b body, d time.Duration) error {
	if err := g.push(b); err != nil {
		return err
	}
	before, err := g.process.CPU()
	if err != nil {
		return err
	}
	pushes := 0
	for end := time.Now().Add(d); pushes == 0 || time.Now().Before(end); pushes++ {
		if err := g.push(b); err != nil {
			return err
		}
	}
	after, err := g.process.CPU()
	g.costs = append(g.costs, (after-before)/time.Duration(pushes))
	return err
}

// push replaces the next group.
func (g *gateway) push(b body) error {
	url := fmt.Sprintf("%s/metrics/job/sizing/instance/host%d", g.url, g.next%g.groups)
	g.next++
	req, err := http.NewRequest(http.MethodPut, url, bytes.NewReader(b.encoded))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", convert.Protobuf.MediaType())
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err == nil && resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("status %d, want 200 or 202: %.200q", resp.StatusCode, answer)
	}
	return err
}
