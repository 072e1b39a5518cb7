package builtin

import (
	"net"
	"slices"
	"testing"
)

func TestDistinctAddresses(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   []net.Addr
		want []string
	}{
		{"none", nil, nil},
		{"order stays", prefixes(t, "2001:db8::1/64", "192.0.2.1/24"), []string{"2001:db8::1", "192.0.2.1"}},
		{"twin with another length", prefixes(t, "192.0.2.1/24", "192.0.2.1/16"), []string{"192.0.2.1"}},
		{"mapped", prefixes(t, "::ffff:192.0.2.1/120"), []string{"192.0.2.1"}},
		{"not a network address", []net.Addr{&net.UnixAddr{Name: "x"}, &net.IPNet{}}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, want := distinct(tc.in), addresses(tc.want...); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func prefixes(t *testing.T, texts ...string) []net.Addr {
	t.Helper()
	var all []net.Addr
	for _, text := range texts {
		ip, prefix, err := net.ParseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &net.IPNet{IP: ip, Mask: prefix.Mask})
	}
	return all
}

func TestKernelAdaptersAsksOnlyForSelected(t *testing.T) {
	all, err := kernelAdapters(func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range all {
		if a.index == 0 {
			t.Errorf("%s: got index 0, want the kernel's", name)
		}
		one, err := kernelAdapters(func(n string) bool { return n == name })
		if err != nil || len(one) != 1 {
			t.Errorf("got %v, %v, want %s alone", one, err, name)
		}
	}
}
