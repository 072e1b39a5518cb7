package proc

import (
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"time"
)

// StartGateway runs the command of a Pushgateway on a free address, and waits
// until it is ready. The command says where it keeps its groups.
func StartGateway(cmd *exec.Cmd) (p *Process, url string, err error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, "", err
	}
	cmd.Args = append(cmd.Args, "--web.listen-address="+address)
	if p, err = Start(cmd); err != nil {
		return nil, "", fmt.Errorf("%w; test/parts installs Debian's", err)
	}
	url = "http://" + address
	if err := p.Await("readiness", time.Minute, func() bool { return ready(url) }); err != nil {
		return nil, "", errors.Join(err, p.Stop())
	}
	return p, url, nil
}

func ready(url string) bool {
	resp, err := client.Get(url + "/-/ready")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
