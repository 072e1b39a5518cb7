package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/push/remote"
)

// A notifier tells a service manager how the daemon does, as sd_notify(3) and
// sd_watchdog_enabled(3) of systemd say. A nil *notifier tells nobody anything.
type notifier struct {
	send     func(state string) error
	alive    func() bool   // whether the schedule moves; may block where it does not
	status   func() string // one line for people
	watchdog time.Duration // it wants a sign of life within each; 0: it wants none
	logger   *slog.Logger

	failing atomic.Bool // nothing arrives

	mu   sync.Mutex
	told string // the status that was sent last
}

// statusInterval is how often the status is looked at, where no watchdog wants
// more.
const statusInterval = 10 * time.Second

// newNotifier is nil where no service manager has asked to be told.
func newNotifier(f *ferry, reloads *reloader, logger *slog.Logger) *notifier {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return nil
	}
	watchdog, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		logger.Warn("no signs of life for the service manager", "err", fmt.Errorf("read WATCHDOG_USEC and WATCHDOG_PID: %w", err))
	}
	return &notifier{
		send:     sendNotification,
		alive:    f.pool.Alive,
		status:   func() string { return statusLine(f, reloads) },
		watchdog: watchdog,
		logger:   logger,
	}
}

func sendNotification(state string) error {
	_, err := daemon.SdNotify(false, state)
	return err
}

// start says that the daemon is ready, then how it does, and when ctx ends that
// it stops. The returned function waits for the last of it, but not longer than
// its context: a schedule that is stuck, or a manager that does not read, must
// not hold the daemon up.
func (n *notifier) start(ctx context.Context) (wait func(ctx context.Context)) {
	if n == nil {
		return func(context.Context) {}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		n.loop(ctx)
	}()
	return func(ctx context.Context) { await(ctx, ended) }
}

func (n *notifier) loop(ctx context.Context) {
	ticks := time.NewTicker(n.interval())
	defer ticks.Stop()
	n.tell(daemon.SdNotifyReady)
	for {
		n.beat()
		select {
		case <-ctx.Done():
			n.tell(daemon.SdNotifyStopping)
			return
		case <-ticks.C:
		}
	}
}

// interval is half of the watchdog's time, as sd_watchdog_enabled(3) advises.
func (n *notifier) interval() time.Duration {
	if n.watchdog > 0 {
		return min(n.watchdog/2, statusInterval)
	}
	return statusInterval
}

// beat is a sign of life only where there is life.
func (n *notifier) beat() {
	if n.watchdog > 0 && n.alive() {
		n.tell(daemon.SdNotifyWatchdog)
	}
	n.tellStatus()
}

// tellStatus says how the daemon does, where that is news.
func (n *notifier) tellStatus() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if status := n.status(); status != n.told {
		n.told = status
		n.tell("STATUS=" + status)
	}
}

// reloading says that a reload begins, and the returned function that it has
// ended, and how: people look at the status right after `systemctl reload`.
func (n *notifier) reloading() (done func()) {
	if n == nil {
		return func() {}
	}
	n.tell(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
	return func() {
		n.tellStatus()
		n.tell(daemon.SdNotifyReady)
	}
}

// tell logs the first failure, and the next one only after a success.
func (n *notifier) tell(state string) {
	err := n.send(state)
	if before := n.failing.Swap(err != nil); err != nil && !before {
		n.logger.Warn("service manager not told", "state", state, "err", err)
	}
}

// statusLine is what systemctl status shows.
func statusLine(f *ferry, reloads *reloader) string {
	targets, up := f.pool.Status(), 0
	for _, t := range targets {
		if t.Up() {
			up++
		}
	}
	gateways, answering := f.gateways(), 0
	for _, g := range gateways {
		if isAnswering(g.Status()) {
			answering++
		}
	}
	line := fmt.Sprintf("%d of %d targets up", up, len(targets))
	if len(gateways) > 0 {
		line += fmt.Sprintf(", %d of %d gateways answering", answering, len(gateways))
	}
	line += storesLine(f.stores())
	if reloads.outcome().Failed {
		line += "; configuration not reloaded, the one before goes on"
	}
	return line
}

// storesLine is the part of the stores; "" without any.
func storesLine(stores []*remote.Store) string {
	if len(stores) == 0 {
		return ""
	}
	answering := 0
	for _, s := range stores {
		if now := s.Status(); now.State == remote.StateAnswering && !now.Since.IsZero() {
			answering++
		}
	}
	return fmt.Sprintf(", %d of %d remote_writes answering", answering, len(stores))
}

// isAnswering tells a gateway that has answered and does so still: before its
// first answer nothing is known of it.
func isAnswering(g push.GatewayStatus) bool {
	return g.State == push.StateAnswering && !g.Since.IsZero()
}
