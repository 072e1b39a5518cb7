package doctor

// An Outcome says how one check ended.
type Outcome string

// The outcomes, from good to bad.
const (
	OK         Outcome = "ok"
	Note       Outcome = "note"        // fine, but good to know
	Warning    Outcome = "warning"     // works, and may not for long, or not for all
	NotReached Outcome = "not_reached" // a link before it failed, time was up, or a signal came
	Failed     Outcome = "failed"
)

// rank orders outcomes from good to bad.
func (o Outcome) rank() int {
	switch o {
	case Note:
		return 1
	case Warning:
		return 2
	case NotReached:
		return 3
	case Failed:
		return 4
	}
	return 0
}

// A Check is one link of a chain, or one thing to know about what it ends at.
type Check struct {
	Name    string  `json:"check"`
	Outcome Outcome `json:"outcome"`
	Found   string  `json:"found,omitempty"`  // one line, without secrets
	Advice  string  `json:"advice,omitempty"` // what to do, only of warning and failed
}

// Checks are those of one thing, in the order of the chain.
type Checks []Check

// Worst is the worst outcome of all; OK without any.
func (cs Checks) Worst() Outcome {
	worst := OK
	for _, c := range cs {
		if c.Outcome.rank() > worst.rank() {
			worst = c.Outcome
		}
	}
	return worst
}

func (cs *Checks) add(name string, outcome Outcome, found, advice string) {
	*cs = append(*cs, Check{name, outcome, found, advice})
}

func (cs *Checks) ok(name, found string)   { cs.add(name, OK, found, "") }
func (cs *Checks) note(name, found string) { cs.add(name, Note, found, "") }

func (cs *Checks) warn(name, found, advice string) { cs.add(name, Warning, found, advice) }
func (cs *Checks) fail(name, found, advice string) { cs.add(name, Failed, found, advice) }

// notReached adds the links that nobody came to.
func (cs *Checks) notReached(names ...string) {
	for _, name := range names {
		cs.add(name, NotReached, "", "")
	}
}

// A Report is what one examination has found. Its JSON is documented in
// docs/doctor.md: fields are added, none changes or goes.
type Report struct {
	Outcome      Outcome       `json:"outcome"`               // the worst of all
	Interrupted  bool          `json:"interrupted,omitempty"` // by a signal, before all was looked at
	Host         Checks        `json:"host"`                  // of this machine and the configuration
	Gateways     []Gateway     `json:"gateways"`
	RemoteWrites []RemoteWrite `json:"remote_writes"`
	Targets      []Target      `json:"targets"`
}

// Well tells whether nothing is wrong; there may be warnings.
func (r Report) Well() bool { return r.Outcome.rank() < NotReached.rank() }

// A Gateway is what was found of one gateway, or of one of its shards.
type Gateway struct {
	Name    string  `json:"name"`
	Shard   string  `json:"shard,omitempty"`
	URL     string  `json:"url"`
	Version string  `json:"version,omitempty"` // "": it did not say
	Groups  int     `json:"groups"`            // stored, whoever pushed them
	Series  int     `json:"series"`            // on its /metrics
	Load    float64 `json:"load"`              // of one core, expected; 1 is all of it
	Outcome Outcome `json:"outcome"`
	Checks  Checks  `json:"checks"`
}

// A RemoteWrite is what was found of one receiver of remote_write.
type RemoteWrite struct {
	Name    string  `json:"name"`
	URL     string  `json:"url"`
	Outcome Outcome `json:"outcome"`
	Checks  Checks  `json:"checks"`
}

// A Target is what was found of one target.
type Target struct {
	Job     string            `json:"job"`
	Address string            `json:"address"` // for people, without secrets
	Labels  map[string]string `json:"labels"`  // its grouping key
	Outcome Outcome           `json:"outcome"`
	Checks  Checks            `json:"checks"`
}

// conclude fills in the outcomes.
func (r *Report) conclude() {
	r.Outcome = r.Host.Worst()
	worse := func(o Outcome) {
		if o.rank() > r.Outcome.rank() {
			r.Outcome = o
		}
	}
	for i := range r.Gateways {
		r.Gateways[i].Outcome = r.Gateways[i].Checks.Worst()
		worse(r.Gateways[i].Outcome)
	}
	for i := range r.RemoteWrites {
		r.RemoteWrites[i].Outcome = r.RemoteWrites[i].Checks.Worst()
		worse(r.RemoteWrites[i].Outcome)
	}
	for i := range r.Targets {
		r.Targets[i].Outcome = r.Targets[i].Checks.Worst()
		worse(r.Targets[i].Outcome)
	}
}
