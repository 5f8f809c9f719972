package post

import "slices"

// Limits of one difference: how many insertions and deletions one stretch may
// take, and how many steps all stretches of a call together. Within them the
// difference is the shortest there is.
const (
	maxEdits = 1000
	maxSteps = 6_000_000
)

// script is the shortest way from a to b (Myers 1986), runs of equal pieces
// joined. left is the budget of steps that is used up; when it or maxEdits do
// not suffice, all between the common beginning and end counts as replaced.
func script(a, b []string, left *int) []Run {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var runs runs
	for _, text := range a[:head] {
		runs.add(Equal, text)
	}
	middle(&runs, a[head:len(a)-tail], b[head:len(b)-tail], left)
	for _, text := range a[len(a)-tail:] {
		runs.add(Equal, text)
	}
	runs.flush()
	return runs.list
}

func middle(runs *runs, a, b []string, left *int) {
	ids := map[string]int32{}
	x, y := numbered(a, ids), numbered(b, ids)
	trace, ok := explore(x, y, left)
	if !ok {
		for _, text := range a {
			runs.add(Delete, text)
		}
		for _, text := range b {
			runs.add(Insert, text)
		}
		return
	}
	for _, move := range retrace(trace, len(a), len(b)) {
		switch move.op {
		case Equal:
			runs.add(Equal, a[move.at])
		case Delete:
			runs.add(Delete, a[move.at])
		case Insert:
			runs.add(Insert, b[move.at])
		}
	}
}

// numbered replaces pieces by numbers, which compare faster.
func numbered(list []string, ids map[string]int32) []int32 {
	out := make([]int32, len(list))
	for i, text := range list {
		id, ok := ids[text]
		if !ok {
			id = int32(len(ids))
			ids[text] = id
		}
		out[i] = id
	}
	return out
}

// explore finds how far each number of edits leads: trace[d] holds, for the
// diagonals -d to d, the furthest position in a.
func explore(a, b []int32, left *int) (trace [][]int32, ok bool) {
	limit := min(len(a)+len(b), maxEdits)
	last := []int32{0}
	for d := 0; d <= limit; d++ {
		row := make([]int32, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				x = furthest(last, d, k)
			}
			from := x
			for x < len(a) && x-k >= 0 && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			*left -= 1 + x - from
			row[k+d] = int32(x)
			if x >= len(a) && x-k >= len(b) {
				return append(trace, row), true
			}
		}
		if *left < 0 {
			return nil, false
		}
		trace = append(trace, row)
		last = row
	}
	return nil, false
}

// furthest is the best start on diagonal k for the edit numbered d: down from
// the diagonal above, an insertion, or right from the one below, a deletion.
func furthest(last []int32, d, k int) int {
	at := func(k int) int { return int(last[k+d-1]) }
	if k == -d || k != d && at(k-1) < at(k+1) {
		return at(k + 1)
	}
	return at(k-1) + 1
}

// A move is one step of the way, with the position in a, or in b for an
// insertion.
type move struct {
	op Op
	at int
}

// retrace follows a trace back from the end.
func retrace(trace [][]int32, n, m int) []move {
	moves := make([]move, 0, n+m)
	x, y := n, m
	for d := len(trace) - 1; d > 0; d-- {
		k := x - y
		start := furthest(trace[d-1], d, k)
		for x > start {
			x--
			y--
			moves = append(moves, move{Equal, x})
		}
		last := trace[d-1]
		if at := func(k int) int { return int(last[k+d-1]) }; k == -d || k != d && at(k-1) < at(k+1) {
			y--
			moves = append(moves, move{Insert, y})
		} else {
			x--
			moves = append(moves, move{Delete, x})
		}
	}
	for x > 0 {
		x--
		moves = append(moves, move{Equal, x})
	}
	slices.Reverse(moves)
	return moves
}
