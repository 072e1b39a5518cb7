package oracle

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A flight is one request that is under way at a gateway.
type flight struct {
	gone    func() bool // the client does not wait any more
	group   string
	watched sync.WaitGroup // by newcomers
}

// flights are the requests under way. A client may give one up and send the
// next before the server notices that. So where a newcomer should have waited,
// those before it are watched: whether their clients turn out to be gone.
type flights struct {
	most int // at once

	mu  sync.Mutex
	all []*flight
}

// abandoned is how long a server may take to notice that a client went, on a
// machine that is busy.
const abandoned = 2 * time.Second

// enter notes a request. The error tells that another one should have had its
// answer first.
func (s *flights) enter(ctx context.Context, group string) (*flight, error) {
	f := &flight{gone: func() bool { return ctx.Err() != nil }, group: group}
	inTheWay := s.add(f)
	if inTheWay == nil {
		return f, nil
	}
	err := s.judge(group, inTheWay)
	for end := time.Now().Add(abandoned); err != nil && time.Now().Before(end); err = s.judge(group, inTheWay) {
		<-time.After(10 * time.Millisecond)
	}
	for _, other := range inTheWay {
		other.watched.Done()
	}
	return f, err
}

// judge is an error where a newcomer of the group should have waited for others,
// as their clients are not gone.
func (s *flights) judge(group string, others []*flight) error {
	live := 0
	for _, other := range others {
		if other.gone() {
			continue
		}
		if live++; other.group == group {
			return fmt.Errorf("two requests of group %s under way at once", group)
		}
	}
	if live >= s.most {
		return fmt.Errorf("%d requests under way at once, want at most %d", live+1, s.most)
	}
	return nil
}

// add returns those that f should have waited for, watched.
func (s *flights) add(f *flight) []*flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	others := slices.DeleteFunc(slices.Clone(s.all), func(other *flight) bool { return other.gone() })
	s.all = append(s.all, f)
	sameGroup := slices.ContainsFunc(others, func(other *flight) bool { return other.group == f.group })
	if len(others) < s.most && !sameGroup {
		return nil
	}
	for _, other := range others {
		other.watched.Add(1)
	}
	return others
}

// leave is called before the answer goes out, or the connection ends.
func (s *flights) leave(f *flight) {
	s.mu.Lock()
	s.all = slices.DeleteFunc(s.all, func(other *flight) bool { return other == f })
	s.mu.Unlock()
	f.watched.Wait() // the end of the handler ends the context, too
}
