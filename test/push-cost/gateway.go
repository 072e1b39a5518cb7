package main

import (
	"bytes"
	"fmt"
	"io"
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
	// Without persistence.file= it would read and write Debian's default file.
	p, url, err := proc.StartGateway(exec.Command(program, "--persistence.file="))
	if err != nil {
		return nil, err
	}
	return &gateway{p, url}, nil
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
