package part

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
	"example.org/tocsin/internal/web"
)

// shownVersions is how many versions are listed without opening the rest.
const shownVersions = 6

// VersionLine is one stored version of an issue or message.
type VersionLine struct {
	N        int
	At, Seen *lang.Moment
	Source   string
	Compare  string // address of the comparison with the version before, "" for the first
	Before   int
}

// VersionList is the versions of an issue or message, newest first.
type VersionList struct {
	N             int
	Newest, Older template.HTML
	OlderN        int
}

// VersionList lists versions.
func (v *View) VersionList(path, id string, versions []tocsin.Version) (list VersionList, err error) {
	var newest, older strings.Builder
	for _, line := range v.VersionLines(path, id, versions) {
		html, err := v.keptPart("version", line.says(), line)
		if err != nil {
			return list, err
		}
		to := &newest
		if list.N++; list.N > shownVersions {
			to, list.OlderN = &older, list.OlderN+1
		}
		to.WriteString(string(html))
	}
	list.Newest, list.Older = template.HTML(newest.String()), template.HTML(older.String()) //nolint:gosec // the templates have escaped it
	return list, nil
}

// VersionLines are versions, newest first.
func (v *View) VersionLines(path, id string, versions []tocsin.Version) []VersionLine {
	var list []VersionLine
	for i, version := range versions {
		line := VersionLine{N: version.N, At: v.stated(version), Seen: v.Moment(version.SeenAt), Source: version.Source}
		if i > 0 {
			line.Before = versions[i-1].N
			line.Compare = v.compareHref(path, id, line.Before, version.N)
		}
		if line.At != nil && line.Seen != nil && line.Seen.Text == line.At.Text {
			line.Seen = nil // seen at once
		}
		for _, m := range []*lang.Moment{line.At, line.Seen} {
			if m != nil {
				m.Ago = "" // which no line shows
			}
		}
		list = append(list, line)
	}
	slices.Reverse(list)
	return list
}

// stated is the time that the provider stated for a version, nil for none.
func (v *View) stated(version tocsin.Version) *lang.Moment {
	if !version.Stated {
		return nil
	}
	return v.Moment(version.At)
}

// dated is a name with the time after it, if there is one.
func (v *View) dated(name string, at time.Time) string {
	if at.IsZero() {
		return name
	}
	return v.Join([]string{name, v.Full(at.In(v.Zone))})
}

func (v *View) compareHref(path, id string, a, b int) string {
	return v.Href(path + web.EscapeID(id) + "/compare/" + strconv.Itoa(a) + "/" + strconv.Itoa(b))
}

// comparePage sets two versions of one item side by side.
type comparePage struct {
	web.Frame
	ID, Back       string
	Heading        string
	A, B           VersionLine
	Members        []memberView
	Earlier, Later string // the neighbouring comparisons
}

// memberView is one part of the item that differs.
type memberView struct {
	Name, Section  string // the section of a text, "" for all of it
	Runs           []post.Run
	Old, New       string
	Added, Removed []string
	Worded         bool // in the reader's language, not as the provider wrote it
}

// asked is the issue or message that an address names as {id}.
func (v *View) asked(kind tocsin.Kind) (tocsin.Ref, error) {
	find := v.Snapshot.Issue
	if kind == tocsin.KindMessage {
		find = v.Snapshot.Message
	}
	id := v.R.PathValue("id")
	row, ok := find(id)
	if !ok {
		return tocsin.Ref{}, tocsin.NotFoundf("%q is not known in this tenant.", tocsin.Clip(id, 80))
	}
	return tocsin.Ref{Kind: kind, ID: row.ID}, nil
}

// Compare answers with two versions of the issue or message that the address
// names, side by side; list is the first segment of the address of such items.
func (v *View) Compare(kind tocsin.Kind, list string) error {
	ref, err := v.asked(kind)
	if err != nil {
		return err
	}
	versions, err := v.parts.config.Archive.Versions(v.R.Context(), v.Snapshot.Tenant.ID, ref)
	if err != nil {
		return err
	}
	a, aOK := versionNamed(versions, v.R.PathValue("a"))
	b, bOK := versionNamed(versions, v.R.PathValue("b"))
	if !aOK || !bOK {
		return tocsin.NotFoundf("%s has the versions 1 to %d.", ref.ID, versions[len(versions)-1].N)
	}
	before, err := v.parts.config.Archive.BodyOf(v.R.Context(), a.Document)
	if err != nil {
		return err
	}
	after, err := v.parts.config.Archive.BodyOf(v.R.Context(), b.Document)
	if err != nil {
		return err
	}
	path := "/" + list + "/"
	page := comparePage{
		Frame: v.Frame(web.Crumb{Name: v.Text("nav." + list), Href: v.Href("/" + list)}, web.Crumb{Name: ref.ID, Href: v.Href(path + web.EscapeID(ref.ID))}, web.Crumb{Name: v.Text("compare.title", "a", a.N, "b", b.N)}),
		ID:    ref.ID, Back: v.Href(path + web.EscapeID(ref.ID)),
		A: v.VersionLines(path, ref.ID, []tocsin.Version{a})[0], B: v.VersionLines(path, ref.ID, []tocsin.Version{b})[0],
	}
	page.Title, page.Heading = v.Text("compare.of", "id", ref.ID, "a", a.N, "b", b.N), page.Title
	for i := range versions[1:] {
		earlier, later := versions[i].N, versions[i+1].N
		if later == a.N {
			page.Earlier = v.compareHref(path, ref.ID, earlier, later)
		}
		if earlier == b.N {
			page.Later = v.compareHref(path, ref.ID, earlier, later)
		}
	}
	if page.Members, err = v.memberChanges(before, after); err != nil {
		return err
	}
	return v.Render(http.StatusOK, "compare", page)
}

