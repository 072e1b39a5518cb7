package push

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/quick"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/promferry/promferry/convert"
)

// shardsAt returns n shards whose URLs differ in a digit.
func shardsAt(n int) (s Shards) {
	for i := range n {
		s = append(s, &Gateway{URL: &url.URL{Scheme: "http", Host: fmt.Sprintf("push%d:9091", i)}})
	}
	return s
}

// TestShardsOrder: a group's shard does not depend on the order of the list.
func TestShardsOrder(t *testing.T) {
	same := func(seed uint64, instance string) bool {
		shards := shardsAt(2 + int(seed%9))
		mixed := slices.Clone(shards)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		return shards.Of(groupOf(instance)) == mixed.Of(groupOf(instance))
	}
	if err := quick.Check(same, nil); err != nil {
		t.Error(err)
	}
}

// TestShardsMoveFew: where a shard comes, groups move to it and nowhere else,
// and it gets its part of them; where it goes, the same the other way round.
func TestShardsMoveFew(t *testing.T) {
	const groups = 4000
	for n := 1; n < 10; n++ {
		more := shardsAt(n + 1)
		fewer := more[:n]
		moved := 0
		for i := range groups {
			group := convert.LabelsOf(map[string]string{"job": "node", "instance": fmt.Sprintf("host%d:9100", i)})
			before, after := fewer.Of(group), more.Of(group)
			if before == after {
				continue
			}
			moved++
			if after != more[n] {
				t.Fatalf("%s moved from %s to %s, and neither is the shard that came", group, before.Place(), after.Place())
			}
		}
		if want := groups / (n + 1); moved < want*9/10 || moved > want*11/10 {
			t.Errorf("%d of %d groups moved to shard number %d, want about %d", moved, groups, n+1, want)
		}
	}
}

// TestShardsStay: the same version of a fleet, and the next one, must agree on
// the place of a group.
func TestShardsStay(t *testing.T) {
	shards := shardsAt(3)
	var got []int
	for i := range 10 {
		got = append(got, slices.Index(shards, shards.Of(groupOf(fmt.Sprint(i)))))
	}
	if want := []int{0, 0, 2, 0, 2, 0, 0, 1, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("got shards %v, want %v", got, want)
	}
}

// newShards returns shards of one gateway that do not run yet, each with a
// transport.
func newShards(t *testing.T, transports ...http.RoundTripper) (shards Shards, benches []*bench) {
	for i, transport := range transports {
		b := newBench(t, transport)
		b.Shard = fmt.Sprintf("push%d:9091", i)
		b.URL = &url.URL{Scheme: "http", Host: b.Shard}
		shards, benches = append(shards, b.Gateway), append(benches, b)
	}
	return shards, benches
}

func runAll(t *testing.T, benches []*bench) {
	for _, b := range benches {
		b.run(t)
	}
}

// TestShardsGetTheirGroups: each group is encoded once, as its shard takes it,
// is pushed there and nowhere else, and is deleted there.
func TestShardsGetTheirGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fakes := []*fake{{}, {}, {}}
		shards, benches := newShards(t, fakes[0], fakes[1], fakes[2])
		shards[1].Encoding = EncodingProtobuf
		runAll(t, benches)
		gateways := Gateways{shards}
		batch := gateways.Begin(Replace, Origin{})
		for i := range 30 {
			group := groupOf(fmt.Sprint(i))
			gauge("a", float64(i)).AppendTo(batch, group)
			if got := len(batch.Outputs(group)); got != 1 {
				t.Errorf("group %d is encoded %d times, want once", i, got)
			}
		}
		batch.Commit()
		synctest.Wait()
		for i := range 30 {
			gateways.Delete(groupOf(fmt.Sprint(i)))
		}
		synctest.Wait()
		for n, f := range fakes {
			var want []string
			for i := range 30 {
				if shards.Of(groupOf(fmt.Sprint(i))) != shards[n] {
					continue
				}
				how := map[bool]string{true: "protobuf "}[n == 1]
				want = append(want, fmt.Sprintf("PUT %s# TYPE a gauge\na %d", how, i), "DELETE")
			}
			got := f.sent()
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" || len(want) < 10 {
				t.Errorf("requests to shard %d (-want +got):\n%s", n, diff)
			}
			benches[n].wantCount(t, "promferry_pushes_total", shards[n].Shard, float64(len(want)))
		}
	})
}

// TestShardThatHangsDelaysNoOther: each has requests of its own.
func TestShardThatHangsDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, hanging := &fake{}, &fake{takes: time.Hour}
		shards, benches := newShards(t, good, hanging)
		runAll(t, benches)
		gateways := Gateways{shards}
		for range 5 {
			for i := range 40 {
				batch := gateways.Begin(Replace, Origin{Group: groupOf(fmt.Sprint(i)), Interval: 15 * time.Second})
				gauge("a", 1).AppendTo(batch, groupOf(fmt.Sprint(i)))
				batch.Commit()
			}
			synctest.Wait()
			for i := range 40 {
				group := groupOf(fmt.Sprint(i))
				g := shards.Of(group)
				if status := g.Group(group); g == shards[0] && (status.Waiting || !status.LastSuccess.Equal(time.Now())) {
					t.Fatalf("%s is not stored at the good shard: %+v", group, status)
				}
			}
			<-time.After(15 * time.Second)
		}
		if got := shards[1].Status(); got.State != StateDown || got.Shard != "push1:9091" {
			t.Errorf("got status %+v of the shard that hangs, want it down", got)
		}
		if got := shards[0].Status(); got.State != StateAnswering {
			t.Errorf("got status %+v of the other, want it answering", got)
		}
		benches[1].wantLog(t, "shard=push1:9091", strings.Count(benches[1].log.String(), "\n"))
		benches[0].wantLog(t, "\n", 0)
	})
}
