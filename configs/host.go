package configs

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// hostname returns a function that asks for this machine's name once.
func (l *Loader) hostname() func() (string, error) {
	ask := l.Hostname
	if ask == nil {
		ask = os.Hostname
	}
	return sync.OnceValues(func() (string, error) {
		name, err := ask()
		if err == nil && name == "" {
			return "", errors.New("this machine has no name")
		}
		return name, err
	})
}

// fqdn returns a function that asks for this machine's full name once.
func (l *Loader) fqdn() func() (string, error) {
	if l.FQDN != nil {
		return sync.OnceValues(l.FQDN)
	}
	return sync.OnceValues(func() (string, error) {
		name, err := l.hostname()()
		if err != nil || strings.Contains(name, ".") {
			return name, err
		}
		return canonicalName(name), nil
	})
}

// canonicalName is what the resolver, /etc/hosts first, has as the full name of
// a host; the host itself if it has none within fqdnTimeout.
func canonicalName(host string) string {
	ctx, cancel := context.WithTimeout(context.Background(), fqdnTimeout)
	defer cancel()
	name, err := net.DefaultResolver.LookupCNAME(ctx, host)
	if name = strings.TrimSuffix(name, "."); err != nil || name == "" {
		return host
	}
	return name
}

// thisHost is this machine's name, as the label at a place needs it.
func (d *decoder) thisHost(at hcl.Range) string {
	name, err := d.host()
	if err != nil {
		d.errorf(at, "Host name not known", "The instance label would be this machine's name: %s. Set instance.", err)
		return "localhost"
	}
	return name
}

// isLoopback tells whether a host, without its port, is this machine for each
// machine. Package transport goes by the same rule; neither imports the other.
func isLoopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().WithZone("").IsLoopback()
}

const fqdnTimeout = 2 * time.Second
