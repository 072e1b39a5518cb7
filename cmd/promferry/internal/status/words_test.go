package status

import (
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 1234 * time.Microsecond: "1ms", 250 * time.Microsecond: "250µs", 59*time.Second + 700*time.Millisecond: "1m",
		2 * time.Minute: "2m", 125 * time.Second: "2m 5s", 3*time.Hour + 2*time.Minute: "3h 2m", 50 * time.Hour: "2d 2h",
	} {
		if got := short(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{59 * time.Second: "less than a minute", 179 * time.Second: "2m", 3*time.Hour + 2*time.Minute: "3h 2m"} {
		if got := roughly(d); got != want {
			t.Errorf("%v is roughly %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 88_123: "88.1 kB", 123_456: "123 kB", 999_600: "1.0 MB", 4_000_000_000: "4.0 GB"} {
		if got := size(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{1: "1", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
