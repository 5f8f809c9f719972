package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/tocsin/internal/section"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// shownVersions is how many versions are listed without opening the rest.
const shownVersions = 6

// versionLine is one stored version of an issue or message.
type versionLine struct {
	N        int
	At, Seen *moment
	Source   string
	Compare  string // address of the comparison with the version before, "" for the first
	Before   int
}

// versionLines lists versions, newest first.
func (v *visit) versionLines(path, id string, versions []tocsin.Version) []versionLine {
	var list []versionLine
	for i, version := range versions {
		line := versionLine{N: version.N, At: v.stated(version), Seen: v.moment(version.SeenAt), Source: version.Source}
		if i > 0 {
			line.Before = versions[i-1].N
			line.Compare = v.compareHref(path, id, line.Before, version.N)
		}
		if line.At != nil && line.Seen != nil && line.Seen.Text == line.At.Text {
			line.Seen = nil // seen at once
		}
		list = append(list, line)
	}
	slices.Reverse(list)
	return list
}

// stated is the time that the provider stated for a version, nil for none.
func (v *visit) stated(version tocsin.Version) *moment {
	if !version.Stated {
		return nil
	}
	return v.moment(version.At)
}

// dated is a name with the time after it, if there is one.
func (v *visit) dated(name string, at time.Time) string {
	if at.IsZero() {
		return name
	}
	return name + ", " + v.full(at.In(v.zone))
}

func (v *visit) compareHref(path, id string, a, b int) string {
	return v.href(path + escapeID(id) + "/compare/" + strconv.Itoa(a) + "/" + strconv.Itoa(b))
}

// comparePage sets two versions of one item side by side.
type comparePage struct {
	frame
	ID, Back       string
	Heading        string
	A, B           versionLine
	Members        []memberView
	Earlier, Later string // the neighbouring comparisons
}

// memberView is one part of the item that differs.
type memberView struct {
	Name           string
	Runs           []section.Run
	Old, New       string
	Added, Removed []string
}

func (v *visit) compare(ref store.Ref, list string) error {
	versions, err := v.pages.config.Archive.Versions(v.r.Context(), v.snapshot.Tenant.ID, ref)
	if err != nil {
		return err
	}
	a, aOK := versionNamed(versions, v.r.PathValue("a"))
	b, bOK := versionNamed(versions, v.r.PathValue("b"))
	if !aOK || !bOK {
		return tocsin.NotFoundf("%s has the versions 1 to %d.", ref.ID, versions[len(versions)-1].N)
	}
	before, err := v.pages.config.Archive.BodyOf(v.r.Context(), a.Document)
	if err != nil {
		return err
	}
	after, err := v.pages.config.Archive.BodyOf(v.r.Context(), b.Document)
	if err != nil {
		return err
	}
	members, err := section.Members(before, after)
	if err != nil {
		return err
	}
	path := "/" + list + "/"
	page := comparePage{
		frame: v.frame(crumb{v.text("nav." + list), v.href("/" + list)}, crumb{ref.ID, v.href(path + escapeID(ref.ID))}, crumb{Name: v.text("compare.title", "a", a.N, "b", b.N)}),
		ID:    ref.ID, Back: v.href(path + escapeID(ref.ID)),
		A: v.versionLines(path, ref.ID, []tocsin.Version{a})[0], B: v.versionLines(path, ref.ID, []tocsin.Version{b})[0],
	}
	page.Title, page.Heading = ref.ID+": "+page.Title, page.Title
	for i := range versions[1:] {
		earlier, later := versions[i].N, versions[i+1].N
		if later == a.N {
			page.Earlier = v.compareHref(path, ref.ID, earlier, later)
		}
		if earlier == b.N {
			page.Later = v.compareHref(path, ref.ID, earlier, later)
		}
	}
	for _, m := range members {
		if m.Name == "posts" {
			posts, err := v.postChanges(before, after)
			if err != nil {
				return err
			}
			page.Members = append(page.Members, posts...)
			continue
		}
		page.Members = append(page.Members, v.member(m))
	}
	return v.render(http.StatusOK, "compare", page)
}

// postChanges shows posts that were added, removed or rewritten. Posts have no
// id: those of one instant are taken for the same one.
func (v *visit) postChanges(before, after []byte) ([]memberView, error) {
	var old, now tocsin.Issue
	if err := errors.Join(json.Unmarshal(before, &old), json.Unmarshal(after, &now)); err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	text := func(post tocsin.Post) string { return section.Text(post.Content, post.ContentType) }
	was := map[int64]string{}
	for _, post := range old.Posts {
		was[post.CreatedAt.UnixMicro()] = text(post)
	}
	var list []memberView
	for i, post := range now.Posts {
		view := memberView{Name: v.dated(v.text("post.n", "n", i+1), post.CreatedAt)}
		past, known := was[post.CreatedAt.UnixMicro()]
		delete(was, post.CreatedAt.UnixMicro())
		switch newer := text(post); {
		case !known:
			view.New = newer
		case past != newer:
			view.Runs = section.Words(past, newer)
		default:
			continue
		}
		list = append(list, view)
	}
	for _, post := range old.Posts {
		if past, gone := was[post.CreatedAt.UnixMicro()]; gone {
			list = append(list, memberView{Name: v.dated(v.text("posts"), post.CreatedAt), Old: past})
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
func (v *visit) member(m section.Member) memberView {
	view := memberView{Name: v.memberName(m.Name), Added: m.AddedItems, Removed: m.RemovedItems}
	switch {
	case m.Name == "status":
		view.Old, view.New = v.statusWords(m.Old), v.statusWords(m.New)
	case strings.HasSuffix(m.Name, "DateTime"):
		view.Old, view.New = v.dateWords(m.Old), v.dateWords(m.New)
	case m.Old != "" && m.New != "":
		view.Runs = section.Words(m.Old, m.New)
	default:
		view.Old, view.New = m.Old, m.New
	}
	return view
}

func (v *visit) memberName(name string) string {
	if v.has("member." + name) {
		return v.text("member." + name)
	}
	return strings.TrimPrefix(name, "details.")
}

func (v *visit) statusWords(s string) string {
	if s == "" {
		return ""
	}
	return v.look(tocsin.ParseStatus(s)).Words
}

func (v *visit) dateWords(s string) string {
	if t, ok := tocsin.ParseTime(s); ok {
		local := t.In(v.zone)
		return v.full(local) + local.Format(":05") + " " + v.city()
	}
	return s
}
