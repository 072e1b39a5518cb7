package builtin

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// An adapter is what the kernel says of one device beside its counters.
type adapter struct {
	index     int          // from 1; another one when a device is made anew under its name
	up        bool         // switched on and with a carrier: IFF_UP and IFF_RUNNING
	mtu       int          // bytes
	addresses []netip.Addr // in the kernel's order, each once, without a zone
}

// kernelAdapters returns the selected devices by name. Addresses cost a system
// call each, so they are asked of those alone.
func kernelAdapters(selected func(name string) bool) (map[string]adapter, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	adapters := make(map[string]adapter, len(interfaces))
	for _, i := range interfaces {
		if !selected(i.Name) {
			continue
		}
		if adapters[i.Name], err = newAdapter(i); err != nil {
			return nil, err
		}
	}
	return adapters, nil
}

func newAdapter(i net.Interface) (adapter, error) {
	addresses, err := i.Addrs()
	if err != nil {
		return adapter{}, fmt.Errorf("addresses of %q: %w", i.Name, err)
	}
	const upAndRunning = net.FlagUp | net.FlagRunning
	return adapter{
		index:     i.Index,
		up:        i.Flags&upAndRunning == upAndRunning,
		mtu:       i.MTU,
		addresses: distinct(addresses),
	}, nil
}

// distinct drops the prefix lengths, and with them the twins: a device may
// have one address with two lengths.
func distinct(addresses []net.Addr) []netip.Addr {
	var all []netip.Addr
	for _, a := range addresses {
		prefix, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(prefix.IP)
		if ip = ip.Unmap(); ok && !slices.Contains(all, ip) {
			all = append(all, ip)
		}
	}
	return all
}

// hasAddress says whether the adapter has what require names; see
// Network.RequireAddress.
func (a adapter) hasAddress(require string) bool {
	switch require {
	case "none":
		return true
	case "ipv4":
		return slices.ContainsFunc(a.addresses, netip.Addr.Is4)
	}
	return len(a.addresses) > 0
}

// ip returns the first IPv4 address, else the first IPv6 one, else "".
func (a adapter) ip() string {
	if i := slices.IndexFunc(a.addresses, netip.Addr.Is4); i >= 0 {
		return a.addresses[i].String()
	}
	if len(a.addresses) > 0 {
		return a.addresses[0].String()
	}
	return ""
}

// family is the label value "ipv4" or "ipv6".
func family(ip netip.Addr) string {
	if ip.Is4() {
		return "ipv4"
	}
	return "ipv6"
}
