package main

import (
	"net"
	"net/netip"
	"strings"

	"github.com/promferry/promferry/configs"
)

// address names a target for people: no query, which may hold a secret.
func address(job configs.Job, t configs.Target) string {
	switch {
	case job.Builtin != "":
		return "builtin " + job.Builtin
	case len(t.Files) > 0:
		return strings.Join(t.Files, " ")
	case t.UnixSocket != "":
		return "unix://" + t.UnixSocket + ":" + t.URL.Path
	}
	u := *t.URL
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// reachable makes an address that a server listens on one that a client can
// connect to: 127.0.0.1 for all interfaces.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
