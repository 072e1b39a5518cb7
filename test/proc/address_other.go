//go:build !linux

package proc

import "net"

// Reserve finds an address of loopback, as host:port, at which nobody listens.
// It cannot be kept here: another process may take it. Who has it calls release
// when it is not needed any more, as on Linux.
func Reserve() (address string, release func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	return l.Addr().String(), func() {}, l.Close()
}
