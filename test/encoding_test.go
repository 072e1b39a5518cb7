package test

import "testing"

// bothEncodings runs a test with each encoding that a gateway may get. The
// default asks the gateway and comes to one of them; other tests have it.
func bothEncodings(t *testing.T, do func(t *testing.T, encoding string)) {
	t.Helper()
	for _, encoding := range []string{"text", "protobuf"} {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			do(t, encoding)
		})
	}
}
