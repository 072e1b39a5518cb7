package doctor

import "testing"

func TestSizesAreLegible(t *testing.T) {
	for bytes, want := range map[int64]string{
		0:             "0 bytes",
		9_999:         "9999 bytes",
		12_000:        "12.0 kB",
		999_600:       "1.0 MB",
		16 << 20:      "16.8 MB",
		512 << 20:     "537 MB",
		1 << 30:       "1.1 GB",
		5_000_000_000: "5.0 GB",
		1 << 40:       "1.1 TB",
		1 << 60:       "1152922 TB",
	} {
		if got := size(bytes); got != want {
			t.Errorf("%d: got %s, want %s", bytes, got, want)
		}
	}
}
