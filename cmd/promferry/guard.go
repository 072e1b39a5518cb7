package main

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guarded refuses what a page of another origin makes a browser ask for: what
// changes something, anywhere; and where the server listens on loopback only, all
// requests for a name that is none of loopback. Such a page may have had its own
// name resolve to this address (DNS rebinding), is its own origin then, and could
// read the answers. Its browser does not say so in headers: the page can choose
// them, all but Host.
func guarded(next http.Handler, listens net.Addr) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	address, err := netip.ParseAddrPort(listens.String())
	if err != nil || !address.Addr().IsLoopback() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fitsLoopback(r.Host) {
			http.Error(w, "refused: this server listens on loopback, and the Host header has another name; a proxy before it must send Host: localhost", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fitsLoopback tells what a Host header can be where no name was rebound: a name
// of loopback, an address, which no name service has a hand in, or nothing, as in
// HTTP/1.0, which no browser speaks.
func fitsLoopback(hostport string) bool {
	if hostport == "" {
		return true
	}
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
