package lang

import (
	"strings"

	"example.org/tocsin/internal/tocsin"
)

// StatusWord returns the word for a status of a service or an issue; that for
// "unknown" for one that is not known.
func (l *Locale) StatusWord(s tocsin.Status) string {
	if !s.Known() {
		s = tocsin.StatusUnknown
	}
	return l.Text("status." + string(s))
}

// SeverityWord returns the word for a severity, for where no status says more.
func (l *Locale) SeverityWord(s tocsin.Severity) string { return l.Text("severity." + s.String()) }

// WorkWord returns the word for the status of planned work, such as "Scheduled",
// in which a provider writes it as it likes. One without a word is shown as it was
// written, in at most 60 characters.
func (l *Locale) WorkWord(s tocsin.Status) string {
	word := strings.TrimSpace(string(s))
	switch stage := s.Stage(); {
	case stage != "":
		return l.Text("work." + string(stage))
	case word == "":
		return l.Text("work.scheduled")
	}
	return tocsin.Clip(word, 60)
}

// StageWord returns the word for how far planned work is.
func (l *Locale) StageWord(s tocsin.Stage) string { return l.Text("work." + string(s)) }

// ClassWord returns the word for the class of an issue; the class itself when it
// has none.
func (l *Locale) ClassWord(s string) string {
	switch s {
	case "incident", "advisory", tocsin.ClassMaintenance:
		return l.Text("class." + s)
	case string(tocsin.StatusUnknown): // what the provider writes for a class that it does not name
		return l.Text("class.unknown")
	}
	return s
}

// CategoryWord returns the word for the category or severity of a message; an
// unknown one is shown as it was received.
func (l *Locale) CategoryWord(s string) string {
	if l.HasText("class." + s) {
		return l.Text("class." + s)
	}
	return s
}

// Stalls returns the sentence that a process of the business, of a department where
// one is named, may stall for some services.
func (l *Locale) Stalls(process, department string, services []string) string {
	if department == "" {
		return l.Text("map.stall", "process", process, "services", l.Join(services))
	}
	return l.Text("map.stall.department", "process", process, "department", department, "services", l.Join(services))
}
