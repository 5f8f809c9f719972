package native

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// VersionBody is one stored state of an item.
type VersionBody struct {
	Number   int        `json:"number"`
	At       *time.Time `json:"at,omitempty" doc:"The source's own time of this state; missing when it stated none that can be read."`
	SeenAt   time.Time  `json:"seenAt" doc:"When the desk first saw it."`
	Source   string     `json:"source"`
	Author   string     `json:"author,omitempty" doc:"Who wrote it, of what the desk authored."`
	Document string     `json:"document" doc:"SHA-256 of the document."`
	Chain    string     `json:"chain" doc:"Hash over this version and all before it in the tenant."`
}

type versionList struct {
	Value []VersionBody `json:"value" nullable:"false" doc:"Oldest first."`
}

// fullVersion is a version with its text.
type fullVersion struct {
	VersionBody
	Body any `json:"body" doc:"The document as it was received, in the wire form of Graph."`
}

// differenceBody is what differs between two versions.
type differenceBody struct {
	From    int            `json:"from"`
	To      int            `json:"to"`
	Members []memberChange `json:"members" nullable:"false" doc:"Members of the document that differ, those that matter most first."`
	Posts   []postChange   `json:"posts" nullable:"false" doc:"Posts of an issue that were added, removed or rewritten, section by section. An added post is set against the one before it."`
	Body    []sectionPart  `json:"body" nullable:"false" doc:"The text of a message, section by section, when it differs."`
}

type memberChange struct {
	Name    string   `json:"name" example:"status"`
	What    string   `json:"what" enum:"added,removed,changed"`
	Old     string   `json:"old,omitempty"`
	New     string   `json:"new,omitempty"`
	Added   []string `json:"addedItems,omitempty" nullable:"false" doc:"What entered a list."`
	Removed []string `json:"removedItems,omitempty" nullable:"false" doc:"What left a list."`
}

type postChange struct {
	CreatedAt *time.Time    `json:"createdAt,omitempty" doc:"Missing when it cannot be read."`
	What      string        `json:"what" enum:"added,removed,changed"`
	Sections  []sectionPart `json:"sections" nullable:"false"`
}

