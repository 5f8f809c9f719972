package graph

import (
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// leaf is a row without collections.
type leaf struct{}

func (leaf) Len(int) int               { return 0 }
func (leaf) Item(int, int) odata.Value { return odata.Value{} }

// pairRow is a keyValuePair.
type pairRow struct {
	leaf
	detail *tocsin.Detail
}

func (p pairRow) Value(prop int) odata.Value {
	if prop == pairName {
		return odata.Text(p.detail.Name)
	}
	return odata.Text(p.detail.Value)
}

// postRow is a serviceHealthIssuePost.
type postRow struct {
	leaf
	post *tocsin.Post
	*reading
}

func (p postRow) Value(prop int) odata.Value {
	switch prop {
	case postCreated:
		return odata.Instant(p.post.CreatedAt)
	case postKind:
		if p.post.Type == "" {
			return odata.Value{}
		}
		return p.known(p.api.closed.enums.post, p.post.Type)
	}
	return odata.Object(bodyRow{contentType: p.post.ContentType, content: p.post.Content})
}

// bodyRow is an itemBody.
type bodyRow struct {
	leaf
	contentType, content string
}

func (b bodyRow) Value(prop int) odata.Value {
	if prop == bodyContent {
		return odata.Text(b.content)
	}
	return odata.Text(contentTypeOf(b.contentType))
}

// contentTypeOf is the published name of a content type. Real answers say
// "html" even for plain text.
func contentTypeOf(name string) string {
	if name == "text" {
		return name
	}
	return "html"
}

// viewRow is a serviceUpdateMessageViewpoint.
type viewRow struct {
	leaf
	view tocsin.Viewpoint
}

func (v viewRow) Value(prop int) odata.Value {
	switch prop {
	case viewArchive:
		return odata.Bool(v.view.Archived)
	case viewFavor:
		return odata.Bool(v.view.Favorited)
	}
	return odata.Bool(v.view.Read)
}

// keyRow is a row of which only the values that it is sorted by are known.
type keyRow struct {
	leaf
	props  []int
	values []odata.Value
}

func (k *keyRow) Value(prop int) odata.Value {
	for i, p := range k.props {
		if p == prop {
			return k.values[i]
		}
	}
	return odata.Value{}
}
