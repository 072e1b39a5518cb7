package status

// A State says in one word how a target does.
type State string

// The states, the worst first.
const (
	Down     State = "down"     // the last scrape failed
	Unpushed State = "unpushed" // it was scraped, but a gateway, or a store, does not have it
	Pending  State = "pending"  // not scraped yet, or not answered by each gateway

	// Incomplete targets are scraped and pushed, but for families that a gateway
	// refuses beside what it holds.
	Incomplete State = "incomplete"

	Up State = "up" // scraped and pushed
)

// Broken tells the states that need somebody.
func (s State) Broken() bool { return s == Down || s == Unpushed }

// Words are a state for people.
func (s Snapshot) Words(state State) string {
	if state == Unpushed {
		return "not " + s.done()
	}
	return string(state)
}

// done is the word for what becomes of scrapes: nothing is pushed where there are
// stores alone.
func (s Snapshot) done() string {
	if len(s.Gateways) == 0 && len(s.Stores) > 0 {
		return "stored"
	}
	return "pushed"
}

func (s State) rank() int {
	switch s {
	case Down:
		return 0
	case Unpushed:
		return 1
	case Pending:
		return 2
	case Incomplete:
		return 3
	}
	return 4
}

// State is that of the target. One that is down may have failing pushes, too.
func (t Target) State() State {
	state := Up
	if t.LastScrape.IsZero() {
		state = Pending
	}
	for _, p := range t.Pushes {
		switch {
		case p.LastError != "":
			state = Unpushed
		case p.LastSuccess.IsZero() && (state == Up || state == Incomplete):
			state = Pending
		case len(p.LeftOut) > 0 && state == Up:
			state = Incomplete
		}
	}
	for _, f := range t.Feeds {
		switch {
		case f.IsAway() && !t.LastScrape.IsZero():
			state = Unpushed
		case f.State == GatewayUnknown && (state == Up || state == Incomplete):
			state = Pending
		}
	}
	if t.Error != "" {
		return Down
	}
	return state
}

// Counts are numbers of targets by state.
type Counts struct{ Down, Unpushed, Pending, Incomplete, Up int }

// All is the number of all of them.
func (c Counts) All() int { return c.Down + c.Unpushed + c.Pending + c.Incomplete + c.Up }

// Broken is the number of those that need somebody.
func (c Counts) Broken() int { return c.Down + c.Unpushed }

func (c *Counts) add(s State) {
	switch s {
	case Down:
		c.Down++
	case Unpushed:
		c.Unpushed++
	case Pending:
		c.Pending++
	case Incomplete:
		c.Incomplete++
	case Up:
		c.Up++
	}
}
