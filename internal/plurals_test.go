package internal_test

import (
	"go/ast"
	"go/constant"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// counted are the verbs of a format, and those that a plural noun follows.
var (
	verb   = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)
	plural = regexp.MustCompile(`^ (bytes|changes|characters|clients|documents|entries|features|files|issues|items|lines|members|messages|notices|people|posts|programs|requests|services|sources|tenants|times|updates|users|values|versions|words)\b`)
)

// "1 tenants" is wrong in a command, a log, a metric and an error alike: a
// number is put before a noun by tocsin.Count, unless it is a constant.
func TestNumbersAgreeWithTheirNoun(t *testing.T) {
	t.Parallel()
	for _, source := range parsed(t) {
		if source.isTest() || strings.HasPrefix(source.path, "test/") {
			continue
		}
		ast.Inspect(source.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for i, arg := range call.Args {
				for _, counted := range countedBy(arg) {
					if at := i + 1 + counted; at < len(call.Args) && !fixed(call.Args[at]) {
						t.Errorf("%s: a number that may be 1 stands before a plural: use tocsin.Count", source.set.Position(call.Pos()))
					}
				}
			}
			return true
		})
	}
}

// countedBy is which verbs of a format are followed by a plural.
func countedBy(e ast.Expr) (list []int) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return nil
	}
	format := constant.StringVal(constant.MakeFromLiteral(literal.Value, token.STRING, 0))
	for i, at := range verb.FindAllStringIndex(strings.ReplaceAll(format, "%%", "  "), -1) {
		if strings.HasSuffix(format[:at[1]], "d") && plural.MatchString(format[at[1]:]) {
			list = append(list, i)
		}
	}
	return list
}

// fixed reports whether an expression is a constant by its looks: a number, or a
// name that says that it is a limit.
func fixed(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		n, err := strconv.Atoi(e.Value)
		return err == nil && n != 1
	case *ast.Ident:
		return e.Name == "limit" || strings.HasPrefix(e.Name, "max") || strings.HasPrefix(e.Name, "min") || strings.HasSuffix(e.Name, "Size")
	case *ast.SelectorExpr:
		return strings.Contains(exprName(e.X), "limits")
	}
	return false
}

func exprName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return exprName(e.X) + "." + e.Sel.Name
	}
	return ""
}
