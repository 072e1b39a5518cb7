package push

import "container/heap"

// A queue holds the slots that have something to send, in the order of the
// moments from which they may: of two with the same moment the first come. It is
// a [heap.Interface].
type queue struct {
	slots []*slot
	came  uint64 // slots that were added so far
}

// add lets a slot in, unless it is.
func (q *queue) add(s *slot) {
	if s.queued {
		return
	}
	q.came++
	s.queued, s.came = true, q.came
	heap.Push(q, s)
}

// remove takes a slot out, if it is in.
func (q *queue) remove(s *slot) {
	if s.queued {
		heap.Remove(q, s.place)
	}
}

func (q *queue) Len() int { return len(q.slots) }

func (q *queue) Less(i, j int) bool {
	a, b := q.slots[i], q.slots[j]
	if order := a.due.Compare(b.due); order != 0 {
		return order < 0
	}
	return a.came < b.came
}

func (q *queue) Swap(i, j int) {
	q.slots[i], q.slots[j] = q.slots[j], q.slots[i]
	q.slots[i].place, q.slots[j].place = i, j
}

func (q *queue) Push(x any) {
	s := x.(*slot)
	s.place = len(q.slots)
	q.slots = append(q.slots, s)
}

func (q *queue) Pop() any {
	last := len(q.slots) - 1
	s := q.slots[last]
	q.slots[last] = nil
	q.slots = q.slots[:last]
	s.queued = false
	return s
}
