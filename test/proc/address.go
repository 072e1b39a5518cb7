package proc

import "net"

// FreeAddress is one of loopback that nobody listens at, as host:port. Another
// process may take it.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
