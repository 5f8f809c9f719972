package odata

import (
	"encoding/xml"
	"errors"
	"os"
	"strings"
	"testing"
)

// A grammarCase is one case of the OASIS ABNF test cases: an input that a rule
// of the grammar derives, or one that it refuses at some character.
type grammarCase struct {
	Name   string `xml:"Name,attr"`
	Rule   string `xml:"Rule,attr"`
	FailAt string `xml:"FailAt,attr"`
	Input  string `xml:"Input"`
}

// grammarCases reads the file that TOCSIN_TEST_ABNF names: the document
// odata-abnf-testcases.xml that OASIS publishes beside the OData ABNF. It is
// not a part of this project.
func grammarCases(t *testing.T) []grammarCase {
	t.Helper()
	path := os.Getenv("TOCSIN_TEST_ABNF")
	if path == "" {
		t.Skip("TOCSIN_TEST_ABNF names no copy of the OASIS file odata-abnf-testcases.xml")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Cases []grammarCase `xml:"TestCase"`
	}
	if err := xml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return document.Cases
}

// readers are the rules of the grammar that this package has a reader for.
func grammarReaders() map[string]func(string) error {
	expression := func(text string) error {
		_, err := parseExpression("$filter", text, Limits{})
		return err
	}
	literal := func(kinds ...Kind) func(string) error {
		return func(text string) error {
			lit, reason := parseBare(text)
			if reason != "" {
				return errors.New(reason)
			}
			for _, kind := range kinds {
				if lit.kind == kind {
					return nil
				}
			}
			return errors.New("another kind: " + lit.kind.String())
		}
	}
	query := func(text string) error {
		options, err := ParseQuery(text, Limits{})
		if err != nil {
			return err
		}
		for _, o := range options {
			if err := readOption(o, expression); err != nil {
				return err
			}
		}
		return nil
	}
	return map[string]func(string) error{
		"commonExpr": expression, "boolCommonExpr": expression, "boolcommonExpr": expression, "firstMemberExpr": expression,
		"isofExpr": expression, "notExpr": expression, "primitiveLiteral": expression, "filter": query, "queryOptions": query,
		"dateTimeOffsetValue": literal(DateTimeOffset), "dateValue": literal(Date), "timeOfDayValue": literal(TimeOfDay),
		"guidValue": literal(Guid), "doubleValue": literal(Double, Int64), "decimalValue": literal(Double, Int64),
		"durationValue": func(text string) error {
			if _, ok := parseDuration(text); !ok {
				return errors.New("no duration")
			}
			return nil
		},
	}
}

// readOption reads the value of an option as far as that needs no model.
func readOption(o Option, expression func(string) error) (err error) {
	switch o.Name {
	case "$filter":
		err = expression(o.Value)
	case "$search":
		_, err = parseSearch(o.Value, Limits{})
	case "$count":
		_, err = parseFlag(o.Name, o.Value)
	case "$top", "$skip":
		_, err = parseCount(o.Name, o.Value)
	default:
		if strings.HasSuffix(o.Name, " ") {
			err = errorf(UnknownOption, o.Name, 0, "There is no such option.")
		}
	}
	return err
}

// grammarExceptions are the inputs about which this package and the grammar
// differ on purpose.
func grammarExceptions() map[string]string {
	return map[string]string{
		"-10000-04-01":        "years have four digits, as in every answer",
		"-10000-04-01T00:00Z": "years have four digits, as in every answer",
		"$filter= true":       "blanks around a value harm nobody",
		"Model.Available":     "a name with a dot is refused when it is bound",
		"$format=json&$format=atom&$format=xml&$format=text/html": "the protocol forbids what the grammar derives",
		"$format=JSON&$format=Atom&$format=XML&$format=text/html": "the protocol forbids what the grammar derives",
	}
}

// What the grammar derives is read, or refused as a feature that is not
// offered; what it refuses is refused.
func TestGrammarOfOASIS(t *testing.T) {
	t.Parallel()
	readers := grammarReaders()
	read, refused := 0, 0
	for _, c := range grammarCases(t) {
		reader := readers[c.Rule]
		if reader == nil || grammarExceptions()[strings.TrimSpace(c.Input)] != "" {
			continue
		}
		err := reader(strings.TrimSpace(c.Input))
		var e *Error
		switch offered := !errors.As(err, &e) || e.Code != NotImplemented; {
		case c.FailAt != "":
			refused++
			if err == nil {
				t.Errorf("%s, %s: %s is read", c.Rule, c.Name, c.Input)
			}
		case err != nil && offered:
			t.Errorf("%s, %s: %s: %v", c.Rule, c.Name, c.Input, err)
		default:
			read++
		}
	}
	t.Logf("%d inputs were read or are not offered, %d were refused", read, refused)
}
