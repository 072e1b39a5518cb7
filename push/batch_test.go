package push

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/promferry/promferry/convert"
)

func TestBatchEncodesByGroup(t *testing.T) {
	var f fake
	b := newBench(t, &f)
	batch := Gateways{{b.Gateway}}.Begin(Merge, Origin{})
	gauge("x", 1).AppendTo(batch, groupOf("b"))
	gauge("x", 2).AppendTo(batch, groupOf("a"))
	(&convert.Family{Name: "y", Help: "Y.", Type: convert.Counter, Series: []convert.Series{
		{Name: "y", Labels: labelsOf("l", "1"), Value: 3}, {Name: "y", Labels: labelsOf("l", "2"), Value: 4},
	}}).AppendTo(batch, groupOf("b"))
	want := []string{
		"{instance=\"b\",job=\"test\"} 3: # TYPE x gauge\nx 1\n# HELP y Y.\n# TYPE y counter\ny{l=\"1\"} 3\ny{l=\"2\"} 4\n",
		"{instance=\"a\",job=\"test\"} 1: # TYPE x gauge\nx 2\n",
	}
	var got []string
	for _, g := range batch.order {
		for _, body := range g.bodies {
			got = append(got, fmt.Sprintf("%s %d: %s", g.group, body.series, body.decode()))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("bodies: got %q, want %q", got, want)
	}
	if got, want := batch.Groups(), []convert.Labels{groupOf("b"), groupOf("a")}; !reflect.DeepEqual(got, want) {
		t.Errorf("groups: got %v, want %v", got, want)
	}
	if got := b.Groups(); len(got) != 0 {
		t.Errorf("got %v before Commit, want nothing offered", got)
	}
}

func TestBatchKeepsNothingOfItsArguments(t *testing.T) {
	batch := Gateways{{newBench(t, nil).Gateway}}.Begin(Replace, Origin{})
	group, family := groupOf("a"), gauge("x", 1)
	family.AppendTo(batch, group)
	group[0].Value, family.Series[0].Value = "changed", 2
	got := batch.order[0]
	if got.group.Key() != groupOf("a").Key() || string(got.bodies[0].decode()) != "# TYPE x gauge\nx 1\n" {
		t.Errorf("got %v %q, want the group and family as they were", got.group, got.bodies[0].decode())
	}
}

func TestCommitGoesToAllGateways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first, second fake
		a, b := newBench(t, &first), newBench(t, &second)
		a.run(t)
		b.run(t)
		gateways := Gateways{{a.Gateway}, {b.Gateway}}
		batch := gateways.Begin(Replace, Origin{})
		gauge("x", 1).AppendTo(batch, groupOf("a"))
		batch.Commit()
		a.drain(t)
		b.drain(t)
		wantSent(t, &first, "PUT # TYPE x gauge\nx 1")
		wantSent(t, &second, "PUT # TYPE x gauge\nx 1")

		batch.Commit() // is empty now
		gauge("x", 2).AppendTo(batch, groupOf("a"))
		batch.Commit()
		gateways.Delete(groupOf("b"))
		a.drain(t)
		b.drain(t)
		if got := []int{len(first.sent()), len(second.sent())}; got[0] != 3 || got[1] != 3 {
			t.Errorf("got %v requests, want 3 each", got)
		}
	})
}

func TestGatewaysShareBody(t *testing.T) {
	a, b := newBench(t, nil), newBench(t, nil)
	batch := Gateways{{a.Gateway}, {b.Gateway}}.Begin(Replace, Origin{})
	gauge("x", 1).AppendTo(batch, groupOf("a"))
	batch.Commit()
	_, first := a.take(t.Context())
	_, second := b.take(t.Context())
	if first == second || first.body != second.body {
		t.Error("got bodies apart or one request, want two requests with one body")
	}
}

func TestBatchRemove(t *testing.T) {
	var f fake
	b := newBench(t, &f)
	b.Buffers = new(Buffers)
	batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
	gauge("x", 1).AppendTo(batch, groupOf("a"))
	gauge("x", 2).AppendTo(batch, groupOf("b"))
	batch.Remove(groupOf("a"))
	batch.Remove(groupOf("c"))
	if got, want := batch.Groups(), []convert.Labels{groupOf("b")}; !reflect.DeepEqual(got, want) {
		t.Errorf("groups: got %v, want %v", got, want)
	}
	if got := b.Buffers.outstanding(); got != 1 {
		t.Errorf("%d chunks are held, want 1", got)
	}
	batch.Discard()
	if got := b.Buffers.outstanding(); got != 0 {
		t.Errorf("%d chunks are held at the end, want none", got)
	}
}
