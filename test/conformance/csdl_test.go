package conformance

import (
	"encoding/xml"
	"strings"
	"testing"
)

// A csdl is $metadata as its readers see it.
type csdl struct {
	Schemas []csdlSchema `xml:"DataServices>Schema"`
}

type csdlSchema struct {
	Namespace string     `xml:"Namespace,attr"`
	Alias     string     `xml:"Alias,attr"`
	Entities  []csdlType `xml:"EntityType"`
	Complex   []csdlType `xml:"ComplexType"`
	Enums     []csdlEnum `xml:"EnumType"`
	Functions []csdlCall `xml:"Function"`
	Actions   []csdlCall `xml:"Action"`
	Container struct {
		Sets       []csdlSet `xml:"EntitySet"`
		Singletons []csdlSet `xml:"Singleton"`
	} `xml:"EntityContainer"`
}

type csdlType struct {
	Name        string       `xml:"Name,attr"`
	Base        string       `xml:"BaseType,attr"`
	Abstract    bool         `xml:"Abstract,attr"`
	Key         []csdlMember `xml:"Key>PropertyRef"`
	Properties  []csdlMember `xml:"Property"`
	Navigations []csdlMember `xml:"NavigationProperty"`
}

type csdlMember struct {
	Name     string `xml:"Name,attr"`
	Type     string `xml:"Type,attr"`
	Nullable string `xml:"Nullable,attr"`
	Contains bool   `xml:"ContainsTarget,attr"`
}

type csdlEnum struct {
	Name    string `xml:"Name,attr"`
	Members []struct {
		Name  string `xml:"Name,attr"`
		Value string `xml:"Value,attr"`
	} `xml:"Member"`
}

type csdlCall struct {
	Name       string       `xml:"Name,attr"`
	Bound      bool         `xml:"IsBound,attr"`
	Parameters []csdlMember `xml:"Parameter"`
	Result     csdlMember   `xml:"ReturnType"`
}

type csdlSet struct {
	Name        string           `xml:"Name,attr"`
	EntityType  string           `xml:"EntityType,attr"`
	Type        string           `xml:"Type,attr"`
	Annotations []csdlAnnotation `xml:"Annotation"`
}

type csdlAnnotation struct {
	Term string `xml:"Term,attr"`
	Bool string `xml:"Bool,attr"`
}

func readCSDL(t *testing.T, text []byte) csdl {
	t.Helper()
	var document csdl
	if err := xml.Unmarshal(text, &document); err != nil || len(document.Schemas) == 0 {
		t.Fatalf("no CSDL: %v: %.200s", err, text)
	}
	return document
}

// bare is the name of a type within its namespace, and the name as it is
// written of any other.
func (s *csdlSchema) bare(name string) string {
	for _, prefix := range []string{s.Namespace + ".", s.Alias + "."} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && prefix != "." && !strings.Contains(rest, ".") {
			return rest
		}
		if inner, ok := strings.CutPrefix(name, "Collection("+prefix); ok && prefix != "." {
			return "Collection(" + inner
		}
	}
	return name
}
