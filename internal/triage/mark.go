package triage

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// A Mark is what an issue says, as far as calls are compared with it: the services
// that it hits, the symptoms and the HTTP statuses that its text names. It is small
// so that one of every issue can be kept in memory.
type Mark struct {
	statuses uint64 // up to four, 16 bits each, the first of the text lowest
	symptoms uint32 // places in the sorted list of keywords.yaml
	services uint32 // places in [tocsin.TriageServices]
}

// maxStatuses bounds the statuses of a mark.
const maxStatuses = 4

// A Marker makes marks of issues and of calls.
type Marker struct {
	words   map[string][]string
	symptom map[string]int
}

// NewMarker returns a marker. It fails only where the program was built with a
// table of words that cannot be read.
func NewMarker() (*Marker, error) {
	words, err := keywords()
	if err != nil {
		return nil, err
	}
	m := &Marker{words, map[string]int{}}
	for i, symptom := range slices.Sorted(maps.Keys(words)) {
		m.symptom[symptom] = i
	}
	return m, nil
}

// Issue returns the mark of an issue.
func (m *Marker) Issue(c Candidate) (mark Mark) {
	text := strings.ToLower(c.Title + "\n" + c.Text)
	mark.services = serviceBits(servicesOf(c.Service, text))
	for symptom, words := range m.words {
		if containsAny(text, words) {
			mark.symptoms |= 1 << m.symptom[symptom]
		}
	}
	for i, status := range statusesOf(text) {
		mark.statuses |= uint64(status) << (16 * i)
	}
	return mark
}

// Call returns the mark of the answers of a call.
func (m *Marker) Call(a tocsin.TriageAnswers) (mark Mark) {
	mark.services = serviceBits(a.Services)
	for _, symptom := range a.Symptoms {
		if i, ok := m.symptom[symptom]; ok {
			mark.symptoms |= 1 << i
		}
	}
	if n, err := strconv.Atoi(a.Trace.HTTP); err == nil {
		mark.statuses = uint64(n)
	}
	return mark
}

func serviceBits(ids []string) (set uint32) {
	for i, id := range tocsin.TriageServices() {
		if slices.Contains(ids, id) {
			set |= 1 << i
		}
	}
	return set
}

// Alike counts the points of what a call and an issue have in common, by the same
// weights as [Compare]; 0 for one without a service in common.
func (m Mark) Alike(call Mark) int {
	services := bits.OnesCount32(m.services & call.services)
	if services == 0 {
		return 0
	}
	n := pointsService*services + pointsSymptom*bits.OnesCount32(m.symptoms&call.symptoms)
	return n + pointsWhole*one(m.services&call.services == call.services) + pointsCode*one(m.names(call.statuses))
}

// names reports whether a status is among those of the mark.
func (m Mark) names(status uint64) bool {
	for rest := m.statuses; rest != 0 && status != 0; rest >>= 16 {
		if rest&0xffff == status {
			return true
		}
	}
	return false
}

// statusesOf lists the HTTP statuses that a text names, each once and at most
// maxStatuses of them: numbers of three digits from 400 to 599 that are no part of
// a longer word, such as the id of an issue.
func statusesOf(text string) (list []uint16) {
	for i := 0; i < len(text) && len(list) < maxStatuses; i++ {
		if !wordy(text[i]) || i > 0 && wordy(text[i-1]) {
			continue
		}
		end := i
		for end < len(text) && wordy(text[end]) {
			end++
		}
		if n, err := strconv.Atoi(text[i:end]); err == nil && end-i == 3 && n >= 400 && n <= 599 && !slices.Contains(list, uint16(n)) {
			list = append(list, uint16(n))
		}
		i = end
	}
	return list
}

// wordy reports whether a byte is part of a word of ASCII, or of another letter.
func wordy(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || c >= 0x80
}

// A Best keeps the few that fit best of many.
type Best[T any] struct {
	Most    int              // of those kept
	Compare func(a, b T) int // of two that have as many points: below 0 where a comes first
	list    []scored[T]
}

type scored[T any] struct {
	one    T
	points int
}

// Wants reports whether one would be kept.
func (b *Best[T]) Wants(one T, points int) bool {
	return points > 0 && (len(b.list) < b.Most || b.before(scored[T]{one, points}, b.list[len(b.list)-1]))
}

// Add takes one with its points; one without any is not kept.
func (b *Best[T]) Add(one T, points int) {
	if !b.Wants(one, points) {
		return
	}
	s := scored[T]{one, points}
	i, _ := slices.BinarySearchFunc(b.list, s, func(x, s scored[T]) int {
		if b.before(x, s) {
			return -1
		}
		return 1
	})
	b.list = slices.Insert(b.list, i, s)
	b.list = b.list[:min(len(b.list), b.Most)]
}

func (b *Best[T]) before(x, y scored[T]) bool {
	return cmp.Or(cmp.Compare(y.points, x.points), b.Compare(x.one, y.one)) < 0
}

// List returns those kept, the best first.
func (b *Best[T]) List() []T {
	list := make([]T, len(b.list))
	for i, s := range b.list {
		list[i] = s.one
	}
	return list
}
