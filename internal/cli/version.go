package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

func (c *versionCmd) Run(s *session) error {
	info := map[string]string{"version": "devel", "go": runtime.Version()}
	if build, ok := debug.ReadBuildInfo(); ok {
		if build.Main.Version != "" && build.Main.Version != "(devel)" {
			info["version"] = build.Main.Version
		}
		for _, setting := range build.Settings {
			if setting.Key == "vcs.revision" {
				info["commit"] = setting.Value
			}
		}
	}
	return s.print(info, func(w io.Writer) {
		fmt.Fprintf(w, "tocsin %s %s %s\n", info["version"], info["commit"], info["go"])
	})
}
