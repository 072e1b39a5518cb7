package builtin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	psnet "github.com/shirou/gopsutil/v3/net"
)

// A reading is the selected devices at one moment.
type reading struct {
	at      time.Time // with its monotonic part
	devices map[string]device
}

// A device is what one reading says of one device.
type device struct {
	adapter              // zero where only the counters know the device
	psnet.IOCountersStat // since the device was made
}

// read takes one reading. The adapters come first, so that as little as
// possible lies between the time and the counters.
func (n *Network) read(ctx context.Context) (*reading, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	adapters, err := n.readAdapters()
	if err != nil {
		return nil, err
	}
	r := &reading{at: time.Now(), devices: map[string]device{}}
	counters, err := n.readCounters(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range counters {
		if n.selected(c.Name) {
			r.devices[c.Name] = device{adapters[c.Name], c}
		}
	}
	return r, nil
}

func (n *Network) readAdapters() (map[string]adapter, error) {
	if n.adapters != nil {
		return n.adapters(n.selected)
	}
	return kernelAdapters(n.selected)
}

// readCounters turns a panic into an error: gopsutil 3.24.5 indexes the lines
// and fields of /proc/net/dev without a look at how many there are.
func (n *Network) readCounters(ctx context.Context) (counters []psnet.IOCountersStat, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("counters are cut short: %v", p)
		}
	}()
	if n.counters != nil {
		return n.counters(ctx)
	}
	return psnet.IOCountersWithContext(ctx, true)
}

// sorted returns the devices by name.
func (r *reading) sorted() []device {
	devices := make([]device, 0, len(r.devices))
	for _, name := range slices.Sorted(maps.Keys(r.devices)) {
		devices = append(devices, r.devices[name])
	}
	return devices
}

// A traffic is what a device carried, in bytes a second.
type traffic struct{ input, output float64 }

// traffic returns the rate of the named device since earlier. Without one (the
// device is new or came back, a counter went backwards, no time has passed) ok
// is false.
func (r *reading) traffic(earlier *reading, name string) (t traffic, ok bool) {
	was, known := earlier.devices[name]
	is := r.devices[name]
	seconds := r.at.Sub(earlier.at).Seconds()
	if !known || seconds <= 0 || is.restartedSince(was) {
		return traffic{}, false
	}
	return traffic{
		input:  float64(is.BytesRecv-was.BytesRecv) / seconds,
		output: float64(is.BytesSent-was.BytesSent) / seconds,
	}, true
}

// restartedSince is true where d counts from another zero than was: a counter
// went backwards, or the device was made anew between the two readings and may
// have overtaken its old counters. Errors and drops do not count: drivers
// correct them downwards.
func (d device) restartedSince(was device) bool {
	return d.index != was.index ||
		d.BytesRecv < was.BytesRecv || d.BytesSent < was.BytesSent ||
		d.PacketsRecv < was.PacketsRecv || d.PacketsSent < was.PacketsSent
}
