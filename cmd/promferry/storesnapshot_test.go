package main

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/promferry/promferry/cmd/promferry/internal/status"
	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push/remote"
)

// TestStoreStatusIsWhole: nothing of what a store says of itself is lost on the
// way to the page.
func TestStoreStatusIsWhole(t *testing.T) {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	got := storeStatus(remote.Status{
		Name: "mimir", URL: "http://m/api/v1/push", State: remote.StateDown, Since: at, LastSuccess: at.Add(1),
		LastError: errors.New("gone"), NextTry: at.Add(2), Samples: 3, Pending: 4, Oldest: at.Add(5),
		Dropped: map[remote.DropReason]uint64{remote.DropMaxAge: 6}, LastDrop: at.Add(7),
		Spool: remote.SpoolStatus{Directory: "/spool", Size: 8, MaxSize: 10, Fill: 0.5, Pending: 11, Err: errors.New("held")},
	})
	want := status.Store{
		Name: "mimir", URL: "http://m/api/v1/push", State: status.GatewayDown, Since: at, LastSuccess: at.Add(1),
		LastError: "gone", NextTry: at.Add(2), Samples: 3, Waiting: 4, Oldest: at.Add(5),
		Dropped: map[string]int{"max_age": 6}, LastDrop: at.Add(7),
		Spool: &status.Spool{Directory: "/spool", Size: 8, MaxSize: 10, Fill: 0.5, Waiting: 11, Error: "held"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

// TestStoreBeforeAnAnswer: what was not answered yet does not look as if it was.
func TestStoreBeforeAnAnswer(t *testing.T) {
	got := storeStatus(remote.Status{Name: "m", State: remote.StateAnswering})
	if got.State != status.GatewayUnknown || got.Spool != nil {
		t.Errorf("got state %q and spool %v, want unknown and none", got.State, got.Spool)
	}
}

// TestFeedsAreThoseOfTheJob: a job's names are those of gateways and stores.
func TestFeedsAreThoseOfTheJob(t *testing.T) {
	all := names{feeds: []status.Feed{{Store: "mimir"}, {Store: "vm"}}}
	got := all.feedsOf(configs.Job{Gateways: []string{"office", "vm"}})
	if want := []status.Feed{{Store: "vm"}}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
