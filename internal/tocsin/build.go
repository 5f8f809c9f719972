package tocsin

import "runtime/debug"

// Build returns the version of this program, "devel" for one that was built from
// sources without one, and the commit of those, "" where the build does not know it.
func Build() (version, commit string) {
	version = "devel"
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return version, ""
	}
	if v := build.Main.Version; v != "" && v != "(devel)" {
		version = v
	}
	for _, setting := range build.Settings {
		if setting.Key == "vcs.revision" {
			commit = setting.Value
		}
	}
	return version, commit
}
