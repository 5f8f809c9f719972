//go:build unix

package faults

import (
	"bufio"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A Record is one line of a history.
type Record struct {
	Who  string // "child 7", "writer"
	What string // "killed", "handled"
	Seq  int64  // of the change that it is about, 0 for none
}

// A History is what everybody who took part in a run saw, in order.
type History struct {
	mu      sync.Mutex
	records []Record
}

// Add appends a record.
func (h *History) Add(who, what string, seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.records = append(h.records, Record{who, what, seq})
}

// Seqs returns the numbers of the changes to which something happened, in order.
func (h *History) Seqs(what string) []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []int64
	for _, r := range h.records {
		if r.What == what {
			list = append(list, r.Seq)
		}
	}
	return list
}

// Print writes the history to the log of a test that failed.
func (h *History) Print(t *testing.T) {
	t.Helper()
	if !t.Failed() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.records {
		t.Logf("%s: %s %d", r.Who, r.What, r.Seq)
	}
}

// Sometimes is a register of rare branches that a run must reach.
type Sometimes struct {
	mu      sync.Mutex
	reached map[string]int
	excused []string
}

// NewSometimes declares the branches, and fails the test at its end when one of
// them was never reached.
func NewSometimes(t *testing.T, branches ...string) *Sometimes {
	t.Helper()
	s := &Sometimes{reached: map[string]int{}}
	for _, name := range branches {
		s.reached[name] = 0
	}
	t.Cleanup(func() {
		for _, name := range slices.Sorted(maps.Keys(s.reached)) {
			t.Logf("%s: %d times", name, s.reached[name])
			if s.reached[name] == 0 && !slices.Contains(s.excused, name) && !t.Failed() && !t.Skipped() {
				t.Errorf("the branch %q was never reached: the run has not shown what it says", name)
			}
		}
	})
	return s
}

// Excuse lets a run pass that does not reach some branches, since it looks at a
// sample only.
func (s *Sometimes) Excuse(branches ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.excused = append(s.excused, branches...)
}

// Reach notes that a branch was reached. It panics for one that was not declared.
func (s *Sometimes) Reach(branch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.reached[branch]; !ok {
		panic("faults: the branch " + branch + " was not declared")
	}
	s.reached[branch]++
}

// Lacks reports whether a branch was not reached yet: of what depends on how the
// machine shares its time, another round may reach it.
func (s *Sometimes) Lacks(branch string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reached[branch] == 0
}

// seedVariable repeats the random choices of a run.
const seedVariable = "TOCSIN_FAULTS_SEED"

// Seed returns the random source of a run and prints what repeats it.
func Seed(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv(seedVariable); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%s=%d", seedVariable, seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// killVariable tells a child before which statement it ends.
const killVariable = "TOCSIN_FAULTS_KILL"

// KillAt returns a hook for the statements of this process that ends it with
// SIGKILL before the statement that the environment names, counted from when
// arm is called. last is the number of statements that were let through.
// Statements of onlookers are not counted: how many they send is chance.
func KillAt(onlooker func(query string) bool) (before func(query string), arm func(), last func() int64) {
	at, _ := strconv.ParseInt(os.Getenv(killVariable), 10, 64)
	var armed atomic.Bool
	var count atomic.Int64
	before = func(query string) {
		if !armed.Load() || onlooker(query) || count.Add(1) != at {
			return
		}
		fmt.Println("killed before " + strconv.Quote(query))
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
	return before, func() { armed.Store(true) }, count.Load
}

// Fork runs the test binary again with an extra variable in its environment,
// which makes its TestMain play the child, to be killed before its at-th
// statement. It returns the lines that the child printed and whether it was
// killed.
func Fork(t *testing.T, variable, value string, at int) (lines []string, killed bool) {
	t.Helper()
	return ForkWatched(t, func(string) {}, at, variable+"="+value)
}

// ForkWatched is [Fork] with several variables, and calls watch for each line as
// it comes.
func ForkWatched(t *testing.T, watch func(line string), at int, variables ...string) (lines []string, killed bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	command.Env = append(append(os.Environ(), killVariable+"="+strconv.Itoa(at)), variables...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
		watch(scanner.Text())
	}
	if err = command.Wait(); err == nil {
		return lines, false
	}
	if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child ended by itself: %v %q", err, lines)
	}
	return lines, true
}
