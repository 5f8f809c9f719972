package part

import (
	"reflect"
	"testing"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/post"
)

// What is kept of a page must not be taken for that of another model: whatever
// a model says has to be in its key.
func TestSaysAllThatTheModelSays(t *testing.T) {
	t.Parallel()
	paragraph := func() Paragraph {
		return Paragraph{Lines: []string{"a", "b"}, Runs: []post.Run{{Op: post.Equal, Text: "a"}}, When: &writtenDate{Text: "t"}, Target: []BilingualRow{{Source: []Piece{{}}, Target: []Piece{{}}}}}
	}
	post := PostView{At: &lang.Moment{ISO: "i"}, Paragraphs: []Paragraph{paragraph()}, Same: []Paragraph{paragraph()}}
	each(t, "PostView", reflect.ValueOf(&post).Elem(), func() string { return string(post.says()) })
	issue := IssueLine{Posted: &lang.Moment{ISO: "i"}, Next: &Promise{At: &lang.Moment{ISO: "n"}}}
	each(t, "IssueLine", reflect.ValueOf(&issue).Elem(), func() string { return string(issue.says()) })
	line := VersionLine{At: &lang.Moment{ISO: "i"}, Seen: &lang.Moment{ISO: "s"}}
	each(t, "VersionLine", reflect.ValueOf(&line).Elem(), func() string { return string(line.says()) })
}

// each changes every value within v, one at a time, and expects that what is
// said of it changes as well.
func each(t *testing.T, name string, v reflect.Value, says func() string) {
	t.Helper()
	before, old := says(), reflect.New(v.Type()).Elem()
	old.Set(v)
	differs := func() {
		t.Helper()
		if says() == before {
			t.Errorf("%s is not said", name)
		}
		v.Set(old)
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Field(i).CanSet() {
				continue // no template can read it
			}
			each(t, name+"."+v.Type().Field(i).Name, v.Field(i), says)
		}
	case reflect.Pointer:
		each(t, name, v.Elem(), says)
		v.SetZero()
		differs()
	case reflect.Slice:
		for i := range v.Len() {
			each(t, name, v.Index(i), says)
		}
		v.Set(v.Slice(0, v.Len()-1))
		differs()
	case reflect.String:
		v.SetString(v.String() + "x")
		differs()
	case reflect.Bool:
		v.SetBool(!v.Bool())
		differs()
	case reflect.Int, reflect.Int8, reflect.Int64:
		v.SetInt(v.Int() + 1)
		differs()
	case reflect.Uint8:
		v.SetUint(v.Uint() + 1)
		differs()
	default:
		t.Errorf("%s: no way to change a %s", name, v.Kind())
	}
}
