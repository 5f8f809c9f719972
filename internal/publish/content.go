package publish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/tocsin/internal/post"
	"example.org/tocsin/internal/tocsin"
)

// A Content is what a publication says, apart from the tenant: it is the same
// wherever the same texts were seen one after the other. It is shared: do not
// change it.
type Content struct {
	Facts  []Fact
	Change Change
	// Posts are the words of the provider: the posts that are new in this update,
	// the newest first, or the newest one when none is. Of a message it is its
	// body.
	Posts []post.Post
}

// A Fact is one thing that stands above the message, with its value in one of
// three forms.
type Fact struct {
	Name FactName
	Text string    // as the provider wrote it: a code of its vocabulary, or words
	List []string  // of tags and roadmap ids
	At   time.Time // an instant
}

// A FactName says what a fact is about.
type FactName string

// The facts of an issue, in the order in which they are shown. Status and
// classification are codes, the impact is words.
const (
	FactStatus         FactName = "status"
	FactClassification FactName = "classification"
	FactUserImpact     FactName = "userImpact"
	FactLastUpdated    FactName = "lastUpdated"
	FactStartTime      FactName = "startTime"
	FactEndTime        FactName = "endTime"
	FactRegions        FactName = "regions" // List names them, Text is the sentences that say so
)

// The facts of a message, in the order in which they are shown; last updated
// stands between published and expires. Category and severity are codes, a major
// change is "true".
const (
	FactCategory    FactName = "category"
	FactSeverity    FactName = "severity"
	FactMajorChange FactName = "majorChange"
	FactTags        FactName = "tags"
	FactActBy       FactName = "actBy"
	FactPublished   FactName = "published"
	FactExpires     FactName = "expires"
	FactRoadmapIDs  FactName = "roadmapIds"
)

// A Change says what an update has that the one before had not.
type Change struct {
	First   bool          // there is no update before
	Was     tocsin.Status // the status before; "" when it is the same
	Posts   int           // that are new
	Edited  int           // posts that were there before with another text
	Members []post.Member // what else differs, what matters most first; no texts of posts
	// Sections are the parts of the newest post that are not as in the post
	// before, or as the post was written before; of a message, of its body.
	Sections []post.Change
}

// content returns what the update from one text to another says.
func (r *Reader) content(ctx context.Context, kind tocsin.Kind, before, after int64) (*Content, error) {
	key := [2]int64{before, after}
	if c, ok := r.contents.Get(key); ok {
		return c, nil
	}
	var old, now []byte
	var err error
	if now, err = r.store.Body(ctx, after); err != nil {
		return nil, err
	}
	if before != 0 {
		if old, err = r.store.Body(ctx, before); err != nil {
			return nil, err
		}
	}
	c, err := contentOf(kind, old, now)
	if err != nil {
		return nil, err
	}
	r.contents.Put(key, c, 0)
	return c, nil
}

// contentOf returns what the update from one document in Graph's wire form to
// another says; before is nil for the first.
func contentOf(kind tocsin.Kind, before, after []byte) (*Content, error) {
	if kind == tocsin.KindMessage {
		return messageContent(before, after)
	}
	return issueContent(before, after)
}

func issueContent(before, after []byte) (*Content, error) {
	var now, old tocsin.Issue
	if err := errors.Join(now.UnmarshalJSON(after), decodeIf(before, &old)); err != nil {
		return nil, fmt.Errorf("read update: %w", err)
	}
	c := &Content{Facts: issueFacts(now), Change: Change{First: before == nil}}
	if err := c.compare(before, after); err != nil {
		return nil, err
	}
	fresh := freshPosts(old.Posts, now.Posts)
	c.Change.Posts, c.Change.Edited = fresh.added, fresh.edited
	for _, one := range fresh.posts {
		c.Posts = append(c.Posts, post.Read(one))
	}
	c.Facts = append(c.Facts, stated([]Fact{regionsOf(c.Posts)})...)
	if len(c.Posts) > 0 && !c.Change.First {
		c.Change.Sections = differing(post.Read(fresh.before), c.Posts[0])
	}
	return c, nil
}

func decodeIf(body []byte, to json.Unmarshaler) error {
	if body == nil {
		return nil
	}
	return to.UnmarshalJSON(body)
}

func issueFacts(i tocsin.Issue) []Fact {
	return stated([]Fact{
		{Name: FactStatus, Text: string(i.Status)},
		{Name: FactClassification, Text: i.Classification},
		{Name: FactUserImpact, Text: strings.TrimSpace(i.Impact)},
		{Name: FactLastUpdated, At: i.ModifiedAt},
		{Name: FactStartTime, At: i.StartAt},
		{Name: FactEndTime, At: i.EndAt},
	})
}

