package cli

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"example.org/tocsin/internal/tocsin"
)

type versionCmd struct{}

func (c *versionCmd) Run(s *session) error {
	version, commit := tocsin.Build()
	info := map[string]string{"version": version, "go": runtime.Version()}
	if commit != "" {
		info["commit"] = commit
	}
	return s.print(info, func(w io.Writer) {
		fmt.Fprintln(w, strings.Join(strings.Fields("tocsin "+version+" "+commit+" "+runtime.Version()), " "))
	})
}
