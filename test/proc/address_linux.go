package proc

import (
	"net"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Reserve finds an address of loopback, as host:port, and keeps it until release:
// who asks for any free port gets another one, and so does each connection that
// goes out. Connections to it are refused, but while somebody listens who names
// its port. One after another may, with SO_REUSEADDR, which net.Listen sets.
//
// It is a socket that is bound and never listens: with that option on both, another may be
// bound to the same port, and listen (socket(7)).
func Reserve() (address string, release func(), err error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, os.NewSyscallError("socket", err)
	}
	release = func() { _ = unix.Close(fd) } // of nothing that could be lost
	if address, err = bindAny(fd); err != nil {
		release()
		return "", nil, err
	}
	return address, release, nil
}

func bindAny(fd int) (address string, err error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return "", os.NewSyscallError("setsockopt", err)
	}
	anyPort := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := unix.Bind(fd, anyPort); err != nil {
		return "", os.NewSyscallError("bind", err)
	}
	bound, err := unix.Getsockname(fd)
	if err != nil {
		return "", os.NewSyscallError("getsockname", err)
	}
	port := bound.(*unix.SockaddrInet4).Port
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), nil
}