// memberChanges shows the members of an item that differ, posts and sections
// one by one.
func (v *View) memberChanges(before, after []byte) ([]memberView, error) {
	members, err := post.Members(before, after)
	if err != nil {
		return nil, err
	}
	var list []memberView
	for _, m := range members {
		if m.Name == "posts" {
			posts, err := v.postChanges(before, after)
			if err != nil {
				return nil, err
			}
			list = append(list, posts...)
			continue
		}
		if m.Name == "body" && m.What == post.Changed {
			sections, err := v.bodyChanges(before, after, m)
			if err != nil {
				return nil, err
			}
			list = append(list, sections...)
			continue
		}
		list = append(list, v.member(m))
	}
	return list, nil
}

// postChanges shows posts that were added, removed or rewritten. Posts have no
// id: those of one instant are taken for the same one.
func (v *View) postChanges(before, after []byte) ([]memberView, error) {
	var old, now tocsin.Issue
	if err := errors.Join(json.Unmarshal(before, &old), json.Unmarshal(after, &now)); err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	was := map[int64]post.Post{}
	for _, one := range old.Posts {
		was[one.CreatedAt.UnixMicro()] = post.Read(one)
	}
	var list []memberView
	for i, one := range now.Posts {
		name := v.dated(v.Text("post.n", "n", i+1), one.CreatedAt)
		past, known := was[one.CreatedAt.UnixMicro()]
		delete(was, one.CreatedAt.UnixMicro())
		newer := post.Read(one)
		switch text := newer.Join(); {
		case !known:
			list = append(list, memberView{Name: name, New: text})
		case past.Join() != text:
			sections := v.sectionChanges(name, past, newer)
			if len(sections) == 0 { // the labels alone
				sections = []memberView{{Name: name, Runs: post.Words(past.Join(), text)}}
			}
			list = append(list, sections...)
		}
	}
	for _, one := range old.Posts {
		if past, gone := was[one.CreatedAt.UnixMicro()]; gone {
			list = append(list, memberView{Name: v.dated(v.Text("posts"), one.CreatedAt), Old: past.Join()})
		}
	}
	return list, nil
}

func versionNamed(versions []tocsin.Version, name string) (tocsin.Version, bool) {
	n, err := strconv.Atoi(name)
	i := slices.IndexFunc(versions, func(version tocsin.Version) bool { return version.N == n })
	if err != nil || i < 0 {
		return tocsin.Version{}, false
	}
	return versions[i], true
}

// member shows one difference: a text word by word, a list by what entered and
// left it, anything else by its values.
func (v *View) member(m post.Member) memberView {
	view := memberView{Name: v.MemberName(m.Name), Added: m.AddedItems, Removed: m.RemovedItems}
	switch {
	case m.Name == "status":
		view.Old, view.New, view.Worded = v.statusWords(m.Old), v.statusWords(m.New), true
	case strings.HasSuffix(m.Name, "DateTime"):
		view.Old, view.New, view.Worded = v.dateWords(m.Old), v.dateWords(m.New), true
	case m.Old != "" && m.New != "":
		view.Runs = post.Words(m.Old, m.New)
	default:
		view.Old, view.New = m.Old, m.New
	}
	return view
}

// MemberName returns the words for a member of an item, or its name.
func (v *View) MemberName(name string) string {
	if v.HasText("member." + name) {
		return v.Text("member." + name)
	}
	return strings.TrimPrefix(name, "details.")
}

func (v *View) statusWords(s string) string {
	if s == "" {
		return ""
	}
	return v.Look(tocsin.ParseStatus(s)).Words
}

func (v *View) dateWords(s string) string {
	if t, ok := tocsin.ParseTime(s); ok {
		local := t.In(v.Zone)
		return v.Full(local) + local.Format(":05") + " " + v.City()
	}
	return s
}
