package cli

import (
	"context"
	"strings"

	"github.com/alecthomas/kong"

	"example.org/tocsin/internal/tocsin"
)

// newParser makes the parser of the command line.
func newParser(ctx context.Context, env Env, flags *root) *kong.Kong {
	parser, err := kong.New(flags,
		kong.Name("tocsin"), kong.Description("The service-health desk that a support team runs itself."),
		kong.Writers(env.Stdout, env.Stderr), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.Vars{"roles": strings.Join(tocsin.RoleNames(), ", "), "data": dataDefault(env.Args)},
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		panic(err) // the flags are declared wrongly
	}
	setExamples(parser.Model.Node)
	return parser
}

// dataDefault is the directory that a command uses without --data, as its help
// names it.
func dataDefault(args []string) string {
	if len(args) > 0 && args[0] == "demo" {
		return "a new one that is removed at the end"
	}
	return "tocsin-data"
}

// exampleMark stands before the example at the end of a command's help.
const exampleMark = " Example: "

// setExamples takes the examples out of lists of commands and shows each below
// the help of its own command, on a line that can be copied.
func setExamples(node *kong.Node) {
	for _, child := range node.Children {
		setExamples(child)
		if text, example, ok := strings.Cut(child.Help, exampleMark); ok {
			child.Help, child.Detail = text, strings.TrimSpace("Example:\n\n    "+example+"\n\n"+child.Detail)
		}
	}
}
