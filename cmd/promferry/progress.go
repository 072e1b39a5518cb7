package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Nobody waits for what is done within a second, and reads faster than this.
const (
	progressAfter = time.Second
	progressEvery = 200 * time.Millisecond
)

// progress shows on a terminal how far something has come that takes long, in a
// line that stop erases: before anything else is written. The log that debugging
// shows is progress enough.
func (a *app) progress(ctx context.Context, line func() string) (stop func()) {
	t := terminalOf(a.err)
	if t.width == 0 || a.debugging() {
		return func() {}
	}
	return startProgress(ctx, a.err, t.width, line)
}

// startProgress draws until ctx ends or stop is called, which waits for the end.
func startProgress(ctx context.Context, to io.Writer, width int, line func() string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d := drawing{to: to, width: width, began: time.Now()}
		d.draw(ctx, line)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// A drawing is a line that is drawn in place.
type drawing struct {
	to    io.Writer
	width int
	began time.Time
	drawn int // columns
}

func (d *drawing) draw(ctx context.Context, line func() string) {
	defer d.put("")
	next := time.NewTimer(progressAfter)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			d.put(fmt.Sprintf("%s, %v", line(), time.Since(d.began).Truncate(time.Second)))
			next.Reset(progressEvery)
		}
	}
}

// put replaces the line: blanks go over what it leaves of the one before. The
// last column stays free, as some terminals begin a new line behind it.
func (d *drawing) put(text string) {
	if runes := []rune(text); len(runes) > d.width-1 {
		text = string(runes[:d.width-1])
	}
	now := utf8.RuneCountInString(text)
	if now == 0 && d.drawn == 0 {
		return
	}
	rest := strings.Repeat(" ", max(0, d.drawn-now))
	if now == 0 {
		rest += "\r"
	}
	fmt.Fprint(d.to, "\r"+text+rest)
	d.drawn = now
}
