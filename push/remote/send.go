package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
)

var (
	errSpoolRead = errors.New("the spool cannot be read now")
	errDamaged   = errors.New("all that was to be sent is damaged in the spool")
)

// send sends a request once.
func (s *Store) send(ctx context.Context, r *request) (err error) {
	defer answers.Contain(&err)
	start := time.Now()
	defer func() { r.took = time.Since(start) }()
	if err := s.load(r); err != nil {
		return err
	}
	if r.plain == 0 {
		return errDamaged
	}
	whole := newMessage(r.plain, slices.DeleteFunc(slices.Clone(r.bodies), func(b *body) bool { return b == nil }))
	r.size = whole.size
	began := time.Now()
	got, err := receiver{s.Name, r.settings}.post(ctx, whole)
	r.code = got.code
	if offset, found := answers.ClockOffset(got.header, began, time.Now()); found {
		s.meter.clock(offset)
	}
	return err
}

// load reads what is in the spool only. What is damaged there is left out.
func (s *Store) load(r *request) error {
	for i, record := range r.records {
		if r.bodies[i] != nil {
			continue
		}
		read, err := s.disk.body(record.id)
		switch {
		case isLost(err), err == nil && len(read) != int(record.size):
			s.meter.spoolError(opRead)
			r.damaged = append(r.damaged, record)
			r.plain -= int(record.plain)
		case err != nil:
			s.meter.spoolError(opRead)
			return fmt.Errorf("%w: %w", errSpoolRead, err)
		}
		if err == nil && len(read) == int(record.size) {
			r.bodies[i] = bodyOf(read)
		}
	}
	return nil
}
