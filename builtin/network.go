// Package builtin makes expositions without a target to ask: Network of this
// host's network devices, Self of this program's own metrics. Each is a
// scrape.Source like any other.
package builtin

import (
	"cmp"
	"context"
	"regexp"
	"time"

	psnet "github.com/shirou/gopsutil/v3/net"

	"github.com/promferry/promferry/scrape"
)

// Network writes the traffic, the counters and the state of this host's
// network devices. Its zero value reports every device that has an address.
//
// Traffic is the rate since the last cycle, so a Network is kept from cycle to
// cycle. Like every scrape.Source it is used by one scrape at a time.
//
// Counters are gopsutil's: on Linux those of /proc/net/dev, below HOST_PROC
// where the environment or the context's EnvMap sets it. Addresses, state and
// MTU are those of the network namespace that the process runs in.
type Network struct {
	// Include and Exclude match a device's name; the caller anchors them. A
	// device is reported when Include matches and Exclude does not. A nil
	// Include matches all, a nil Exclude nothing.
	Include, Exclude *regexp.Regexp
	// RequireAddress is the address without which a device is skipped: "any"
	// (a link-local one will do), "ipv4" or "none". "" means "any".
	RequireAddress string

	counters func(context.Context) ([]psnet.IOCountersStat, error)        // nil means gopsutil's
	adapters func(selected func(string) bool) (map[string]adapter, error) // nil means the kernel's

	// firstWindow is for how long the first cycle measures traffic; 0 means
	// defaultWindow. Where the deadline is not later, half of the time left.
	firstWindow time.Duration

	last *reading // nil before the first cycle
}

// defaultWindow is long enough for a rate that means something, and short beside
// a scrape_timeout.
const defaultWindow = time.Second

// Scrape reads the counters once and does not wait; only the first cycle reads
// twice, a window apart.
func (n *Network) Scrape(ctx context.Context) (*scrape.Exposition, error) {
	earlier, later, err := n.measure(ctx)
	if err != nil {
		return nil, collectError("network", err)
	}
	e, err := encode(families(earlier, later, n.reported(later)))
	if err != nil {
		return nil, collectError("network", err)
	}
	return e, nil
}

// measure returns the last reading and a new one. A reading is kept although
// the cycle fails after it: the next rate is then measured since that reading.
func (n *Network) measure(ctx context.Context) (earlier, later *reading, err error) {
	if n.last == nil {
		if n.last, err = n.read(ctx); err != nil {
			return nil, nil, err
		}
		if err := n.wait(ctx); err != nil {
			return nil, nil, err
		}
	}
	if later, err = n.read(ctx); err != nil {
		return nil, nil, err
	}
	earlier, n.last = n.last, later
	return earlier, later, nil
}

func (n *Network) wait(ctx context.Context) error {
	timer := time.NewTimer(n.window(ctx))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (n *Network) window(ctx context.Context) time.Duration {
	window := cmp.Or(n.firstWindow, defaultWindow)
	if deadline, ok := ctx.Deadline(); ok {
		if left := time.Until(deadline); left <= window {
			return left / 2
		}
	}
	return window
}

func (n *Network) selected(name string) bool {
	return (n.Include == nil || n.Include.MatchString(name)) &&
		(n.Exclude == nil || !n.Exclude.MatchString(name))
}

// reported returns the devices of r that have the required address, by name.
func (n *Network) reported(r *reading) []device {
	var devices []device
	for _, d := range r.sorted() {
		if d.hasAddress(n.RequireAddress) {
			devices = append(devices, d)
		}
	}
	return devices
}
