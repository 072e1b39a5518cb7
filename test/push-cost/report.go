package main

import (
	"fmt"
	"slices"
	"time"
)

func (m *measurement) report() error {
	base := m.variants[0]
	if base.refusal != nil {
		return fmt.Errorf("%s, which all is compared with: %w", base.name, base.refusal)
	}
	fmt.Printf("medians of %d rounds of %d pushes\n", m.runs, m.pushes)
	fmt.Printf("%-16s %10s %22s %8s\n", "", "body, MB", "gateway CPU, ms/push", "ratio")
	for _, v := range m.variants {
		v.row(base)
	}
	return nil
}

func (v *variant) row(base *variant) {
	size := float64(len(v.body)) / 1e6
	if v.refusal != nil {
		fmt.Printf("%-16s %10.1f not taken by this gateway: %v\n", v.name, size, v.refusal)
		return
	}
	var used, ratios []float64
	for i, cpu := range v.cpu {
		used = append(used, float64(cpu)/float64(time.Millisecond))
		ratios = append(ratios, float64(cpu)/float64(base.cpu[i])) // of the same round
	}
	fmt.Printf("%-16s %10.1f %22.0f %8.2f\n", v.name, size, median(used), median(ratios))
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
