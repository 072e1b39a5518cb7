package push

import "time"

// ledgerLag is how long the file may lack what has time.
const ledgerLag = time.Second

// ledgerRetry is the time until a write that failed is tried again, where no
// change comes first.
const ledgerRetry = 30 * time.Second

// work writes the file until the ledger is closed. All that comes while a write
// is under way goes with the next one.
func (l *Ledger) work() {
	defer close(l.done)
	defer l.file.unlock()
	timer := time.NewTimer(ledgerLag)
	defer timer.Stop()
	waits := false // for the lag of a change that has time
	for {
		select {
		case <-l.urgent:
		case <-l.lazy:
			if !waits { // a steady stream must not put it off for ever
				timer.Reset(ledgerLag)
				waits = true
			}
			continue
		case <-timer.C:
		case <-l.closed:
			l.write()
			return
		}
		timer.Stop()
		waits = false
		if l.write() != nil {
			timer.Reset(ledgerRetry)
		}
	}
}

// write writes all of the file anew, where it lacks something. What a failed
// write left is not trusted: an fsync that failed may succeed the next time
// without having written anything: Linux marks the pages clean all the same.
func (l *Ledger) write() error {
	lines, round := l.begin()
	if lines == nil {
		return nil
	}
	err := l.file.replace(encodeLedger(lines))
	l.end(round, err)
	return err
}

// begin returns what to write; nil: nothing.
func (l *Ledger) begin() (lines []string, round int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dirty {
		return nil, 0
	}
	l.dirty = false
	l.round++
	return l.lines(), l.round - 1
}

func (l *Ledger) end(round int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = round
	l.stuck = false
	close(l.changed)
	l.changed = make(chan struct{})
	l.dirty = l.dirty || err != nil
	l.note(err)
}

// hangs notes that the wait for a write was in vain.
func (l *Ledger) hangs(round int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended < round {
		l.stuck = true
		l.note(errLedgerHangs)
	}
}

// note counts a failed write, and tells of the first one and of the first good
// one after it. l.mu is held.
func (l *Ledger) note(err error) {
	if err != nil {
		l.metrics.writeErrors.Inc()
	}
	switch {
	case err != nil && l.failing == nil:
		l.logger.Error("state file cannot be written; new groups are pushed, but not deleted after a restart without their target", "file", l.file.path, "err", err)
	case err == nil && l.failing != nil:
		l.logger.Info("state file is written again", "file", l.file.path)
	}
	l.failing = err
}