// regionsOf are the parts of the world that the newest of some posts, the newest
// first, says are affected.
func regionsOf(posts []post.Post) Fact {
	f := Fact{Name: FactRegions}
	var says []string
	for _, one := range posts {
		for _, r := range one.Regions() {
			f.List = append(f.List, r.Name)
			if !slices.Contains(says, r.Text) {
				says = append(says, r.Text)
			}
		}
		if len(f.List) > 0 {
			break
		}
	}
	f.Text = strings.Join(says, " ")
	return f
}

// stated are the facts that have a value.
func stated(facts []Fact) []Fact {
	return slices.DeleteFunc(facts, func(f Fact) bool { return f.Text == "" && len(f.List) == 0 && f.At.IsZero() })
}

// fresh are the posts of an update that are worth showing, the newest first,
// and the one that the newest is compared with.
type fresh struct {
	posts         []tocsin.Post
	before        tocsin.Post
	added, edited int
}

// freshPosts tells new posts from those that were there. Posts have no id: those
// of one instant are taken for the same one.
func freshPosts(old, now []tocsin.Post) (f fresh) {
	for i, one := range slices.Backward(now) {
		k := slices.IndexFunc(old, func(p tocsin.Post) bool { return p.CreatedAt.Equal(one.CreatedAt) })
		switch {
		case k < 0:
			f.added++
		case old[k].Content != one.Content:
			f.edited++
		default:
			continue
		}
		if len(f.posts) == 0 {
			switch {
			case k >= 0:
				f.before = old[k] // as it was written before
			case i > 0:
				f.before = now[i-1]
			}
		}
		f.posts = append(f.posts, one)
	}
	if n := len(now); len(f.posts) == 0 && n > 0 {
		f.posts, f.before = now[n-1:], now[n-1]
	}
	return f
}

// differing are the sections of a post that are not as in the one before.
func differing(before, now post.Post) []post.Change {
	return slices.DeleteFunc(post.Compare(before, now), func(c post.Change) bool { return c.What == post.Same })
}

// compare fills in what differs beside the posts. What is inside of a body is
// told by its sections.
func (c *Content) compare(before, after []byte) error {
	if before == nil {
		return nil
	}
	members, err := post.Members(before, after)
	if err != nil {
		return fmt.Errorf("compare updates: %w", err)
	}
	for _, m := range members {
		switch m.Name {
		case "posts", "body", "lastModifiedDateTime", "isResolved": // the status says it
		case "status":
			c.Change.Was = tocsin.ParseStatus(m.Old)
		default:
			c.Change.Members = append(c.Change.Members, m)
		}
	}
	return nil
}

func messageContent(before, after []byte) (*Content, error) {
	var now, old tocsin.Message
	if err := errors.Join(now.UnmarshalJSON(after), decodeIf(before, &old)); err != nil {
		return nil, fmt.Errorf("read update: %w", err)
	}
	c := &Content{Facts: messageFacts(now), Change: Change{First: before == nil}, Posts: []post.Post{bodyOf(now)}}
	if err := c.compare(before, after); err != nil {
		return nil, err
	}
	if before != nil && old.Content != now.Content {
		c.Change.Edited = 1
		c.Change.Sections = differing(bodyOf(old), c.Posts[0])
	}
	return c, nil
}

// bodyOf reads the body of a message as a post.
func bodyOf(m tocsin.Message) post.Post {
	return post.Read(tocsin.Post{CreatedAt: m.ModifiedAt, ContentType: m.ContentType, Content: m.Content})
}

func messageFacts(m tocsin.Message) []Fact {
	major := ""
	if m.MajorChange {
		major = "true"
	}
	return stated([]Fact{
		{Name: FactCategory, Text: m.Category},
		{Name: FactSeverity, Text: m.Severity},
		{Name: FactMajorChange, Text: major},
		{Name: FactTags, List: m.Tags},
		{Name: FactActBy, At: m.ActionRequiredBy},
		{Name: FactPublished, At: m.StartAt},
		{Name: FactLastUpdated, At: m.ModifiedAt},
		{Name: FactExpires, At: m.EndAt},
		{Name: FactRoadmapIDs, List: roadmapIDs(m.Details)},
	})
}

// roadmapIDs are the numbers of the public roadmap that a message names, in its
// detail RoadmapIds.
func roadmapIDs(details []tocsin.Detail) (ids []string) {
	for _, d := range details {
		if strings.EqualFold(d.Name, "RoadmapIds") {
			ids = append(ids, strings.FieldsFunc(d.Value, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' })...)
		}
	}
	return ids
}
