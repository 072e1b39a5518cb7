package status

import (
	"testing"
	"time"
)

func TestTargetState(t *testing.T) {
	early := up("j", "i")
	early.Pushes[0].LastSuccess = time.Time{}
	both := down("j", "i")
	both.Pushes[0].LastError = "refused"
	elsewhere := incompleteTarget("j", "i", "f")
	elsewhere.Pushes = append(elsewhere.Pushes, Push{Gateway: "us"})
	if got := elsewhere.State(); got != Pending {
		t.Errorf("an incomplete target that another gateway does not have yet is %s, want %s", got, Pending)
	}
	for want, target := range map[State]Target{Up: up("j", "i"), Down: down("j", "i"), Unpushed: unpushed("j", "i"), Pending: pending("j", "i"), Incomplete: incompleteTarget("j", "i", "f")} {
		if got := target.State(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := early.State(); got != Pending {
		t.Errorf("a target without an answer to its first push is %s, want %s", got, Pending)
	}
	if got := both.State(); got != Down {
		t.Errorf("a target that is down and not pushed is %s, want %s", got, Down)
	}
}
