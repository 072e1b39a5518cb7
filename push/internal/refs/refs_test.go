package refs

import (
	"sync"
	"testing"
)

// However many hold it, and in whatever order they let go, one of them is the
// last, and nobody comes after that one.
func TestOneIsTheLast(t *testing.T) {
	var c Count
	c.New()
	var group sync.WaitGroup
	last := make(chan bool, 100)
	for range 99 {
		if !c.Retain() {
			t.Fatal("it is held, and cannot be retained")
		}
	}
	for range 100 {
		group.Go(func() { last <- c.Release() })
	}
	group.Wait()
	close(last)
	n := 0
	for is := range last {
		if is {
			n++
		}
	}
	if n != 1 || c.Retain() {
		t.Errorf("%d were the last, want one, and nobody after it", n)
	}
}

func TestReleaseTwiceIsADefect(t *testing.T) {
	var c Count
	c.New()
	c.Release()
	defer func() {
		if recover() == nil {
			t.Error("it was released twice, and nobody noticed")
		}
	}()
	c.Release()
}
