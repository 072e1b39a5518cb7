package proc

// FreeAddress is one of loopback, as host:port, at which nobody listens but who
// names its port. It stays so until this program ends; see [Reserve].
func FreeAddress() (string, error) {
	address, _, err := Reserve()
	return address, err
}
