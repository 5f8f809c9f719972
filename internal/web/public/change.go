package public

import (
	"strings"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/publish"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
	"example.org/tocsin/internal/web/part"
)

// change says what an update has that the one before had not.
type change struct {
	First    string    // that there was none before, "" for others
	Was, Now *web.Look // the status, when it is another one
	Counts   []string  // new posts, edited posts
	Members  []memberChange
	Sections []sectionChange
	Nothing  string // that nothing differs which readers are told
}

// memberChange is a part of the notice that differs.
type memberChange struct {
	Name     string
	Old, New string
	Runs     []post.Run
	Added    []string
	Removed  []string
}

// sectionChange is a section of the newest post that differs.
type sectionChange struct {
	Label    string
	Runs     []post.Run // from the old text to the new one; nil for one that is all new
	New, Old []part.BilingualRow
}

func (v *view) change(one *publish.Publication) change {
	c := one.Change
	if c.First {
		return change{First: v.Text("pub.first")}
	}
	var out change
	if c.Was != "" && one.Kind == tocsin.KindIssue {
		was, now := v.LookOf(one.Class, c.Was), v.LookOf(one.Class, one.Status)
		out.Was, out.Now = &was, &now
	}
	if c.Posts > 0 {
		out.Counts = append(out.Counts, v.Text("pub.posts", "n", c.Posts))
	}
	if c.Edited > 0 && one.Kind == tocsin.KindIssue {
		out.Counts = append(out.Counts, v.Text("pub.edited", "n", c.Edited))
	}
	for _, m := range c.Members {
		out.Members = append(out.Members, v.memberChange(m))
	}
	for _, s := range c.Sections {
		out.Sections = append(out.Sections, v.sectionChange(s))
	}
	if c.Was == "" && len(out.Counts)+len(out.Members)+len(out.Sections) == 0 {
		out.Nothing = v.Text("pub.same")
	}
	return out
}

func (v *view) memberChange(m post.Member) memberChange {
	out := memberChange{Name: v.MemberName(m.Name), Added: m.AddedItems, Removed: m.RemovedItems}
	switch {
	case strings.HasSuffix(m.Name, "DateTime"):
		out.Old, out.New = v.instant(m.Old), v.instant(m.New)
	case m.Old != "" && m.New != "":
		out.Runs = post.Words(m.Old, m.New)
	default:
		out.Old, out.New = m.Old, m.New
	}
	return out
}

// instant is a time as the provider wrote it, in the reader's form.
func (v *view) instant(text string) string {
	if at, ok := tocsin.ParseTime(text); ok {
		return v.Stamp(at.In(v.Zone))
	}
	return text
}

func (v *view) sectionChange(s post.Change) sectionChange {
	out := sectionChange{Label: s.Label}
	if s.Kind == post.KindRest {
		out.Label = ""
	}
	switch s.What {
	case post.Removed:
		out.Old = part.Plain(s.Old).Rows
	case post.Changed:
		out.Runs = s.Runs
		if !part.Alike(s.Runs) {
			out.Runs, out.New = nil, part.Plain(s.New).Rows
		}
	default:
		out.New = part.Plain(s.New).Rows
	}
	return out
}