type sectionPart struct {
	Kind  string `json:"kind" example:"userImpact"`
	Label string `json:"label,omitempty"`
	What  string `json:"what" enum:"same,added,removed,changed"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
	Words []run  `json:"words,omitempty" nullable:"false" doc:"From old to new, word by word."`
}

type run struct {
	Op   string `json:"op" enum:"equal,insert,delete"`
	Text string `json:"text"`
}

type inVersion struct {
	InItem
	N int `path:"n" minimum:"1" maximum:"2000000000" doc:"Number of the version."`
}

type inDifference struct {
	InItem
	From int `query:"from" minimum:"1" maximum:"2000000000" doc:"Number of the older version; the one before to by default."`
	To   int `query:"to" minimum:"1" maximum:"2000000000" doc:"Number of the newer version; the last by default."`
}

func (a *API) registerVersions() {
	for _, noun := range []struct {
		kind            tocsin.Kind
		one, collection string
	}{
		{tocsin.KindIssue, "Issue", "issues"},
		{tocsin.KindMessage, "Message", "messages"},
		{tocsin.KindService, "Service", "services"},
		{tocsin.KindOverview, "Overview", "overviews"},
	} {
		a.registerVersionsOf(noun.kind, noun.one, "/tenants/{tenant}/"+noun.collection+"/{id}")
	}
}

func (a *API) registerVersionsOf(kind tocsin.Kind, noun, path string) {
	tag := []string{"versions"}
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "list" + noun + "Versions", Method: http.MethodGet, Path: path + "/versions", Tags: tag, Summary: "List the versions of an item: " + string(kind),
	}}, func(ctx context.Context, x *exchange, in *InItem) (*struct{ Body versionList }, error) {
		return a.listVersions(ctx, x, tocsin.Ref{Kind: kind, ID: idOf(kind, in.ID)})
	})
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "get" + noun + "Version", Method: http.MethodGet, Path: path + "/versions/{n}", Tags: tag, Summary: "Read a version of an item: " + string(kind),
	}}, func(ctx context.Context, x *exchange, in *inVersion) (*struct {
		ETag string `header:"ETag"`
		Body fullVersion
	}, error,
	) {
		held, err := a.archive.Held(ctx, x.tenant.ID, tocsin.Ref{Kind: kind, ID: idOf(kind, in.ID)}, in.N)
		if err != nil {
			return nil, err
		}
		authors, err := a.archive.Authors(ctx, x.tenant.ID, tocsin.Ref{Kind: kind, ID: held.ID})
		return &struct {
			ETag string `header:"ETag"`
			Body fullVersion
		}{tagOf(held.Version), fullVersion{newVersionBody(held.Version, authors), json.RawMessage(held.Body)}}, err
	})
	if kind != tocsin.KindIssue && kind != tocsin.KindMessage {
		return
	}
	add(a, operation{needs: access.ReadDesk, steady: true, Operation: huma.Operation{
		OperationID: "compare" + noun + "Versions", Method: http.MethodGet, Path: path + "/differences", Tags: tag, Summary: "What differs between two versions of an item: " + string(kind),
	}}, func(ctx context.Context, x *exchange, in *inDifference) (*struct{ Body differenceBody }, error) {
		return a.compare(ctx, x, tocsin.Ref{Kind: kind, ID: idOf(kind, in.ID)}, in.From, in.To)
	})
}

func idOf(kind tocsin.Kind, id string) string {
	if kind == tocsin.KindIssue || kind == tocsin.KindMessage {
		return itemID(id)
	}
	return id
}

func newVersionBody(v tocsin.Version, authors map[int]string) VersionBody {
	var at *time.Time
	if v.Stated {
		at = instant(v.At)
	}
	return VersionBody{v.N, at, v.SeenAt, v.Source, authors[v.N], v.Document.String(), v.Chain.String()}
}

func (a *API) listVersions(ctx context.Context, x *exchange, ref tocsin.Ref) (*struct{ Body versionList }, error) {
	list, err := a.archive.Versions(ctx, x.tenant.ID, ref)
	if err != nil {
		return nil, err
	}
	authors, err := a.archive.Authors(ctx, x.tenant.ID, ref)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body versionList }{versionList{Value: make([]VersionBody, len(list))}}
	for i, v := range list {
		out.Body.Value[i] = newVersionBody(v, authors)
	}
	return out, nil
}

// compare sets two versions side by side.
func (a *API) compare(ctx context.Context, x *exchange, ref tocsin.Ref, from, to int) (*struct{ Body differenceBody }, error) {
	newer, err := a.archive.Held(ctx, x.tenant.ID, ref, to)
	if err != nil {
		return nil, err
	}
	if from == 0 {
		from = newer.N - 1
	}
	if from < 1 {
		return nil, problemf(http.StatusBadRequest, "There is no version before the first.").at("query.from", "Name an older version.")
	}
	older, err := a.archive.Held(ctx, x.tenant.ID, ref, from)
	if err != nil {
		return nil, err
	}
	members, err := post.Members(older.Body, newer.Body)
	if err != nil {
		return nil, fmt.Errorf("compare %s: %w", ref.ID, err)
	}
	body := differenceBody{From: from, To: newer.N, Members: []memberChange{}, Posts: []postChange{}, Body: []sectionPart{}}
	for _, m := range members {
		body.Members = append(body.Members, memberChange{m.Name, string(m.What), m.Old, m.New, m.AddedItems, m.RemovedItems})
	}
	if ref.Kind == tocsin.KindIssue {
		body.Posts, err = comparePosts(older.Body, newer.Body)
	} else {
		body.Body, err = compareText(older.Body, newer.Body)
	}
	return &struct{ Body differenceBody }{body}, err
}

// comparePosts sets the posts of two states side by side, by their time.
func comparePosts(before, after []byte) ([]postChange, error) {
	var old, newer tocsin.Issue
	if err := json.Unmarshal(before, &old); err != nil {
		return nil, fmt.Errorf("read older version: %w", err)
	}
	if err := json.Unmarshal(after, &newer); err != nil {
		return nil, fmt.Errorf("read newer version: %w", err)
	}
	past := map[time.Time][]tocsin.Post{}
	for _, p := range old.Posts {
		past[p.CreatedAt] = append(past[p.CreatedAt], p)
	}
	list := []postChange{}
	var previous post.Post
	for _, p := range newer.Posts {
		now, what, against := post.Read(p), post.Added, previous
		if same := past[p.CreatedAt]; len(same) > 0 {
			what, against = post.Changed, post.Read(same[0])
			past[p.CreatedAt] = same[1:]
			if same[0] == p {
				previous = now
				continue
			}
		}
		list = append(list, postChange{instant(p.CreatedAt), string(what), partsOf(post.Compare(against, now))})
		previous = now
	}
	for _, p := range old.Posts {
		if left := past[p.CreatedAt]; len(left) > 0 && left[0] == p {
			past[p.CreatedAt] = left[1:]
			list = append(list, postChange{instant(p.CreatedAt), string(post.Removed), partsOf(post.Compare(post.Read(p), post.Post{}))})
		}
	}
	return list, nil
}

// compareText sets the texts of two states of a message side by side.
func compareText(before, after []byte) ([]sectionPart, error) {
	var old, newer tocsin.Message
	if err := json.Unmarshal(before, &old); err != nil {
		return nil, fmt.Errorf("read older version: %w", err)
	}
	if err := json.Unmarshal(after, &newer); err != nil {
		return nil, fmt.Errorf("read newer version: %w", err)
	}
	if old.Content == newer.Content {
		return []sectionPart{}, nil
	}
	read := func(m tocsin.Message) post.Post {
		return post.Read(tocsin.Post{CreatedAt: m.ModifiedAt, ContentType: m.ContentType, Content: m.Content})
	}
	return partsOf(post.Compare(read(old), read(newer))), nil
}

func partsOf(changes []post.Change) []sectionPart {
	list := make([]sectionPart, len(changes))
	for i, c := range changes {
		list[i] = sectionPart{Kind: string(c.Kind), Label: c.Label, What: string(c.What), Old: c.Old, New: c.New}
		for _, r := range c.Runs {
			list[i].Words = append(list[i].Words, run{string(r.Op), r.Text})
		}
	}
	return list
}
