// Command push-cost measures what a push costs a real Pushgateway: 50,000
// series as text, as protobuf, and compressed. The variants go to one group of
// one gateway in turn; what counts is their ratio to text.
//
//	go run ./test/push-cost [-runs 7] [-pushes 3] [-series 50000] [-gateway prometheus-pushgateway]
//
// Debian's gateway 1.5.1 takes no snappy; others say with -gateway what it costs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/promferry/promferry/test/bodies"
)

func main() {
	var m measurement
	flag.IntVar(&m.runs, "runs", 7, "rounds over all variants")
	flag.IntVar(&m.pushes, "pushes", 3, "of a variant in a round, after one that does not count")
	series := flag.Int("series", 50_000, "of a push, about")
	program := flag.String("gateway", "prometheus-pushgateway", "the Pushgateway to measure")
	flag.Parse()
	if err := m.run(*program, *series); err != nil {
		fmt.Fprintln(os.Stderr, "push-cost:", err)
		os.Exit(1)
	}
}

type measurement struct {
	runs, pushes int
	variants     []*variant
}

func (m *measurement) run(program string, series int) (err error) {
	if m.runs < 1 || m.pushes < 1 {
		return errors.New("-runs and -pushes must be at least 1")
	}
	if m.variants, err = variants(bodies.Big(series)); err != nil {
		return err
	}
	gw, err := startGateway(program)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, gw.process.Stop()) }()
	for range m.runs {
		for _, v := range m.variants {
			if err := m.round(gw, v); err != nil {
				return fmt.Errorf("%s: %w", v.name, err)
			}
		}
	}
	return m.report()
}

// round pushes a variant a few times. The gateway's garbage of the variant
// before is collected while the first one is taken, so that does not count.
func (m *measurement) round(gw *gateway, v *variant) error {
	if v.refusal != nil {
		return nil
	}
	if err := gw.push(v); err != nil {
		return v.refused(err)
	}
	before, err := gw.process.CPU()
	if err != nil {
		return err
	}
	for range m.pushes {
		if err := gw.push(v); err != nil {
			return err
		}
	}
	after, err := gw.process.CPU()
	if err != nil {
		return err
	}
	v.cpu = append(v.cpu, (after-before)/time.Duration(m.pushes))
	return nil
}
