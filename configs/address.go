package configs

import (
	"errors"
	"strings"
)

// An address is one element of targets, parsed.
type address struct {
	scheme  string // "" as the job says
	host    string // with its port if it has one, as written; "" for a socket
	path    string // "" as the job says
	rawPath string // as in url.URL
	socket  string // path of a unix socket
}

const unixPrefix = "unix://"

// parseAddress takes host, host:port, a URL without query, or a unix socket with
// or without a path after it.
func parseAddress(s string) (address, error) {
	switch {
	case strings.HasPrefix(s, unixPrefix):
		return parseSocket(s)
	case strings.Contains(s, "://"):
		u, err := parseHTTP(s)
		if err != nil {
			return address{}, err
		}
		return address{scheme: u.Scheme, host: u.Host, path: u.Path, rawPath: u.RawPath}, nil
	case strings.Contains(s, "/"):
		return address{}, errors.New("has a path but no scheme")
	}
	return address{host: s}, checkHost(s)
}

func parseSocket(s string) (address, error) {
	socket, path, found := strings.Cut(strings.TrimPrefix(s, unixPrefix), ":/")
	if !strings.HasPrefix(socket, "/") || socket == "/" {
		return address{}, errors.New("has no absolute path after unix:// (three slashes in all)")
	}
	if found {
		path = "/" + path
	}
	return address{scheme: "http", socket: socket, path: path}, nil
}

// instance is the default instance label: the address as written, but with this
// machine's name for one that is the same on each machine.
func (a address) instance(thisHost func() string) string {
	if a.host == "" { // a socket
		return thisHost()
	}
	if !isLoopback(bareHost(a.host)) {
		return a.host
	}
	if _, port, ok := cutPort(a.host); ok {
		return thisHost() + ":" + port
	}
	return thisHost()
}
