// Command ratio compares the processor time of this checkout with that of another one,
// such as the one before a change. It builds the benchmarks of both, with the
// files of this checkout, runs them in turn, so that whatever else the machine
// does slows both, and prints the ratios:
//
//	go run ./test/ratio -base DIR
//
// DIR is a checkout of the other commit; nothing is written there. For one from
// before the rooms of the store, testdata holds the files in the form that its
// packages still had. Times are
// those of the process, user and system together, as the benchmarks report
// them. Run it in the directory of the module.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A measure is one benchmark, and the files of this checkout that it stands in.
type measure struct {
	name, dir, bench, times string
	files                   []string
}

func measures() []measure {
	return []measure{
		{"legacy answer", "internal/api/servicecomms", "BenchmarkAnswer/^1000$", "2000x", []string{"bench_test.go"}},
		{"Graph answer", "internal/api/graph", "BenchmarkRequests/^1000$/(one|select|newest|joined|modified|first)", "1000x", []string{"bench_test.go"}},
		{"changed document, 1000 in a poll", "internal/collect", "BenchmarkChangedDocuments/poll=1000$", "10x", []string{"changed_bench_test.go"}},
		{"changed document, 50 in a poll", "internal/collect", "BenchmarkChangedDocuments/poll=50$", "20x", []string{"changed_bench_test.go"}},
		{"page of an issue of 40 versions", "internal/web", "BenchmarkIssue$", "100x", []string{"issue_bench_test.go"}},
		{"overview after a change", "internal/web", "BenchmarkAfterChange$", "100x", []string{"issue_bench_test.go"}},
		{"following 50 changes in 50 tenants", "internal/readmodel", "BenchmarkFollow$", "20x", []string{"tenants_test.go", "follow_bench_test.go"}},
	}
}

func main() {
	base := flag.String("base", "", "checkout to compare with")
	rounds := flag.Int("rounds", 5, "how often each is run")
	only := flag.String("only", "", "measure only what has this in its name")
	flag.Parse()
	if err := run(*base, *rounds, *only); err != nil {
		fmt.Fprintln(os.Stderr, "ratio:", err)
		os.Exit(1)
	}
}

func run(base string, rounds int, only string) error {
	if base == "" || rounds < 1 {
		return errors.New("-base names a checkout, -rounds is at least 1")
	}
	base, err := filepath.Abs(base)
	if err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "ratio")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	fmt.Printf("%-45s %10s %10s %8s %16s\n", "", "base µs", "here µs", "ratio", "lowest–highest")
	for _, m := range measures() {
		if !strings.Contains(m.name, only) {
			continue
		}
		if err := m.compare(base, here, temp, rounds); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}

// compare builds both and runs them in turn.
func (m measure) compare(base, here, temp string, rounds int) error {
	old, err := m.build(base, here, filepath.Join(temp, "base.test"))
	if err != nil {
		return err
	}
	present, err := m.build(here, here, filepath.Join(temp, "here.test"))
	if err != nil {
		return err
	}
	var found []*result
	for range rounds {
		before, err := m.once(old, base)
		if err != nil {
			return err
		}
		now, err := m.once(present, here)
		if err != nil {
			return err
		}
		if found, err = add(found, before, now); err != nil {
			return err
		}
	}
	for _, r := range found {
		name := m.name
		if len(found) > 1 {
			name += " " + r.name
		}
		fmt.Printf("%-45s %10.1f %10.1f %8.2f %16s\n", name, median(r.before), median(r.now), median(r.ratios), fmt.Sprintf("%.2f–%.2f", slices.Min(r.ratios), slices.Max(r.ratios)))
	}
	return nil
}

// A result is what each round found about one part of a benchmark, in
// microseconds.
type result struct {
	name                string
	before, now, ratios []float64
}

// add notes what a round of both found.
func add(to []*result, before, now []took) ([]*result, error) {
	if len(before) != len(now) || len(to) > 0 && len(to) != len(now) {
		return nil, errors.New("the checkouts have different benchmarks")
	}
	for i := range now {
		if len(to) <= i {
			to = append(to, &result{name: now[i].name})
		}
		r := to[i]
		r.before, r.now, r.ratios = append(r.before, before[i].µs), append(r.now, now[i].µs), append(r.ratios, now[i].µs/before[i].µs)
	}
	return to, nil
}

// clock is the package by which benchmarks measure processor time; the other
// checkout may not have it.
const clock = "internal/cputest"

// build compiles the tests of a checkout with the benchmarks of this one.
func (m measure) build(checkout, here, to string) (string, error) {
	replace := map[string]string{}
	for _, name := range m.files {
		replace[filepath.Join(checkout, m.dir, name)] = form(checkout, here, filepath.Join(m.dir, name))
	}
	shared, err := filepath.Glob(filepath.Join(here, clock, "*.go"))
	if err != nil {
		return "", err
	}
	for _, file := range shared {
		replace[filepath.Join(checkout, clock, filepath.Base(file))] = file
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := to + ".json"
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		return "", err
	}
	_, err = command(checkout, "go", "test", "-vet=off", "-c", "-overlay", overlay, "-o", to, "./"+m.dir)
	return to, err
}

// form is the file of a benchmark that fits a checkout.
func form(checkout, here, name string) string {
	older := filepath.Join(here, "test/ratio/testdata", name+".txt")
	if _, err := os.Stat(filepath.Join(checkout, "internal/store/archive")); err == nil {
		return filepath.Join(here, name)
	}
	if _, err := os.Stat(older); err != nil {
		return filepath.Join(here, name) // it knows nothing of the store
	}
	return older
}

// took is the processor time of one benchmark.
type took struct {
	name string
	µs   float64
}

// once runs the benchmark and returns the processor time of each of its parts.
func (m measure) once(program, checkout string) (list []took, err error) {
	out, err := command(filepath.Join(checkout, m.dir), program, "-test.run", "^$", "-test.bench", m.bench, "-test.benchtime", m.times)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		for i, unit := range fields {
			if i > 0 && strings.HasPrefix(unit, "cpu-µs") {
				µs, err := strconv.ParseFloat(fields[i-1], 64)
				if err != nil {
					return nil, err
				}
				list = append(list, took{fields[0][strings.LastIndex(fields[0], "/")+1:], µs})
			}
		}
	}
	if len(list) == 0 {
		return nil, errors.New("the benchmark reported no processor time")
	}
	return list, nil
}

func command(dir, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s%s", name, err, out, problem.Bytes())
	}
	return out, nil
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
