package access_test

import (
	"reflect"
	"testing"

	"example.org/tocsin/internal/access"
)

// Identities that differ in anything are not the same: a field that is added
// has to be compared as well.
func TestSameLooksAtEverything(t *testing.T) {
	t.Parallel()
	if !(access.Identity{Scopes: []string{"a"}}).Same(access.Identity{Scopes: []string{"a"}}) {
		t.Error("an identity is not the same as its copy")
	}
	for i := range reflect.TypeFor[access.Identity]().NumField() {
		var other access.Identity
		field := reflect.ValueOf(&other).Elem().Field(i)
		switch field.Kind() {
		case reflect.String:
			field.SetString("x")
		case reflect.Bool:
			field.SetBool(true)
		case reflect.Int:
			field.SetInt(1)
		case reflect.Slice:
			field.Set(reflect.ValueOf([]string{"x"}))
		default:
			t.Fatal("a kind of field that the test does not know")
		}
		if other.Same(access.Identity{}) || (access.Identity{}).Same(other) {
			t.Errorf("%s makes no difference", reflect.TypeFor[access.Identity]().Field(i).Name)
		}
	}
}
