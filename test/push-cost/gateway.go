package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"time"

	"github.com/promferry/promferry/test/proc"
)

// A gateway is a Pushgateway with its consistency check on, as is the default,
// and with nothing stored.
type gateway struct {
	process *proc.Process
	url     string
}

var client = &http.Client{Timeout: time.Minute}

func startGateway(program string) (*gateway, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	// Without persistence.file= it would read and write Debian's default file.
	p, err := proc.Start(exec.Command(program, "--persistence.file=", "--web.listen-address="+address))
	if err != nil {
		return nil, fmt.Errorf("%w; test/parts installs Debian's", err)
	}
	gw := &gateway{p, "http://" + address}
	if err := p.Await("readiness", 20*time.Second, gw.ready); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return gw, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (g *gateway) ready() bool {
	resp, err := client.Get(g.url + "/-/ready")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// A refusalError is the gateway's word that a body is not one it can read.
type refusalError struct{ answer string }

func (e *refusalError) Error() string { return fmt.Sprintf("status 400: %.200q", e.answer) }

// push replaces the group, always the same one.
func (g *gateway) push(v *variant) error {
	req, err := http.NewRequest(http.MethodPut, g.url+"/metrics/job/push-cost/instance/a", bytes.NewReader(v.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", v.contentType)
	if v.contentEncoding != "" {
		req.Header.Set("Content-Encoding", v.contentEncoding)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	switch {
	case err != nil:
		return err
	case resp.StatusCode == http.StatusBadRequest:
		return &refusalError{string(answer)}
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("status %d, want 200: %.200q", resp.StatusCode, answer)
	}
	return nil
}
