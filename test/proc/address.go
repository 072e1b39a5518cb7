package proc

import "testing"

// Address is [Reserve] for a test, until that ends: there connections are refused,
// but while a server of the test listens.
func Address(t testing.TB) string {
	t.Helper()
	address, release, err := Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return address
}

// FreeAddress is one of loopback, as host:port, at which nobody listens but who
// names its port. It stays so until this program ends; see [Reserve].
func FreeAddress() (string, error) {
	address, _, err := Reserve()
	return address, err
}
