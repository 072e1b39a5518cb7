package push

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestWhatTakesPushesAndSaysNothingIsDoubted: an old Pushgateway is right, a web
// server that answers nothing with 200 is not, and nobody can tell them apart.
func TestWhatTakesPushesAndSaysNothingIsDoubted(t *testing.T) {
	check := func(says string, code int, doubted bool) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			f := fake{says: says, answer: func(int, sent) (int, string) { return code, "" }}
			b := auto(t, &f)
			b.Learn(t.Context())
			if before := b.Status().Doubt; before != "" {
				t.Errorf("before the first push: got %q", before)
			}
			b.run(t)
			for range 3 {
				b.commit(t, 1)
				<-time.After(time.Minute)
			}
			if got := b.Status().Doubt != ""; got != doubted {
				t.Errorf("%q, %d: got doubt %q, want one: %v", says, code, b.Status().Doubt, doubted)
			}
			told := 0
			if doubted {
				told = 1
			}
			b.wantLog(t, "gateway does not say that it is a Pushgateway", told)
		})
	}
	check("", 200, true)
	check("<html>", 200, true)
	check(says("1.11.3"), 200, false)
	check(says(""), 200, false)
	check("", 202, false) // is verified
	check("", 503, false) // does not take them
}

func TestWhatRefusesToSayIsNotDoubted(t *testing.T) {
	for code, want := range map[int]bool{401: false, 403: false, 405: false, 404: true, 302: true, 200: false} {
		if got := parseStatus(code, []byte(says("1.11.3"))).foreign; got != want {
			t.Errorf("status %d: got %v, want %v", code, got, want)
		}
	}
}
