package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// deletions remember how DELETEs ended: a gateway forgets the groups that it
// has deleted.
type deletions struct {
	mu    sync.Mutex
	ended map[deletion]error // nil: the gateway has taken the group away
}

type deletion struct{ gateway, shard, path string }

// compose makes gateways whose DELETEs are remembered, or returns nil after what
// is wrong was written to standard error. Nothing is started.
func (d *deletions) compose(a *app, to destinationFlags) *ferry {
	cfg := to.load(a)
	if cfg == nil {
		return nil
	}
	sendPlain(cfg)
	how := a.oneShot()
	how.onPush = d.done
	return composeGateways(cfg, how)
}

// done is a gateway's OnDone. A request that is tried again ends several times.
func (d *deletions) done(out push.Outcome) {
	if out.Method != http.MethodDelete {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended == nil {
		d.ended = make(map[deletion]error)
	}
	d.ended[deletion{out.Gateway, out.Shard, out.Path}] = out.Err
}

// failed says why a gateway's group is not deleted, or nil. ctx is that of the
// command.
func (d *deletions) failed(ctx context.Context, g *push.Gateway, group convert.Labels, path string) error {
	d.mu.Lock()
	err, ended := d.ended[deletion{g.Name, g.Shard, path}]
	d.mu.Unlock()
	if !ended {
		err = cmp.Or(g.Group(group).LastError, context.Cause(ctx), errNotSent)
	}
	if err != nil {
		return fmt.Errorf("%s, %s: not deleted: %w", g, path, err)
	}
	return nil
}

var errNotSent = errors.New("the request was not sent")
